package org.vmstate.analyzer.channel;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.formats.error.NamedIOException;

/** Where a receiver listens, in QEMU's words: {@code unix:PATH} or {@code tcp:HOST:PORT}. */
public record ListenAddress(SocketAddress address) {
  private static final int BACKLOG = 256;

  /**
   * Reads an address.
   *
   * @param any whether others than this machine may connect
   */
  public static ListenAddress of(String text, boolean any) throws IOException {
    if (text.startsWith("unix:") && text.length() > 5) {
      return new ListenAddress(UnixDomainSocketAddress.of(text.substring(5)));
    }
    int colon = text.lastIndexOf(':');
    if (!text.startsWith("tcp:") || colon <= 4 || !text.substring(colon + 1).matches("\\d{1,5}")) {
      throw ConversionException.named(text + ": expected unix:PATH or tcp:HOST:PORT");
    }
    int port = Integer.parseInt(text.substring(colon + 1));
    if (port > 65535) {
      throw ConversionException.named(text + ": expected a port up to 65535");
    }
    String host = text.substring(4, colon).replaceAll("^\\[(.*)]$", "$1");
    InetAddress address = InetAddress.getByName(host);
    if (!address.isLoopbackAddress() && !any) {
      throw ConversionException.named(
          text + ": others could connect; --listen-any allows that, without any protection");
    }
    return new ListenAddress(new InetSocketAddress(address, port));
  }

  ServerSocketChannel listen() throws IOException {
    boolean unix = address instanceof UnixDomainSocketAddress;
    if (address instanceof UnixDomainSocketAddress u
        && Files.exists(u.getPath(), LinkOption.NOFOLLOW_LINKS)) {
      throw ConversionException.named(this + ": exists; remove it when nobody listens there");
    }
    ServerSocketChannel server =
        unix ? ServerSocketChannel.open(StandardProtocolFamily.UNIX) : ServerSocketChannel.open();
    try {
      server.bind(address, BACKLOG);
      return server;
    } catch (IOException e) {
      server.close();
      throw NamedIOException.of(this, e);
    }
  }

  /** Removes what listening left in the file system. */
  void remove() throws IOException {
    if (address instanceof UnixDomainSocketAddress u) {
      Files.deleteIfExists(Path.of(u.getPath().toString()));
    }
  }

  @Override
  public String toString() {
    return switch (address) {
      case UnixDomainSocketAddress u -> "unix:" + u.getPath();
      case InetSocketAddress i -> {
        String host = i.getAddress().getHostAddress();
        yield "tcp:" + (host.contains(":") ? "[" + host + "]" : host) + ":" + i.getPort();
      }
      default -> address.toString();
    };
  }
}
