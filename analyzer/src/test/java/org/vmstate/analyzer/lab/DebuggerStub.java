package org.vmstate.analyzer.lab;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Speaks the remote protocol of gdb to QEMU's stub: memory as a CPU of the paused guest sees it.
 */
final class DebuggerStub implements AutoCloseable {
  private final SocketChannel socket;
  private final InputStream in;
  private final OutputStream out;

  private DebuggerStub(SocketChannel socket) {
    this.socket = socket;
    in = new BufferedInputStream(Channels.newInputStream(socket));
    out = Channels.newOutputStream(socket);
  }

  /** Connects to a stub, which stops the guest. */
  static DebuggerStub connect(Path path) throws IOException {
    return new DebuggerStub(SocketChannel.open(UnixDomainSocketAddress.of(path)));
  }

  /** Chooses the CPU whose addresses are meant. */
  void choose(int cpu) throws IOException {
    String said = ask("Hg" + Integer.toHexString(cpu + 1));
    if (!said.equals("OK")) {
      throw new IOException("CPU " + cpu + ": " + said);
    }
  }

  /** Reads memory; nothing where none is mapped. */
  Optional<byte[]> read(long address, int length) throws IOException {
    String said = ask("m%x,%x".formatted(address, length));
    return said.startsWith("E") ? Optional.empty() : Optional.of(HexFormat.of().parseHex(said));
  }

  private String ask(String request) throws IOException {
    byte[] bytes = request.getBytes(StandardCharsets.US_ASCII);
    out.write(("$" + request + "#%02x".formatted(sum(bytes))).getBytes(StandardCharsets.US_ASCII));
    for (int c = next(); c != '$'; c = next()) {
      // the stub's acknowledgement
    }
    StringBuilder reply = new StringBuilder();
    for (int c = next(); c != '#'; c = next()) {
      reply.append((char) c);
    }
    next();
    next();
    out.write('+');
    return reply.toString();
  }

  private static int sum(byte[] bytes) {
    int sum = 0;
    for (byte b : bytes) {
      sum += b;
    }
    return sum & 0xff;
  }

  private int next() throws IOException {
    int c = in.read();
    if (c < 0) {
      throw new EOFException("the stub is gone");
    }
    return c;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
