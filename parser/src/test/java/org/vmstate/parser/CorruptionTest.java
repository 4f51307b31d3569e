package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.testkit.Corruptor;
import org.vmstate.testkit.DeviceRecipe;
import org.vmstate.testkit.ImageBytes;
import org.vmstate.testkit.ImageRecipe;
import org.vmstate.testkit.PageRecord;

/**
 * Every prefix and every changed byte of small images gives a result or one of our errors, with an
 * offset inside the file. The surefire heap of 256 MiB bounds the memory.
 */
@Tag("slow")
class CorruptionTest {
  private static final ImageRecipe RECIPE =
      new ImageRecipe(
          10,
          List.of(3, 2),
          List.of(
              List.of(
                  new PageRecord(0, 0, 0, false, false),
                  new PageRecord(0, 1, 7, true, false),
                  new PageRecord(1, 0, 0, false, false)),
              List.of(new PageRecord(1, 1, 3, true, true))),
          List.of(
              new DeviceRecipe("timer", 0, new byte[] {1, 2, 3}),
              new DeviceRecipe("cpu", 1, new byte[] {5, 0, 0, 0, 9})),
          true);

  /** A small image under its name. */
  record Sample(String name, byte[] bytes) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Sample> samples() throws IOException {
    String xml = "<domain><name>x</name></domain>";
    byte[] libvirt =
        ImageBytes.libvirt(false, 2, 100, 1, 0, xml.length() + 1)
            .text(xml)
            .u8(0)
            .text("<cookie/>")
            .u8(0)
            .padTo(192)
            .raw(RECIPE.sequential())
            .toBytes();
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    compressed.write(ImageBytes.libvirt(true, 2, 40, 1, 1, 0).text(xml).padTo(132).toBytes());
    try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
      gzip.write(RECIPE.sequential());
    }
    return Stream.of(
        new Sample("sequential", RECIPE.sequential()),
        new Sample("mapped", RECIPE.mapped(1024)),
        new Sample("libvirt-raw", libvirt),
        new Sample("libvirt-gzip", compressed.toByteArray()),
        new Sample("deltas", deltas()));
  }

  private static byte[] deltas() {
    ImageBytes image = ImageBytes.withRam("r", 2).again(2, 1);
    image.be64(0x40).name("r").u8(1).be16(4).u8(5).u8(2).u8(1).u8(1);
    image.be64(0x1060).be32(0).u8(0x23).u8(1).be16(16).u8(1).be64(0).be64(Long.reverseBytes(512));
    byte[] deflated = {0x78, (byte) 0x9c, 0x63, 0x60, 0x18, 5, (byte) 0xa3, 0, 0};
    return image.be64(0x120).be32(deflated.length).raw(deflated).eos().footer(1).u8(0).toBytes();
  }

  @ParameterizedTest
  @MethodSource("samples")
  void everyPrefixGivesAResultOrOurError(Sample sample) {
    check(sample, Corruptor.prefixes(sample.bytes()));
  }

  @ParameterizedTest
  @MethodSource("samples")
  void everyChangedByteGivesAResultOrOurError(Sample sample) {
    check(sample, Corruptor.flips(sample.bytes()));
  }

  private static void check(Sample sample, Iterator<Corruptor.Damaged> damaged) {
    int refused = 0;
    while (damaged.hasNext()) {
      Corruptor.Damaged image = damaged.next();
      for (Recording.Place place : List.of(Recording.Place.HEAP, Recording.Place.PIPE)) {
        try {
          Recording.withMemory(image.bytes(), place);
        } catch (StateFormatException e) {
          refused++;
          // offsets inside a compressed stream count decompressed bytes
          long end = Math.max(image.bytes().length, RECIPE.sequential().length);
          assertTrue(
              e.offset() >= 0 && e.offset() <= end,
              () -> sample + ", " + image.defect() + ": " + e.getMessage());
        } catch (IOException | RuntimeException | StackOverflowError | OutOfMemoryError e) {
          fail(sample + ", " + image.defect() + " from " + place, e);
        }
      }
    }
    assertTrue(refused > 0, "no damage was noticed");
  }
}
