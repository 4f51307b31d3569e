package org.vmstate.writer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.ImageBytes;
import org.vmstate.writer.io.StreamSink;
import org.vmstate.writer.stream.RecordWriter;

/** Elements are written again with the offsets that the content has them at. */
class RecordWriterTest {
  private static void rewritten(ImageBytes image) throws IOException {
    byte[] bytes = image.toBytes();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (StreamSink sink = new StreamSink(out)) {
      ByteSource source = new HeapSource(bytes, 0, new StructurePath());
      ImageReader.survey(source, ParseOptions.DEFAULT, new RecordWriter(sink));
    }
    assertArrayEquals(bytes, out.toByteArray());
  }

  /** 256 KiB are copied at a time. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 262_143, 262_144, 262_145, 600_000})
  void payloadOfAnyLengthIsCopied(int length) throws IOException {
    ImageBytes image = ImageBytes.withRam("r", 1).section(4, 5, "dev", 0, 1);
    for (int i = 0; i < length; i++) {
      image.u8(i * 31 + (i >> 8));
    }
    rewritten(image.footer(5).u8(0));
  }

  @Test
  void pagesOfARunAreTakenFromTheirPlaces() throws IOException {
    ImageBytes image = ImageBytes.withRam("pc.ram", 8).again(2, 1);
    image.be64(8).name("pc.ram").fill(1, 4096);
    for (int page = 1; page < 4; page++) {
      image.be64(page * 4096L | 0x28).fill(page + 1, 4096);
    }
    image.be64(0x4022).u8(9).be64(0x5022).u8(9).be64(0x6022).u8(0).be64(0x7028).fill(3, 4096);
    rewritten(image.eos().footer(1).again(3, 1).eos().footer(1).u8(0));
  }

  @Test
  void runOfFewRecordsWithALongNameHasItsName() throws IOException {
    String name = "n".repeat(255);
    ImageBytes image = ImageBytes.withRam(name, 8).again(2, 1);
    image.be64(2).name(name).u8(0).be64(0x1022).u8(0).be64(0x2002).name(name).u8(5);
    image.be64(0x3060).u8(1).be16(3).u8(0).u8(1).u8(7).be64(0x3040).name(name);
    image.u8(1).be16(3).u8(0).u8(1).u8(8);
    rewritten(image.eos().footer(1).again(3, 1).eos().footer(1).u8(0));
  }

  @Test
  void headersOfBothFixedLayoutsKeepTheirForm() throws IOException {
    for (boolean old : new boolean[] {false, true}) {
      ImageBytes image = new ImageBytes().header();
      image.configuration("pc", old ? "fixed-ram" : "mapped-ram");
      image.section(1, 1, "ram", 0, 4).be64(0x2004).name("r").be64(0x2000);
      int at = image.size() + (old ? 12 : 28);
      if (old) {
        image.be32(8).be64(at + 8 + 5);
      } else {
        image.be32(1).be64(4096).be64(at).be64(at + 8 + 5);
      }
      image.u8(2).zeros(7).text("gap..").zeros(4096).fill(7, 4096).eos().footer(1).again(3, 1);
      rewritten((old ? image : image.eos()).footer(1).u8(0));
    }
  }

  @Test
  void descriptionKeepsTheLengthThatItSays() throws IOException {
    rewritten(ImageBytes.withRam("r", 1).u8(0).description("{\"page_size\": 4096}").text("after"));
  }
}
