package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.analyzer.check.CheckOptions;
import org.vmstate.analyzer.check.CheckResult;
import org.vmstate.analyzer.check.Checker;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.analyzer.host.DataMap;
import org.vmstate.analyzer.host.DirectNeeds;
import org.vmstate.analyzer.info.ImageInfo;
import org.vmstate.analyzer.info.InfoReader;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.layout.StreamLayout;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.writer.io.FileSink;
import org.vmstate.writer.synthetic.SyntheticImage;
import org.vmstate.writer.synthetic.SyntheticRecipe;

/** What {@code check} says of direct I/O, against what the kernel does. */
class DirectReadsLabTest {
  private static final String[] GUEST = {
    "-M", "q35", "-accel", "tcg", "-m", "16", "-nodefaults", "-S"
  };

  @TempDir Path folder;

  /** Returns the blocks of an image. */
  private static List<RamBlock> blocks(Path image) throws IOException {
    List<RamBlock> found = new ArrayList<>();
    try (ByteSource source = ImageReader.open(image)) {
      ImageReader.read(
          source,
          ParseOptions.DEFAULT.ofHead(),
          event -> {
            if (event instanceof Event.RamListEnd e) {
              found.addAll(e.blocks());
            }
          });
    }
    return found;
  }

  /**
   * Reads every block with O_DIRECT, on the root file system and on loop devices whose sectors have
   * 512 and 4096 bytes, and compares with what check says of pages at different places: in QEMU's
   * image, and in ours with other alignments.
   */
  @ParameterizedTest
  @ValueSource(strings = {"root", "512 ext4", "4096 ext4", "512 xfs", "4096 xfs"})
  void directReadsWorkWhereCheckSaysSo(String device) throws Exception {
    Lab.require();
    Path image = folder.resolve("image");
    try (Qemu qemu = Qemu.start(folder, "x86_64", GUEST)) {
      qemu.enable("mapped-ram");
      qemu.save("file:" + image);
    }
    Path place =
        device.equals("root") ? Files.createTempDirectory("direct") : Mounts.mount(folder, device);
    try {
      DirectNeeds needs = DirectNeeds.of(place);
      Path there = Files.copy(image, place.resolve("image"));
      assertEquals(0, agree(there, needs), "blocks that cannot be read");
      alignmentsOf(there, 1 << 20);
      for (long align : List.of(4L << 10, 64L << 10, 1L << 20, 8L << 20)) {
        Path aligned = place.resolve("align" + align);
        Conversions.convert(there, aligned, aligned(align));
        assertEquals(0, agree(aligned, needs), "blocks that cannot be read, align=" + align);
        alignmentsOf(aligned, align);
        Files.delete(aligned);
      }
      Path odd = place.resolve("odd");
      SyntheticRecipe recipe =
          new SyntheticRecipe(
              1,
              "test-1.0",
              1024,
              List.of(new SyntheticRecipe.Block("odd", 1 << 20)),
              0,
              0,
              0,
              0,
              0,
              false,
              false,
              1);
      try (FileSink sink =
          new FileSink(
              FileChannel.open(
                  Files.createFile(odd), StandardOpenOption.READ, StandardOpenOption.WRITE),
              null,
              0)) {
        new SyntheticImage(recipe).writeFixed(sink, StreamLayout.MAPPED_RAM, 1024);
        sink.flush();
      }
      assertEquals(needs.align() > 1024 ? 1 : 0, agree(odd, needs), needs.toString());
    } finally {
      if (!device.equals("root")) {
        Mounts.unmount(folder, place);
      }
    }
  }

  private static ConvertOptions aligned(long align) {
    return ConvertOptions.to(FormatId.QEMU_MAPPED_RAM).aligned(OptionalLong.of(align));
  }

  /** Requires that an image fits all powers of two up to that of its places, and none above. */
  private static void alignmentsOf(Path image, long places) throws IOException {
    try (ByteSource source = ImageReader.open(image)) {
      ImageInfo info =
          InfoReader.read("", source, ParseOptions.DEFAULT, false, OptionalLong::empty);
      assertEquals(places, info.areas().orElseThrow().alignment());
    }
    for (long align = 512; align <= 16 << 20; align *= 2) {
      CheckOptions options =
          new CheckOptions(DataMap.SOLID, align, "test", Optional.empty(), List.of());
      try (ByteSource source = ImageReader.open(image)) {
        CheckResult result = new Checker(ParseOptions.DEFAULT, options).check(source);
        assertEquals(align <= places, Checks.errors(result).isEmpty(), image + " " + align);
      }
    }
  }

  /** Requires the same answer for each block; returns how many cannot be read. */
  private int agree(Path image, DirectNeeds needs) throws Exception {
    CheckOptions options =
        new CheckOptions(DataMap.SOLID, needs.align(), needs.origin(), Optional.empty(), List.of());
    CheckResult result;
    try (ByteSource source = ImageReader.open(image)) {
      result = new Checker(ParseOptions.DEFAULT, options).check(source);
    }
    int refused = 0;
    for (RamBlock block : blocks(image)) {
      boolean said =
          Checks.errors(result).stream()
              .noneMatch(f -> f.facts().getOrDefault("block", "").equals(block.name()));
      assertEquals(reads(image, block), said, image + " " + block.name() + " " + needs);
      refused += said ? 0 : 1;
    }
    return refused;
  }

  private boolean reads(Path image, RamBlock block) throws Exception {
    long unit = Math.min(1 << 20, Long.lowestOneBit(block.usedLength()));
    Lab.Result read =
        Lab.run(
            folder.resolve("dd.err"),
            "dd",
            "if=" + image,
            "of=/dev/null",
            "iflag=direct,skip_bytes,count_bytes",
            "bs=" + unit,
            "skip=" + block.mapped().orElseThrow().pagesOffset(),
            "count=" + block.usedLength());
    return read.exitCode() == 0;
  }
}
