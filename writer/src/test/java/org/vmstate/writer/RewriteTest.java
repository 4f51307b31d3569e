package org.vmstate.writer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.Corruptor;
import org.vmstate.testkit.DeviceRecipe;
import org.vmstate.testkit.ImageArbitraries;
import org.vmstate.testkit.ImageBytes;
import org.vmstate.testkit.ImageRecipe;
import org.vmstate.testkit.PageRecord;
import org.vmstate.writer.io.StreamSink;
import org.vmstate.writer.stream.RecordWriter;

/** Writing the elements of an image again gives the same bytes. */
class RewriteTest {

  /** Reads an image and writes its elements again. */
  private static byte[] rewritten(byte[] image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (StreamSink sink = new StreamSink(out);
        ByteSource source = new HeapSource(image, 0, new StructurePath())) {
      RecordWriter records = new RecordWriter(sink);
      ImageReader.read(
          source,
          ParseOptions.DEFAULT,
          new EventSink() {
            private boolean compressed;

            @Override
            public void accept(Event event) throws IOException {
              if (!compressed) {
                records.accept(event);
              }
              compressed |= event instanceof Event.CompressedStream;
            }
          });
    }
    return out.toByteArray();
  }

  private static void assertRewritten(ImageBytes image) throws IOException {
    assertArrayEquals(image.toBytes(), rewritten(image.toBytes()));
  }

  @Provide
  Arbitrary<ImageRecipe> recipes() {
    return ImageArbitraries.recipes();
  }

  @Property(tries = 200)
  void sequentialImages(@ForAll("recipes") ImageRecipe recipe) throws IOException {
    assertArrayEquals(recipe.sequential(), rewritten(recipe.sequential()));
  }

  @Property(tries = 100)
  void mappedImages(@ForAll("recipes") ImageRecipe recipe) throws IOException {
    byte[] image = recipe.mapped(1 << 13);
    assertArrayEquals(image, rewritten(image));
  }

  /** Whatever damage the reader lets pass, the writer must reproduce. */
  @Tag("slow")
  @Test
  void damagedImagesThatAreStillRead() {
    PageRecord zero = new PageRecord(0, 1, 0, false, false);
    PageRecord data = new PageRecord(0, 0, 3, true, true);
    DeviceRecipe device = new DeviceRecipe("timer", 0, new byte[] {1, 2, 3});
    ImageRecipe recipe =
        new ImageRecipe(10, List.of(2), List.of(List.of(data, zero)), List.of(device), true);
    int[] read = new int[1];
    Corruptor.flips(recipe.sequential())
        .forEachRemaining(
            damaged -> {
              try {
                assertArrayEquals(damaged.bytes(), rewritten(damaged.bytes()), damaged.defect());
                read[0]++;
              } catch (StateFormatException e) {
                // not read, so not rewritten
                assertTrue(e.offset() >= 0);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    assertTrue(read[0] > 1000, "damages read: " + read[0]);
  }

  @Test
  void libvirtHeadersOfBothByteOrdersWithOddWords() throws IOException {
    for (boolean big : new boolean[] {false, true}) {
      for (int version : new int[] {1, 2, 3}) {
        byte[] header = ImageBytes.libvirt(big, version, 64, 7, 0, 0).toBytes();
        for (int i = 40; i < header.length; i++) {
          header[i] = (byte) i;
        }
        ImageBytes image = new ImageBytes().raw(header).text("<domain/>").zeros(55);
        assertRewritten(image.raw(ImageBytes.withRam("r", 1).ended().u8(0).toBytes()));
      }
    }
  }

  @Test
  void partialMagicCookieAndPaddingThatIsNotZero() throws IOException {
    byte[] header = ImageBytes.libvirt(false, 2, 64, 1, 0, 20).toBytes();
    "Part".chars().forEach(c -> header["LibvirtQemud".length() + "Part".indexOf(c)] = (byte) c);
    ImageBytes image = new ImageBytes().raw(header).text("<domain/>").u8(0).fill(9, 10);
    image
        .text("<cookie/>")
        .u8(0)
        .fill(3, 34)
        .raw(ImageBytes.withRam("r", 1).ended().u8(0).toBytes());
    assertRewritten(image);
  }

  @Test
  void recordsOfEveryKind() throws IOException {
    Deflater deflater = new Deflater();
    deflater.setInput(new byte[4096]);
    deflater.finish();
    byte[] compressed = new byte[100];
    int length = deflater.deflate(compressed);
    deflater.end();
    ImageBytes image = ImageBytes.withRam("pc.ram", 8).again(2, 1);
    image.be64(0x1002).name("pc.ram").u8(0).be64(0x2022).u8(0).be64(0x3022).u8(7);
    image.be64(0x4028).fill(5, 4096).be64(0x4008).name("pc.ram").fill(6, 4096);
    image.be64(0x4060).u8(1).be16(3).u8(0).u8(1).u8(1).be64(0x5040).name("pc.ram").u8(1).be16(0);
    image.be64(0x6060).be32(0).u8(0x23).u8(1).be16(16).u8(3).zeros(8).raw(word(512));
    image.be64(0x120).be32(length).raw(Arrays.copyOf(compressed, length));
    image.be64(0x7010).footer(1).again(2, 1).be64(0x200).be64(0x10).footer(1);
    image.u8(8).be16(11).be16(0).u8(8).be16(99).be16(3).text("abc");
    image.again(3, 1).eos().footer(1).section(4, 0, "timer", 0x80000000L, 0).text("x").footer(0);
    assertRewritten(image.u8(0).description("{\"devices\": []}").text("trailing"));
  }

  private static byte[] word(long value) {
    return ByteBuffer.allocate(8).putLong(Long.reverseBytes(value)).array();
  }

  @Test
  void configurationWithEverySubsectionAndOptionalFields() throws IOException {
    ImageBytes image = new ImageBytes().header().configuration("m", "x-ignore-shared");
    image.u8(5).name("configuration/uuid").be32(1).fill(0xab, 16);
    image.u8(5).name("configuration/target-page-bits").be32(2).be32(12);
    image.u8(8).be16(3).be16(16).be64(0x201000).be64(0x1000);
    image.section(1, 3, "ram", 0, 4).be64(0x200004).name("huge").be64(0x200000).be64(0x200000);
    image.be64(1L << 32).eos().footer(3);
    assertRewritten(image.again(3, 3).eos().footer(3).u8(0));
  }

  @Test
  void streamsOfVersion2AndRamOfVersion3() throws IOException {
    ImageBytes old = new ImageBytes().text("QEVM").be32(2).be64(20);
    assertRewritten(old.name("cpu").be32(0).be32(4).be32(4).text("abcd").text("more"));
    ImageBytes flat = new ImageBytes().header().configuration("m").section(1, 1, "ram", 0, 3);
    flat.be64(0x3004).eos().again(2, 1).be64(2).u8(1).be64(0x1002).u8(1).be64(0x2008).fill(4, 4096);
    assertRewritten(flat.eos().again(3, 1).eos().u8(0));
  }

  @Test
  void partsOfOtherIterableDevices() throws IOException {
    ImageBytes image = ImageBytes.withRam("r", 1).section(1, 7, "block", 0, 1).be64(2).footer(7);
    image.again(2, 7).be64(9).name("hd").be64(0x3204).be64(2).footer(7);
    image.again(3, 7).be64(2).footer(7);
    assertRewritten(image.again(3, 1).eos().footer(1).u8(0));
  }

  @Test
  void compressedStreamOfLibvirtIsCopied() throws IOException {
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
      out.write(ImageBytes.withRam("r", 1).ended().u8(0).toBytes());
    }
    ImageBytes image = new ImageBytes().raw(ImageBytes.libvirt(false, 2, 10, 1, 1, 0).toBytes());
    assertRewritten(image.text("<domain/>").u8(0).raw(gzip.toByteArray()));
  }

  @Test
  void continueWhereNoPageFollows() throws IOException {
    ImageBytes image = new ImageBytes().header().configuration("m").section(1, 1, "ram", 0, 4);
    image.be64(0x1024).name("r").be64(0x1000).be64(0x30).footer(1);
    assertRewritten(image.again(3, 1).be64(0x30).footer(1).u8(0));
  }

  @Test
  void fixedLayoutOf2022() throws IOException {
    ImageBytes image = new ImageBytes().header().configuration("m", "fixed-ram");
    image.section(1, 1, "ram", 0, 4).be64(0x2004).name("r").be64(0x2000).be32(8).be64(4096);
    image.raw((byte) 1).zeros(7).padTo(4096).fill(1, 4096).zeros(4096).eos().footer(1);
    assertRewritten(image.again(2, 1).footer(1).again(3, 1).footer(1).u8(0));
  }
}
