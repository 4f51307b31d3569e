package org.vmstate.analyzer.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;
import org.vmstate.analyzer.channel.RecordedSave;
import org.vmstate.analyzer.channel.Recordings;
import org.vmstate.analyzer.check.CheckOptions;
import org.vmstate.analyzer.check.Checker;
import org.vmstate.analyzer.compare.Comparison;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.analyzer.convert.Converter;
import org.vmstate.analyzer.extract.Extractor;
import org.vmstate.analyzer.map.MapPrinter;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.analyzer.report.JsonReport;
import org.vmstate.analyzer.report.Report;
import org.vmstate.analyzer.salvage.Salvage;
import org.vmstate.analyzer.samples.Samples;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.Limits;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.spec.MultifdInitialPacket;
import org.vmstate.formats.spec.MultifdPacket;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.container.Container;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.SpecReader;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.parser.libvirt.SaveHeaderParser;
import org.vmstate.parser.qcow2.NoSuchSnapshotException;
import org.vmstate.parser.vmdesc.DescriptionParser;
import org.vmstate.parser.xbzrle.Xbzrle2011Decoder;
import org.vmstate.parser.xbzrle.XbzrleDecoder;
import org.vmstate.testkit.Defect;
import org.vmstate.testkit.Defects;
import org.vmstate.testkit.ImageBytes;
import org.vmstate.testkit.MappedParts;
import org.vmstate.testkit.Parts;

/**
 * Entry points of Jazzer, one at a time: {@code .ci/fuzz TARGET SECONDS}. Only the errors of the
 * format may escape.
 */
class FuzzTargetsTest {
  private static final int MOST_CUTS = 64;

  /** Real images, as far as they are small. */
  private static Stream<byte[]> samples() throws IOException {
    return Samples.list().stream()
        .map(
            sample -> {
              Path file = null;
              try {
                file = Samples.temporary(sample.name());
                return Files.size(file) < 1 << 18 ? Files.readAllBytes(file) : new byte[0];
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              } finally {
                if (file != null) {
                  file.toFile().delete();
                }
              }
            })
        .filter(image -> image.length > 0);
  }

  static Stream<byte[]> images() throws IOException {
    Stream<byte[]> made =
        Stream.concat(Defects.good().stream(), Defects.all().stream().map(Defect::bytes));
    return Stream.concat(samples(), made.filter(image -> image.length < 1 << 17));
  }

  static Stream<byte[]> mappedImages() {
    return Stream.of(
        new MappedParts().pagesOffset(4096).toBytes(),
        new MappedParts().pagesOffset(8192).blocks(1).bitmap(3).toBytes());
  }

  static Stream<byte[]> streams() {
    return Stream.of(Parts.sequential().toBytes());
  }

  static Stream<byte[]> descriptions() {
    byte[] part = Parts.sequential().part("description");
    return Stream.of(Arrays.copyOfRange(part, 5, part.length));
  }

  static Stream<byte[]> deltas() {
    return Stream.of(new byte[] {5, 3, 1, 2, 3}, new byte[] {(byte) 0x80, 1, 1, 9, 2, 1, 7});
  }

  static Stream<byte[]> ramSections() {
    return Stream.of(Parts.pages(new ImageBytes()).eos().footer(1).toBytes());
  }

  static Stream<byte[]> packets() {
    return Stream.of(
        new ImageBytes().be32(0x11223344).be32(1).zeros(56).toBytes(),
        new ImageBytes()
            .be32(0x11223344)
            .be32(1)
            .be32(1)
            .be32(128)
            .be32(1)
            .be32(4096)
            .be64(1)
            .be32(0)
            .zeros(28)
            .text("pc.ram")
            .zeros(250)
            .be64(0)
            .toBytes());
  }

  private static ByteSource source(byte[] bytes) {
    return new HeapSource(bytes, 0, new StructurePath());
  }

  private static void read(ByteSource source) throws IOException {
    try {
      ImageReader.read(source, ParseOptions.DEFAULT, _ -> {});
    } catch (StateFormatException expected) {
      // whatever the bytes are
    }
  }

  @MethodSource("images")
  @FuzzTest
  void wholeFile(byte[] image) throws IOException {
    new Checker(ParseOptions.DEFAULT, CheckOptions.DEFAULT).check(source(image));
    read(ImageReader.open(new ByteArrayInputStream(image)));
  }

  @MethodSource("streams")
  @FuzzTest
  void stream(byte[] records) throws IOException {
    read(source(new ImageBytes().header().raw(records).toBytes()));
  }

  static Stream<byte[]> containers() throws IOException {
    return Stream.concat(
        images(),
        Stream.of("VMA\0", "xemu", "LibxlFmt", "DeviceModelRecord0002", "QFI\u00fb")
            .map(magic -> Arrays.copyOf(magic.getBytes(StandardCharsets.ISO_8859_1), 1024)));
  }

  @MethodSource("containers")
  @FuzzTest
  void container(byte[] file) throws IOException {
    try (Container container = Container.open(source(file), null)) {
      read(container.state(Optional.empty()));
    } catch (StateFormatException | NoSuchSnapshotException expected) {
      // whatever the bytes are
    }
  }

  @MethodSource("ramSections")
  @FuzzTest
  void ram(byte[] items) throws IOException {
    ImageBytes image = ImageBytes.withRam("pc.ram", 4).again(2, 1).raw(items);
    new Checker(ParseOptions.DEFAULT, CheckOptions.DEFAULT).check(source(image.toBytes()));
  }

  @MethodSource("mappedImages")
  @FuzzTest
  void mappedRam(byte[] image) throws IOException {
    new Checker(ParseOptions.DEFAULT, CheckOptions.DEFAULT).check(source(image));
  }

  @MethodSource("images")
  @FuzzTest
  void saveHeader(byte[] image) throws IOException {
    try {
      byte[] magic = "LibvirtQemudSave".getBytes();
      byte[] bytes = image.clone();
      System.arraycopy(magic, 0, bytes, 0, Math.min(magic.length, bytes.length));
      SaveHeaderParser.parse(source(bytes), Limits.DEFAULT, _ -> {});
    } catch (StateFormatException expected) {
      // whatever the bytes are
    }
  }

  /** A whole stream is whole nowhere else: no part of it from its start on is taken for one. */
  @MethodSource("images")
  @FuzzTest
  void cut(byte[] image) throws IOException {
    long[] end = {-1};
    boolean[] sized = {true};
    EventSink ends =
        event -> {
          if (event instanceof Event.EndOfStream e) {
            end[0] = e.range().end();
          }
          // bytes after the stream may be cut, and the compression may have its own end before that
          sized[0] &= !(event instanceof Event.Trailing || event instanceof Event.CompressedStream);
        };
    try {
      ImageReader.read(source(image), ParseOptions.DEFAULT, ends);
    } catch (StateFormatException expected) {
      return;
    }
    if (!sized[0] || end[0] < 0) {
      return;
    }
    // more cuts of a long image than these would only repeat one another
    long step = Math.max(1, image.length / MOST_CUTS);
    for (long length = image.length - 1; length >= 0; length -= step) {
      byte[] part = Arrays.copyOf(image, (int) length);
      // a cut right after the end mark is a stream whose description was suppressed
      if (length != end[0] && isWhole(part)) {
        throw new AssertionError("cut at " + length + " of " + image.length + ": whole");
      }
    }
  }

  private static boolean isWhole(byte[] image) throws IOException {
    try {
      ImageReader.read(source(image), ParseOptions.DEFAULT, _ -> {});
      return true;
    } catch (StateFormatException expected) {
      return false;
    }
  }

  /** What is converted is the same guest as before, or nothing. */
  @MethodSource("images")
  @FuzzTest
  void convert(byte[] image) throws IOException {
    ConvertOptions options = ConvertOptions.to(FormatId.QEMU);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ByteSource source = source(image);
        Destination target = Destination.stream(out)) {
      Outcome outcome =
          new Converter(options, ParseOptions.DEFAULT, Progress.NONE, text -> {})
              .convert(source, null, target);
      target.commit(outcome, false);
    } catch (StateFormatException | ConversionException expected) {
      return;
    }
    try (Comparison comparison = new Comparison(false, Progress.NONE)) {
      comparison.readFirst(source(image), ParseOptions.DEFAULT);
      comparison.readSecond(source(out.toByteArray()), ParseOptions.DEFAULT);
      comparison.compare();
      if (comparison.count() != 0) {
        throw new AssertionError("converted to another: " + comparison.differences());
      }
    } catch (StateFormatException e) {
      throw new AssertionError("converted to what cannot be read", e);
    }
  }

  /** The map, the core and the comparison of an image with itself. */
  @MethodSource("images")
  @FuzzTest
  void memory(byte[] image) throws IOException {
    try (ByteSource source = source(image);
        Report report = new JsonReport(OutputStream.nullOutputStream(), true)) {
      MapPrinter.pages("image", source, ParseOptions.DEFAULT, report);
    } catch (StateFormatException expected) {
      // whatever the bytes are
    }
    Path file = Files.createTempFile("vmstate", ".core");
    try (ByteSource source = source(image);
        Destination target = Destination.file(file, true, false)) {
      new Extractor(ParseOptions.DEFAULT, null, 1, Progress.NONE, text -> {})
          .elf(source, null, target);
    } catch (StateFormatException | ConversionException expected) {
      // whatever the bytes are
    } finally {
      Files.deleteIfExists(file);
    }
    try (Comparison comparison = new Comparison(true, Progress.NONE)) {
      comparison.readFirst(source(image), ParseOptions.DEFAULT);
      comparison.readSecond(source(image), ParseOptions.DEFAULT);
      comparison.compare();
      if (comparison.count() != 0) {
        throw new AssertionError("differs from itself: " + comparison.differences());
      }
    } catch (StateFormatException expected) {
      // whatever the bytes are
    }
  }

  @MethodSource("images")
  @FuzzTest
  void salvage(byte[] image) throws IOException {
    try (ByteSource whole = new Salvage(ParseOptions.DEFAULT).salvage(source(image))) {
      ImageReader.read(whole, ParseOptions.DEFAULT, _ -> {});
    } catch (StateFormatException expected) {
      // its head is lost
    }
  }

  static Stream<byte[]> recordings() {
    return Stream.of(RecordedSave.first(), RecordedSave.second())
        .map(
            channel ->
                new ImageBytes()
                    .be16(RecordedSave.main().length)
                    .raw(RecordedSave.main())
                    .raw(channel)
                    .toBytes());
  }

  /** A main stream, after its length, and one recorded channel. */
  @MethodSource("recordings")
  @FuzzTest
  void channel(byte[] recordings) throws IOException {
    if (recordings.length < 2) {
      return;
    }
    int length = (recordings[0] & 0xff) << 8 | recordings[1] & 0xff;
    int end = Math.min(recordings.length, 2 + length);
    byte[] main = Arrays.copyOfRange(recordings, 2, end);
    Path channel = Files.createTempFile("vmstate", ".channel");
    try {
      Files.write(channel, Arrays.copyOfRange(recordings, end, recordings.length));
      for (boolean accepting : new boolean[] {false, true}) {
        try (ByteSource joined =
            Recordings.join(source(main), List.of(channel), ParseOptions.DEFAULT, accepting)) {
          read(joined);
        } catch (StateFormatException | ConversionException expected) {
          // whatever the bytes are
        }
      }
    } finally {
      Files.deleteIfExists(channel);
    }
  }

  @MethodSource("deltas")
  @FuzzTest
  void xbzrle(byte[] delta) {
    byte[] page = new byte[4096];
    Optional<String> today = XbzrleDecoder.apply(delta, page);
    Optional<String> proposal = Xbzrle2011Decoder.apply(delta, ByteOrder.LITTLE_ENDIAN, page);
    if (today.isPresent() && today.get().isEmpty()
        || proposal.isPresent() && proposal.get().isEmpty()) {
      throw new AssertionError("an error without a text");
    }
  }

  @MethodSource("descriptions")
  @FuzzTest
  void description(byte[] json) throws IOException {
    try {
      DescriptionParser.parse(json, 0, Limits.DEFAULT);
    } catch (StateFormatException expected) {
      // whatever the bytes are
    }
  }

  @MethodSource("packets")
  @FuzzTest
  void multifd(byte[] packet) throws IOException {
    try {
      SpecReader.read(
          source(packet), "initial", Reason.MULTIFD_INITIAL_MAGIC, MultifdInitialPacket::new);
    } catch (StateFormatException expected) {
      // whatever the bytes are
    }
    try {
      SpecReader.read(
          source(packet), "packet", Reason.MULTIFD_PACKET_MAGIC, io -> new MultifdPacket(io, 128));
    } catch (StateFormatException expected) {
      // whatever the bytes are
    }
  }
}
