package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vmstate.analyzer.channel.ListenAddress;
import org.vmstate.analyzer.channel.Receiver;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.analyzer.convert.Converter;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.formats.FormatId;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/** Real QEMUs migrate into our receiver. -Dlab.wide=true runs all combinations and 20 deaths. */
class ReceiveLabTest {
  private static final boolean WIDE = Boolean.getBoolean("lab.wide");
  private static final int IDLE = 100;

  @TempDir Path folder;

  private Path sockets;

  /** A way to migrate. */
  record Way(Release release, String socket, int channels, String compression) {
    FormatId target() {
      return release.knowsMappedRam() ? FormatId.QEMU_MAPPED_RAM : FormatId.QEMU;
    }
  }

  /** What receives in another thread. */
  private final class Reception implements AutoCloseable {
    private final Receiver receiver;
    private final FutureTask<Void> task;
    private final String uri;
    private final Path out;

    Reception(String socket, FormatId target) throws IOException {
      sockets = Files.createTempDirectory("receive");
      String unix = "unix:" + sockets.resolve("s");
      receiver =
          new Receiver(
              ListenAddress.of(socket.equals("unix") ? unix : "tcp:localhost:0", false),
              Duration.ofSeconds(20),
              note -> {});
      uri =
          receiver.address() instanceof InetSocketAddress a ? "tcp:127.0.0.1:" + a.getPort() : unix;
      out = folder.resolve("received");
      task = new FutureTask<>(() -> receive(target));
      Thread.ofPlatform().daemon().start(task);
    }

    private Void receive(FormatId target) throws IOException {
      try (Destination destination = Destination.file(out, true, false);
          ByteSource source = receiver.stream(ParseOptions.DEFAULT)) {
        Outcome outcome =
            new Converter(
                    ConvertOptions.to(target), ParseOptions.DEFAULT, Progress.NONE, note -> {})
                .convert(source, null, destination);
        destination.commit(outcome, false);
        return null;
      }
    }

    void await() throws Exception {
      task.get(2, TimeUnit.MINUTES);
    }

    @Override
    public void close() throws IOException {
      receiver.close();
      assertFalse(Files.exists(sockets.resolve("s")), "the socket is left");
      Files.delete(sockets);
    }
  }

  static Stream<Way> ways() {
    if (!WIDE) {
      return Stream.of(
          new Way(Release.V10_0, "unix", 2, "zstd"),
          new Way(Release.V10_0, "tcp", 0, "none"),
          new Way(Release.V7_2, "unix", 2, "none"),
          new Way(Release.V7_2, "tcp", 8, "zlib"),
          new Way(Release.V5_2, "unix", 2, "zlib"),
          new Way(Release.V11_1, "tcp", 8, "none"));
    }
    List<Way> all = new ArrayList<>();
    for (Release release : Release.values()) {
      for (String socket : List.of("unix", "tcp")) {
        all.add(new Way(release, socket, 0, "none"));
        for (int channels : List.of(2, 8)) {
          for (String compression : List.of("none", "zlib", "zstd")) {
            // Debian's 5.2 was built without it
            if (release != Release.V5_2 || !compression.equals("zstd")) {
              all.add(new Way(release, socket, channels, compression));
            }
          }
        }
      }
    }
    return all.stream();
  }

  private static String[] guest(String... more) {
    List<String> all =
        new ArrayList<>(List.of("-M", "q35", "-m", "64", "-nodefaults", "-accel", "tcg", "-S"));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private static void prepare(Qemu qemu, int channels, String compression, long bandwidth)
      throws IOException {
    if (channels > 0) {
      qemu.enable("multifd");
      qemu.call(
          "migrate-set-parameters",
          "{\"multifd-channels\": %s, \"multifd-compression\": \"%s\"}"
              .formatted(channels, compression));
    }
    qemu.call("migrate-set-parameters", "{\"max-bandwidth\": %s}".formatted(bandwidth));
  }

  private static List<SocketChannel> strangers(Receiver receiver) throws IOException {
    List<SocketChannel> all = new ArrayList<>();
    for (int i = 0; i < IDLE; i++) {
      SocketChannel stranger = SocketChannel.open(receiver.address());
      if (i % 2 == 0) {
        stranger.write(ByteBuffer.wrap("GET / HTTP/1.1\r\n\r\n".getBytes()));
      }
      all.add(stranger);
    }
    return all;
  }

  /** Strangers who say nothing or something else are connected all the time. */
  @ParameterizedTest
  @MethodSource("ways")
  void receivedImageHoldsTheGuestsMemoryAndLoads(Way way) throws Exception {
    Path lab = Lab.require();
    Path core = folder.resolve("core");
    List<SocketChannel> strangers = List.of();
    try (Reception reception = new Reception(way.socket(), way.target());
        Qemu qemu = way.release().start(lab, folder, guest())) {
      qemu.call(
          "dump-guest-memory", "{\"paging\": false, \"protocol\": \"file:%s\"}".formatted(core));
      prepare(qemu, way.channels(), way.compression(), 10_000_000_000L);
      strangers = strangers(reception.receiver);
      qemu.save(reception.uri);
      reception.await();
      Checks.requireSameMemory(core, reception.out, folder);
      loads(lab, way, reception.out);
    } finally {
      for (SocketChannel stranger : strangers) {
        stranger.close();
      }
    }
  }

  private void loads(Path lab, Way way, Path image) throws Exception {
    try (Qemu qemu = way.release().start(lab, folder, guest("-incoming", "defer"))) {
      if (way.target() == FormatId.QEMU_MAPPED_RAM) {
        qemu.enable("mapped-ram");
      }
      qemu.load(way.release().knowsMappedRam() ? "file:" + image : "exec:cat " + image);
    }
  }

  @Test
  void aSenderThatDiesLeavesNothing() throws Exception {
    Path lab = Lab.require();
    Random random = new Random(16);
    for (int i = 0; i < (WIDE ? 20 : 3); i++) {
      try (Reception reception = new Reception("unix", FormatId.QEMU_MAPPED_RAM)) {
        try (Qemu qemu = Release.V10_0.start(lab, folder, guest("-vga", "std"))) {
          prepare(qemu, i % 3, "none", 30_000);
          qemu.call("migrate", "{\"uri\": \"%s\"}".formatted(reception.uri));
          Thread.sleep(random.nextInt(1000));
        }
        // before the connection was made nobody came
        if (reception.receiver.hasBegun()) {
          try {
            reception.await();
            // it had sent everything
            Files.delete(reception.out);
          } catch (ExecutionException failed) {
            assertTrue(failed.getCause() instanceof IOException, failed.toString());
            assertEquals(1, failed.getCause().getMessage().lines().count(), failed.toString());
          }
        }
      }
      try (Stream<Path> left = Files.list(folder)) {
        assertEquals(
            List.of(), left.filter(p -> p.toString().contains("received")).toList(), "run " + i);
      }
    }
  }

  /** Pages that the destination asks for cannot come: it would have to run the guest. */
  @Test
  void senderThatSwitchesToPostcopyIsRefusedAtOnce() throws Exception {
    Lab.require();
    int pages = 1024;
    try (Reception reception = new Reception("unix", FormatId.QEMU_MAPPED_RAM);
        Qemu qemu = WritingGuest.start(folder, WritingGuest.Pattern.RANDOM, pages, 2 * pages, 0)) {
      qemu.enable("postcopy-ram");
      prepare(qemu, 0, "none", 5_000_000);
      qemu.call("migrate", "{\"uri\": \"%s\"}".formatted(reception.uri));
      while (!reception.receiver.hasBegun()) {
        Thread.sleep(10);
      }
      qemu.call("migrate-start-postcopy");
      ExecutionException failed = assertThrows(ExecutionException.class, reception::await);
      String message = failed.getCause().getMessage();
      assertTrue(message.contains("switched to postcopy"), message);
      assertEquals(1, message.lines().count(), message);
      assertFalse(Files.exists(reception.out));
    }
  }

  @Test
  void aRunningGuestGoesOnFromWhatWasReceived() throws Exception {
    Path lab = Lab.require();
    Path log = folder.resolve("serial");
    List<String> guest = LinuxGuest.on("q35", 160, lab, 24, log);
    try (Reception reception = new Reception("unix", FormatId.QEMU_MAPPED_RAM)) {
      try (Qemu qemu = Qemu.start(folder, "x86_64", guest)) {
        Lab.await(log, "TICK 2 OK");
        prepare(qemu, 2, "zstd", 100_000_000L);
        qemu.save(reception.uri);
        reception.await();
      }
      Files.write(log, new byte[0]);
      guest.addAll(List.of("-incoming", "defer"));
      try (Qemu qemu = Qemu.start(folder, "x86_64", guest)) {
        qemu.enable("mapped-ram");
        qemu.load("file:" + reception.out);
        qemu.call("cont");
        Lab.await(log, " OK");
        assertFalse(Files.readString(log).contains("CORRUPT"));
      }
    }
  }
}
