package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.analyzer.channel.RecordedSave;

/** A recorded migration comes over a socket, where it breaks off or others connect first. */
class ReceiveStrangersTest {
  private static final int HELLO = 64;

  /** Strangers in some minutes. */
  private static final int MOST_STRANGERS = 1000;

  @TempDir Path folder;

  private final List<SocketChannel> connections = new ArrayList<>();

  private Path socket() {
    return folder.resolve("s");
  }

  private Path out() {
    return folder.resolve("out");
  }

  private SocketChannel send(byte[] bytes) throws IOException {
    SocketChannel connection = connect();
    connections.add(connection);
    connection.write(ByteBuffer.wrap(bytes));
    return connection;
  }

  /** Connects; the socket's file is there a moment before anyone listens. */
  private SocketChannel connect() throws IOException {
    for (int i = 0; ; i++) {
      try {
        return SocketChannel.open(UnixDomainSocketAddress.of(socket()));
      } catch (IOException e) {
        if (i == 100) {
          throw e;
        }
        LockSupport.parkNanos(10_000_000);
      }
    }
  }

  /** Sends. */
  private interface Sender {
    void send() throws Exception;
  }

  private CommandRun receive(Sender sender) throws Exception {
    FutureTask<Void> sending =
        new FutureTask<>(
            () -> {
              while (!Files.exists(socket())) {
                Thread.sleep(5);
              }
              sender.send();
              return null;
            });
    Thread.ofPlatform().daemon().start(sending);
    try {
      CommandRun run =
          CommandRun.of("receive", "--timeout", "20", "unix:" + socket(), out().toString());
      sending.get();
      return run;
    } finally {
      for (SocketChannel connection : connections) {
        connection.close();
      }
    }
  }

  private void real() throws IOException {
    send(RecordedSave.first()).shutdownOutput();
    send(RecordedSave.second()).shutdownOutput();
    send(RecordedSave.main()).shutdownOutput();
  }

  private static byte[] stranger(String kind) {
    return switch (kind) {
      case "main header" -> Arrays.copyOf(RecordedSave.main(), 8);
      case "main configuration" -> Arrays.copyOf(RecordedSave.main(), 12);
      case "channel magic" -> Arrays.copyOf(RecordedSave.first(2), 8);
      case "channel hello" -> Arrays.copyOf(RecordedSave.first(2), HELLO);
      case "channel garbage" -> Arrays.copyOf(RecordedSave.first(2), HELLO + 4);
      case "channel of another" -> RecordedSave.first(2);
      default -> throw new AssertionError(kind);
    };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "main header",
        "main configuration",
        "channel magic",
        "channel hello",
        "channel garbage",
        "channel of another"
      })
  void strangerThatStartsLikeAMigrationDoesNoHarm(String kind) throws Exception {
    CommandRun run =
        receive(
            () -> {
              send(stranger(kind));
              // so that it is the first one
              Thread.sleep(100);
              real();
            });
    assertEquals(ExitCode.OK, run.code(), run::toString);
    assertTrue(Files.size(out()) > 4096, "a page with data, a zero one");
  }

  /** The numbers of the others' packets do not show it before the second interval ends. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void lastChannelMayComeAfterThePagesOfTheOthers(boolean stranger) throws Exception {
    CommandRun run =
        receive(
            () -> {
              send(RecordedSave.first()).shutdownOutput();
              send(RecordedSave.main()).shutdownOutput();
              // what the receiver waits for the first channels is over, on a busy machine, too
              Thread.sleep(3000);
              if (stranger) {
                send(RecordedSave.first(2)).shutdownOutput();
                // of the guest, but cut in the first interval
                send(Arrays.copyOf(RecordedSave.second(), 64 + 500)).shutdownOutput();
                Thread.sleep(200);
              }
              send(RecordedSave.second()).shutdownOutput();
            });
    assertEquals(ExitCode.OK, run.code(), run::toString);
    CommandRun stats = CommandRun.of("stats", out().toString());
    assertTrue(stats.out().contains("duplicate: 1 pages\nnormal: 1 pages"), stats::out);
  }

  @Test
  void strangersThatKeepComingDoNotPutItOff() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger strangers = new AtomicInteger();
    CommandRun run =
        receive(
            () -> {
              Thread.ofPlatform()
                  .daemon()
                  .start(
                      () -> {
                        try {
                          while (!over.get() && strangers.incrementAndGet() < MOST_STRANGERS) {
                            connect().write(ByteBuffer.wrap(stranger("channel magic")));
                            Thread.sleep(200);
                          }
                        } catch (IOException | InterruptedException e) {
                          // the receiver is gone
                        }
                      });
              real();
            });
    over.set(true);
    assertEquals(ExitCode.OK, run.code(), run::toString);
    assertTrue(strangers.get() < MOST_STRANGERS, strangers::toString);
  }

  @Test
  void senderIsLetInBehindAnyNumberOfStrangers() throws Exception {
    CommandRun run =
        receive(
            () -> {
              for (int i = 0; i < 1100; i++) {
                connections.add(connect());
              }
              real();
            });
    assertEquals(ExitCode.OK, run.code(), run::toString);
  }

  @Test
  void senderThatBreaksOffIsNamedByTheAddress() throws Exception {
    byte[] main = RecordedSave.main();
    CommandRun run = receive(() -> send(Arrays.copyOf(main, main.length - 8)).shutdownOutput());
    assertEquals(ExitCode.CORRUPT, run.code(), run::toString);
    List<String> lines = run.err().lines().toList();
    assertTrue(
        lines
            .getLast()
            .startsWith(
                "vmstate-img: unix:"
                    + socket()
                    + ": the sender ended or broke off the migration before its end; nothing was"
                    + " written; the last came at 0x"),
        run::err);
    assertFalse(Files.exists(out()));
  }
}
