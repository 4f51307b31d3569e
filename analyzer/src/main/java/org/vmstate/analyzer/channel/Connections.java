package org.vmstate.analyzer.channel;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.WorkerFailure;
import org.vmstate.formats.ram.MultifdFormat;
import org.vmstate.formats.stream.StreamFormat;

/**
 * Accepts connections in any order and tells by their first four bytes what they are. One main
 * stream is taken; what is no part of a migration is closed, and who says nothing is left waiting.
 */
final class Connections implements Closeable {
  private static final int MOST_WAITING = 1024;
  private static final int TLS_HANDSHAKE = 0x16;

  private final ServerSocketChannel server;
  private final Signal signal;
  private final Consumer<String> notes;
  private final Set<SocketChannel> waiting = new HashSet<>();
  private final List<Feed> channels = new ArrayList<>();
  private Feed main;
  private boolean told;
  private boolean enough;
  private boolean late;
  private Throwable failure;

  Connections(ServerSocketChannel server, Signal signal, Consumer<String> notes) {
    this.server = server;
    this.signal = signal;
    this.notes = notes;
    Thread.ofPlatform().daemon().name("accept").start(this::accept);
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel connection = server.accept();
        synchronized (signal) {
          if (waiting.size() >= MOST_WAITING) {
            connection.close();
            continue;
          }
          waiting.add(connection);
        }
        Thread.ofVirtual().name("first bytes").start(() -> first(connection));
      }
    } catch (Throwable e) {
      failed(e);
    }
  }

  /** Whoever waits for a connection is thrown it. */
  private void failed(Throwable e) {
    synchronized (signal) {
      failure = failure == null ? e : failure;
      signal.notifyAll();
    }
  }

  private void first(SocketChannel connection) {
    try {
      sort(connection);
    } catch (Throwable e) {
      failed(e);
    }
  }

  private void sort(SocketChannel connection) {
    ByteBuffer head = ByteBuffer.allocate(Integer.BYTES);
    try {
      while (head.hasRemaining() && connection.read(head) >= 0) {
        // four bytes come at once, or nearly so
      }
    } catch (IOException e) {
      // it is closed as one that said nothing
    }
    synchronized (signal) {
      waiting.remove(connection);
      int magic = head.hasRemaining() ? 0 : head.getInt(0);
      if (magic == StreamFormat.MAGIC && main == null) {
        main = new Feed(connection, head.flip(), signal);
        signal.arrived();
        return;
      }
      if (magic == MultifdFormat.MAGIC
          && !enough
          && channels.size() < MultifdFormat.MOST_CHANNELS) {
        channels.add(new Feed(connection, head.flip(), signal));
        signal.arrived();
        return;
      }
      late |= magic == MultifdFormat.MAGIC && enough;
      refuse(magic);
    }
    try {
      connection.close();
    } catch (IOException e) {
      // it is gone already
    }
  }

  private void refuse(int magic) {
    if (!told && magic != 0) {
      told = true;
      notes.accept(
          magic >>> 24 == TLS_HANDSHAKE
              ? "a connection with TLS was refused; it is not supported"
              : String.format(
                  Locale.ROOT, "a connection was refused that starts with 0x%08x", magic));
    }
  }

  /** Waits for the main stream, as long as it takes. */
  Feed main() throws IOException {
    synchronized (signal) {
      while (main == null) {
        if (failure != null) {
          throw WorkerFailure.of(failure);
        }
        signal.await(1000);
      }
      signal.arrived();
      return main;
    }
  }

  /** Reports whether there is a main stream. */
  boolean hasMain() {
    synchronized (signal) {
      return main != null;
    }
  }

  /** Returns the channels that came since the last call. */
  List<Feed> channels() {
    synchronized (signal) {
      // a listener that was closed is no failure any more
      if (failure != null && !(failure instanceof IOException)) {
        WorkerFailure.of(failure);
      }
    }
    return take();
  }

  private List<Feed> take() {
    synchronized (signal) {
      List<Feed> result = new ArrayList<>(channels);
      channels.clear();
      return result;
    }
  }

  /** Reports whether no channel is known that was not handed out. */
  boolean isQuiet() {
    synchronized (signal) {
      return channels.isEmpty();
    }
  }

  /** Requires that no channel came after all of them seemed to be there. */
  void requireAll() throws IOException {
    synchronized (signal) {
      if (late) {
        throw new ConversionException(
            "a channel came too late; expected all before the first pages");
      }
    }
  }

  /** Refuses all that come from now on. */
  void enough() {
    synchronized (signal) {
      enough = true;
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    List<SocketChannel> left;
    synchronized (signal) {
      left = new ArrayList<>(waiting);
      waiting.clear();
    }
    for (SocketChannel connection : left) {
      connection.close();
    }
    for (Feed feed : take()) {
      feed.close();
    }
  }
}
