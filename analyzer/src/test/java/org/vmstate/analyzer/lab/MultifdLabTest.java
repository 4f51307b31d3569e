package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kaitai.struct.ByteBufferKaitaiStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.analyzer.channel.Recordings;
import org.vmstate.analyzer.check.CheckOptions;
import org.vmstate.analyzer.check.Checker;
import org.vmstate.analyzer.check.Finding;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.analyzer.convert.Converter;
import org.vmstate.analyzer.host.DataMap;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;
import org.vmstate.formats.spec.MultifdChannel;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/** A real migration with multifd, of which every connection is recorded. */
class MultifdLabTest {
  private static final int CHANNELS = 3;

  @TempDir Path folder;

  private Path main;
  private Path core;
  private final List<Path> channels = new ArrayList<>();

  private void record(String compression) throws Exception {
    core = folder.resolve("core");
    Path address = Files.createTempFile("multifd", "");
    Files.delete(address);
    List<Path> all = new ArrayList<>();
    // closed in reverse, so that nobody waits for connections for ever
    try (ExecutorService threads = Executors.newCachedThreadPool();
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(address));
      Future<List<Future<Path>>> accepted = threads.submit(() -> accept(server, threads));
      try (Qemu qemu = Qemu.start(folder, "x86_64", guest())) {
        qemu.call(
            "dump-guest-memory", "{\"paging\": false, \"protocol\": \"file:%s\"}".formatted(core));
        qemu.enable("multifd");
        qemu.call(
            "migrate-set-capabilities",
            "{\"capabilities\": [{\"capability\": \"return-path\", \"state\": false}]}");
        qemu.call(
            "migrate-set-parameters",
            "{\"multifd-channels\": %s, \"multifd-compression\": \"%s\", \"max-bandwidth\": %s}"
                .formatted(CHANNELS, compression, 10_000_000_000L));
        qemu.save("unix:" + address);
      }
      for (Future<Path> recording : accepted.get()) {
        all.add(recording.get());
      }
    } finally {
      Files.deleteIfExists(address);
    }
    for (Path recording : all) {
      if (ByteBuffer.wrap(Files.readAllBytes(recording)).getInt() == StreamFormat.MAGIC) {
        main = recording;
      } else {
        channels.add(recording);
      }
    }
    assertEquals(CHANNELS, channels.size());
  }

  private List<Future<Path>> accept(ServerSocketChannel server, ExecutorService threads)
      throws IOException {
    List<Future<Path>> recordings = new ArrayList<>();
    for (int i = 0; i <= CHANNELS; i++) {
      SocketChannel connection = server.accept();
      Path file = folder.resolve("connection" + i);
      recordings.add(
          threads.submit(
              () -> {
                try (connection) {
                  Files.copy(Channels.newInputStream(connection), file);
                }
                return file;
              }));
    }
    return recordings;
  }

  private List<Finding> check(List<Path> given) throws IOException {
    try (ByteSource source = ImageReader.open(main)) {
      CheckOptions options = new CheckOptions(DataMap.SOLID, 0, "", Optional.empty(), given);
      return new Checker(ParseOptions.DEFAULT, options).check(source).findings().list();
    }
  }

  private static String[] guest(String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("-M", "pc", "-m", "64", "-nodefaults", "-accel", "tcg", "-S"));
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }

  private void requireChannelSpecification() throws IOException {
    for (Path recording : channels) {
      byte[] bytes = Files.readAllBytes(recording);
      MultifdChannel channel = new MultifdChannel(new ByteBufferKaitaiStream(bytes), 128);
      channel._read();
      long length = 64;
      for (MultifdChannel.Packet packet : channel.packets()) {
        length += 1344 + packet.data().length;
      }
      assertEquals(bytes.length, length);
    }
  }

  private void assertRefused(Set<Reason> reasons, List<Path> given) throws IOException {
    try (ByteSource joined =
        Recordings.join(ImageReader.open(main), given, ParseOptions.DEFAULT, false)) {
      StateFormatException refused =
          assertThrows(
              StateFormatException.class,
              () -> ImageReader.read(joined, ParseOptions.DEFAULT, event -> {}));
      assertTrue(reasons.contains(refused.problem().reason()), refused.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "zlib", "zstd"})
  void recordedChannelsBringThePagesThatTheMainStreamLacks(String compression) throws Exception {
    Lab.require();
    record(compression);
    assertEquals(List.of(), check(channels));

    Path joined = folder.resolve("joined");
    try (ByteSource source =
            Recordings.join(ImageReader.open(main), channels, ParseOptions.DEFAULT, false);
        Destination target = Destination.file(joined, true, false)) {
      Outcome outcome =
          new Converter(
                  ConvertOptions.to(FormatId.QEMU_MAPPED_RAM),
                  ParseOptions.DEFAULT,
                  Progress.NONE,
                  note -> {})
              .convert(source, null, target);
      target.commit(outcome, false);
    }
    Checks.requireSameMemory(core, joined, folder);
    try (Qemu qemu = Qemu.start(folder, "x86_64", guest("-incoming", "defer"))) {
      qemu.enable("mapped-ram");
      qemu.load("file:" + joined);
    }
    requireChannelSpecification();

    List<Finding> alone = check(List.of());
    assertTrue(alone.stream().allMatch(f -> f.rule() == Rule.PAGES_SENT), alone.toString());
    assertTrue(alone.stream().allMatch(f -> f.severity() == Severity.INFO), alone.toString());

    Path largest = channels.stream().max(Comparator.comparing(p -> p.toFile().length())).get();
    List<Path> others = channels.stream().filter(c -> !c.equals(largest)).toList();
    List<Finding> without = check(others);
    assertTrue(
        without.stream()
            .anyMatch(f -> f.rule() == Rule.PAGES_SENT && f.severity() == Severity.WARNING),
        without.toString());

    // of the last one only the numbers of its packets tell
    assertRefused(
        Set.of(Reason.MULTIFD_CHANNEL_MISSING, Reason.MULTIFD_PACKET_MISSING), others.reversed());
    byte[] bytes = Files.readAllBytes(largest);
    Files.write(largest, Arrays.copyOf(bytes, bytes.length * 2 / 3));
    assertRefused(Set.of(Reason.DATA_ENDS), channels);
    try (ByteSource partial =
        Recordings.join(ImageReader.open(main), channels, ParseOptions.DEFAULT, true)) {
      ImageReader.read(partial, ParseOptions.DEFAULT, event -> {});
    }
    Files.write(largest, Arrays.copyOf(bytes, bytes.length - 1));
    List<Finding> cut = check(channels);
    assertTrue(cut.stream().anyMatch(f -> f.rule() == Rule.MULTIFD_SIZE), cut.toString());
  }
}
