package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.vmstate.formats.Limits;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.parser.ParseOptions.Extent;
import org.vmstate.testkit.ImageBytes;

/** How large the pages are where neither the stream nor the machine type says it. */
class PageSizeTest {
  /** Three pages of 1 KiB, of which the second is one of zeros, and what ends a stream of them. */
  private static byte[] image(String machine, int pageSize) {
    ImageBytes image = new ImageBytes().header().configuration(machine);
    image.section(1, 1, "ram", 0, 4).be64(3L * pageSize | 4).name("b").be64(3L * pageSize);
    image.be64(0x10).footer(1).again(2, 1);
    image.be64(8).name("b").fill(1, pageSize);
    image.be64(pageSize | 0x20 | 2).u8(0);
    image.be64(2L * pageSize | 0x20 | 8).fill(2, pageSize).eos().footer(1);
    image.again(3, 1).eos().footer(1).u8(0);
    return image.description("{\"page_size\": " + pageSize + ", \"devices\": []}").toBytes();
  }

  @ParameterizedTest
  @CsvSource({
    "vexpress-a15, 1024",
    "virt, 8192",
    "raspi2b, 1024",
    "arduino-mega-2560-v3, 256",
    "any, 4096"
  })
  void descriptionSaysIt(String machine, int pageSize) throws IOException {
    for (Recording.Place place : List.of(Recording.Place.HEAP, Recording.Place.FILE)) {
      Recording r = Recording.of(image(machine, pageSize), ParseOptions.DEFAULT, place);
      assertEquals(pageSize, r.blocks.getFirst().pageSize(), place.name());
    }
  }

  @Test
  void pipeOfSuchAMachineNeedsItGiven() throws IOException {
    byte[] image = image("vexpress-a15", 1024);
    assertThrows(
        StateFormatException.class,
        () -> Recording.of(image, ParseOptions.DEFAULT, Recording.Place.PIPE));
    ParseOptions given = ParseOptions.DEFAULT.withPageSize(1024);
    Recording r = Recording.of(image, given, Recording.Place.PIPE);
    assertEquals(1024, r.blocks.getFirst().pageSize());
  }

  @Test
  void descriptionAsLongAsTheLimitSaysItToWhoeverReadsTheHead() throws IOException {
    byte[] image = image("virt", 8192);
    int length = "{\"page_size\": 8192, \"devices\": []}".length();
    for (int limit : new int[] {length - 1, length}) {
      ParseOptions options =
          ParseOptions.DEFAULT.ofHead().with(Limits.DEFAULT.withDescriptionBytes(limit));
      Recording r = new Recording();
      Recording.read(image, options, Recording.Place.FILE, r, false);
      assertEquals(limit < length ? 4096 : 8192, r.blocks.getFirst().pageSize());
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Extent.class,
      names = {"HEAD", "DEVICES"})
  void descriptionSaysItToWhoeverReadsOnlyAPart(Extent extent) throws IOException {
    Recording r = new Recording();
    ParseOptions options = ParseOptions.DEFAULT.with(extent);
    Recording.read(image("sabrelite", 1024), options, Recording.Place.FILE, r, false);
    assertEquals(1024, r.blocks.getFirst().pageSize());
  }
}
