package org.vmstate.analyzer.channel;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.function.Consumer;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.StreamSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.writer.io.StreamSink;

/** Stands in for the destination of a migration: listens, and makes one stream of what comes. */
public final class Receiver implements Closeable {
  private final ListenAddress address;
  private final ServerSocketChannel server;
  private final Signal signal;
  private final Connections connections;
  private final Thread hook;
  private final Consumer<String> notes;

  /**
   * Listens.
   *
   * @param limit how long nothing may come once the main stream began
   */
  public Receiver(ListenAddress address, Duration limit, Consumer<String> notes)
      throws IOException {
    this.address = address;
    this.notes = notes;
    this.server = address.listen();
    this.signal = new Signal(limit);
    this.hook = new Thread(this::removeQuietly);
    Runtime.getRuntime().addShutdownHook(hook);
    this.connections = new Connections(server, signal, notes);
  }

  /** Returns the address, with the port that the system chose. */
  public SocketAddress address() throws IOException {
    return server.getLocalAddress();
  }

  /** Reports whether a main stream came. */
  public boolean hasBegun() {
    return connections.hasMain();
  }

  /** Returns the stream, which is read while it comes. */
  public ByteSource stream(ParseOptions options) {
    return ImageReader.open(new Handover(out -> write(options, out)));
  }

  private void write(ParseOptions options, OutputStream out) throws IOException {
    Feed main = connections.main();
    LiveJoiner joiner = new LiveJoiner(new StreamSink(out), main, connections, signal, notes);
    try {
      ByteSource source = StreamSource.live(joiner.stream(), new StructurePath());
      ImageReader.read(source, options, joiner);
      connections.requireAll(joiner.isProven());
      joiner.finish();
    } finally {
      joiner.close();
    }
  }

  /** The socket is not left behind when the program is ended from outside. */
  private void removeQuietly() {
    try {
      address.remove();
    } catch (IOException e) {
      // the system will say so to the next one who listens there
    }
  }

  @Override
  public void close() throws IOException {
    connections.close();
    address.remove();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // it runs already
    }
  }
}
