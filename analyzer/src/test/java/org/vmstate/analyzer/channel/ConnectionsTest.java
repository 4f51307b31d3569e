package org.vmstate.analyzer.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.vmstate.analyzer.channel.FailingSockets.Connection;
import org.vmstate.analyzer.channel.FailingSockets.Server;
import org.vmstate.analyzer.output.ConversionException;

/** What the threads of connections meet, of which nobody must wait for ever. */
class ConnectionsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final OutOfMemoryError FAILURE = new OutOfMemoryError("test");

  private static Signal signal() {
    return new Signal(Duration.ofHours(1));
  }

  @Test
  void listenerThatFailsEndsTheWait() {
    assertTimeoutPreemptively(
        PATIENCE,
        () -> {
          try (Connections connections = new Connections(new Server(FAILURE), signal(), _ -> {})) {
            assertSame(FAILURE, assertThrows(OutOfMemoryError.class, connections::main));
            assertSame(FAILURE, assertThrows(OutOfMemoryError.class, connections::channels));
          }
        });
  }

  @Test
  void firstBytesThatFailEndTheWait() {
    assertTimeoutPreemptively(
        PATIENCE,
        () -> {
          Server server = new Server(new Connection(new byte[0], FAILURE));
          try (Connections connections = new Connections(server, signal(), _ -> {})) {
            assertSame(FAILURE, assertThrows(OutOfMemoryError.class, connections::main));
          }
        });
  }

  @Test
  void readerIsThrownWhatTheConnectionMet() {
    assertTimeoutPreemptively(
        PATIENCE,
        () -> {
          Connection connection = new Connection(new byte[] {1, 2}, FAILURE);
          try (Feed feed = new Feed(connection, ByteBuffer.allocate(1), signal())) {
            for (int expected : new int[] {0, 1, 2}) {
              assertEquals(expected, feed.read());
            }
            assertSame(FAILURE, assertThrows(OutOfMemoryError.class, feed::read));
          }
        });
  }

  /** The sender is gone; what it sent is judged by the reader of the stream. */
  @Test
  void connectionThatBreaksEndsTheStream() {
    assertTimeoutPreemptively(
        PATIENCE,
        () -> {
          Connection connection = new Connection(new byte[] {1, 2}, new IOException("reset"));
          try (Feed feed = new Feed(connection, ByteBuffer.allocate(1), signal())) {
            assertEquals(3, feed.readAllBytes().length);
          }
        });
  }

  /** Its pages would be missing, or older ones be taken for them, where numbers do not show it. */
  @Test
  void channelThatComesTooLateIsAnErrorUnlessNothingIsMissing() {
    withoutChannels(
        (connections, address) -> {
          connections.requireAll(false);
          assertRefused(address, RecordedSave.first().length, false);
          assertThrows(ConversionException.class, () -> connections.requireAll(false));
          connections.requireAll(true);
        });
  }

  /** A channel's first packet is complete at once; whoever sends less is none. */
  @Test
  void lateConnectionThatOnlyStartsLikeAChannelIsNone() {
    withoutChannels(
        (connections, address) -> {
          for (int length : new int[] {4, 8, 64, 383}) {
            assertRefused(address, length, true);
          }
          connections.requireAll(false);
        });
  }

  /** A sender that is killed when only a channel of it, or less, has said what it is. */
  @Test
  void senderWithoutAMainStreamIsNotWaitedForForEver() {
    byte[] first = RecordedSave.first();
    for (byte[] part :
        new byte[][] {first, Arrays.copyOf(first, 64), {'Q', 'E', 'V', 'M', 0, 0, 0, 3}}) {
      assertTimeoutPreemptively(
          PATIENCE,
          () -> {
            Signal signal = new Signal(Duration.ofMillis(100));
            Server server = new Server(new Connection(part, new IOException("reset")));
            try (Connections connections = new Connections(server, signal, _ -> {})) {
              IOException e = assertThrows(IOException.class, connections::main);
              assertTrue(e.getMessage().startsWith("no main stream came"), e.getMessage());
            }
          });
    }
  }

  /** Strangers are none, and whoever is still silent may yet be one. */
  @Test
  void strangersDoNotEndTheWait() throws IOException {
    byte[] first = RecordedSave.first();
    Signal signal = new Signal(Duration.ZERO);
    try (ServerSocketChannel server = ServerSocketChannel.open();
        Connections connections = new Connections(listening(server), signal, _ -> {})) {
      for (byte[] part : new byte[][] {{}, {1, 2, 3, 4, 5}, Arrays.copyOf(first, 63)}) {
        try (SocketChannel stranger = SocketChannel.open(server.getLocalAddress())) {
          stranger.write(ByteBuffer.wrap(part));
          stranger.shutdownOutput();
          assertClosed(stranger);
        }
      }
      Thread.currentThread().interrupt();
      assertEquals("interrupted", assertThrows(IOException.class, connections::main).getMessage());
      assertTrue(Thread.interrupted());
    }
  }

  /** What is tried with connections that need no more channels. */
  private interface Trial {
    void run(Connections connections, SocketAddress address) throws IOException;
  }

  private static void withoutChannels(Trial trial) {
    assertTimeoutPreemptively(
        PATIENCE,
        () -> {
          try (ServerSocketChannel server = ServerSocketChannel.open();
              Connections connections = new Connections(listening(server), signal(), _ -> {})) {
            connections.enough();
            trial.run(connections, server.getLocalAddress());
          }
        });
  }

  /** A connection that sends the first bytes of a channel is closed when it was looked at. */
  private static void assertRefused(SocketAddress address, int length, boolean ends)
      throws IOException {
    try (SocketChannel channel = SocketChannel.open(address)) {
      channel.write(ByteBuffer.wrap(RecordedSave.first(), 0, length));
      if (ends) {
        channel.shutdownOutput();
      }
      assertClosed(channel);
    }
  }

  private static void assertClosed(SocketChannel channel) {
    try {
      assertEquals(-1, channel.read(ByteBuffer.allocate(1)));
    } catch (IOException reset) {
      // bytes were left that nobody read
    }
  }

  private static ServerSocketChannel listening(ServerSocketChannel server) throws IOException {
    return server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }
}
