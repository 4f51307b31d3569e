package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.event.Event;
import org.vmstate.testkit.ImageBytes;

/** A payload of unknown layout ends at the first footer of its id that a record may follow. */
class SectionEndTest {
  private static ImageBytes device() {
    return ImageBytes.withRam("r", 1).section(4, 5, "dev", 0, 1);
  }

  private static final int START = device().size();

  /** How long the payload is taken to be, whatever becomes of what follows it. */
  private static long payload(ImageBytes image) throws IOException {
    Recording r = new Recording();
    try {
      Recording.read(image.toBytes(), ParseOptions.DEFAULT, Recording.Place.HEAP, r, false);
    } catch (StateFormatException e) {
      // what follows is no whole record
    }
    return r.all(Event.Device.class).getFirst().range().length();
  }

  /** The bytes after a footer decide; another footer follows ten bytes after the first. */
  @ParameterizedTest
  @CsvSource({
    // end mark with a description after it, or with anything else
    "00 06 00000002 7b7d, true",
    "00 05 00000000 0000, false",
    // START and FULL with a name that is printable
    "01 00000006 01 21, true",
    "04 00000006 03 61, true",
    "04 00000006 00 61, false",
    "01 00000006 01 20, false",
    "01 00000006 01 1f, false",
    // PART and END of a section that is known
    "02 00000001 0000, true",
    "03 00000005 0000, true",
    "02 00000004 0000, false",
    "03 00000100 0000, false",
    // commands that are known
    "08 0001 0000 0000, true",
    "08 000b 0000 0000, true",
    "08 0000 0000 0000, false",
    "08 000c 0000 0000, false",
    // no record
    "05 00000001 0000, false",
    "07 00000001 0000, false",
    "7e 00000005 0000, false",
    "ff 00000001 0000, false"
  })
  void footerCountsWhereARecordFollows(String hex, boolean counts) throws IOException {
    byte[] follows = HexFormat.of().parseHex(hex.replace(" ", ""));
    ImageBytes image = device().text("ab").footer(5).raw(follows).text("zz");
    long second = image.size() - START;
    assertEquals(counts ? 2 : second, payload(image.footer(5).u8(0)));
  }

  /** What is there of a record must fit. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "01",
        "0100000006",
        "010000000601",
        "02",
        "020000",
        "0200000001",
        "08",
        "0800",
        "08000b",
        "0800010000"
      })
  void fileMayEndInTheRecordThatFollows(String hex) throws IOException {
    byte[] follows = HexFormat.of().parseHex(hex);
    assertEquals(2, payload(device().text("ab").footer(5).raw(follows)));
  }

  @Test
  void recordThatIsCutMustFitAsFarAsItGoes() throws IOException {
    for (String hex : List.of("05", "0200000009", "0800000000", "01000000060061")) {
      byte[] follows = HexFormat.of().parseHex(hex);
      Recording r = Recording.of(device().text("ab").footer(5).raw(follows).toBytes());
      assertEquals(0, r.all(Event.Device.class).size(), hex);
      assertEquals(1, r.all(Event.Unknown.class).size(), hex);
    }
  }

  @Test
  void footerHasTheSectionsId() throws IOException {
    assertEquals(2 + 6, payload(device().text("ab").footer(6).u8(0).footer(5).u8(0)));
    ImageBytes high = ImageBytes.withRam("r", 1).section(4, 0xfffffffeL, "dev", 0, 1);
    assertEquals(2, payload(high.text("ab").footer(0xfffffffeL).u8(0)));
  }

  @Test
  void payloadMayBeEmpty() throws IOException {
    assertEquals(0, payload(device().footer(5).u8(0)));
  }

  @Test
  void footerIsFoundWhereverItStands() throws IOException {
    // 64 KiB are searched at a time
    List<Integer> lengths = new ArrayList<>(List.of(100, 131062));
    for (int length = 65536 - 12; length < 65536 + 6; length++) {
      lengths.add(length);
    }
    for (int length : lengths) {
      assertEquals(length, payload(device().fill(0x7e, length).footer(5).u8(0)));
      assertEquals(length, payload(device().zeros(length).footer(5)));
    }
  }

  @Test
  void otherFooterBytesInALongPayloadAreNone() throws IOException {
    ImageBytes image = device();
    for (int i = 0; i < 20_000; i++) {
      image.footer(5).u8(9);
    }
    assertEquals(120_000, payload(image.footer(5).u8(0)));
  }
}
