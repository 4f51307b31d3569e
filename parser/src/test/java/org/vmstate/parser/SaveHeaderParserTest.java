package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vmstate.parser.Refusals.refused;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.error.LimitExceededException;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.error.UnsupportedFeatureException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.rule.Reason;
import org.vmstate.testkit.ImageBytes;

class SaveHeaderParserTest {
  private static final String XML = "<domain/>";
  private static final String COOKIE = "<cookie/>";
  private static final int DATA = 100;

  private static byte[] image(ImageBytes header) {
    return header.text(XML).u8(0).text(COOKIE).u8(0).padTo(92 + DATA).header().u8(0).toBytes();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void bothByteOrdersAreRead(boolean big) throws IOException {
    Recording r = Recording.of(image(ImageBytes.libvirt(big, 2, DATA, 1, 0, XML.length() + 1)));
    assertEquals(big, r.saveHeader.bigEndian());
    assertTrue(r.saveHeader.running());
    assertEquals(XML, r.xml);
    assertEquals(COOKIE, r.cookie);
    assertEquals(92 + DATA, r.saveHeader.streamOffset());
    assertEquals(1, r.all(Event.Padding.class).size());
  }

  @Test
  void version1IgnoresFormatAndCookie() throws IOException {
    Recording r = Recording.of(image(ImageBytes.libvirt(false, 1, DATA, 0, 5, 3)));
    assertEquals(Compression.RAW, r.saveHeader.compression());
    assertEquals("", r.cookie);
  }

  @Test
  void partialMagicIsReported() throws IOException {
    byte[] image = image(ImageBytes.libvirt(false, 2, DATA, 0, 0, 0));
    System.arraycopy("Part".getBytes(StandardCharsets.US_ASCII), 0, image, 12, 4);
    assertFalse(Recording.of(image).saveHeader.complete());
  }

  @Test
  void version3WithFeatureBit0IsMappedRam() throws IOException {
    ImageBytes header = ImageBytes.libvirt(false, 3, DATA, 0, 0, 0);
    byte[] bytes = image(header);
    bytes[36] = 1;
    Recording r = Recording.of(bytes);
    assertEquals(1, r.saveHeader.features());
    assertEquals(Compression.SPARSE, r.saveHeader.compression());
  }

  @Test
  void unknownFeatureBitIsNamed() {
    byte[] bytes = image(ImageBytes.libvirt(false, 3, DATA, 0, 0, 0));
    bytes[36] = 9;
    refused(bytes, UnsupportedFeatureException.class, 36, "bit 3 is unknown");
  }

  @Test
  void versionsAbove3AreUnsupported() {
    refused(
        image(ImageBytes.libvirt(false, 4, DATA, 0, 0, 0)),
        UnsupportedFeatureException.class,
        16,
        "expected 1 to 3");
  }

  @Test
  void format7IsUnsupported() {
    refused(
        image(ImageBytes.libvirt(false, 2, DATA, 0, 7, 0)),
        UnsupportedFeatureException.class,
        28,
        "expected 0 to 6, found 7");
  }

  @Test
  void cookieInsideTheXmlIsMalformed() {
    refused(
        image(ImageBytes.libvirt(false, 2, DATA, 0, 0, 3)),
        MalformedDataException.class,
        32,
        "cookie offset");
  }

  @Test
  void cookieBehindTheDataIsMalformed() {
    refused(
        image(ImageBytes.libvirt(false, 2, DATA, 0, 0, DATA)),
        MalformedDataException.class,
        32,
        "cookie offset");
  }

  private static Reason reason(byte[] image) {
    StateFormatException e =
        assertThrows(StateFormatException.class, () -> Recording.of(image), "nothing was refused");
    return e.problem().reason();
  }

  /** Each has words of its own in libvirt. */
  @Test
  void reasonsAreThoseThatLibvirtTellsApart() throws IOException {
    byte[] good = image(ImageBytes.libvirt(false, 2, DATA, 0, 0, XML.length() + 1));
    assertEquals(Reason.SAVE_HEADER_CUT, reason(Arrays.copyOf(good, 91)));
    assertEquals(Reason.DATA_LENGTH_PASSES_END, reason(Arrays.copyOf(good, 92 + XML.length())));
    assertEquals(Reason.COOKIE_CUT, reason(Arrays.copyOf(good, 93 + XML.length())));
    assertEquals(Reason.COOKIE_CUT, reason(Arrays.copyOf(good, 92 + DATA - 1)));
    assertEquals(Reason.DATA_LENGTH_ZERO, reason(image(ImageBytes.libvirt(false, 2, 0, 0, 0, 0))));
    assertEquals(
        Reason.COOKIE_OUTSIDE, reason(image(ImageBytes.libvirt(false, 2, DATA, 0, 0, DATA))));
    assertEquals(
        Reason.COOKIE_PAST_DATA, reason(image(ImageBytes.libvirt(false, 2, DATA, 0, 0, DATA + 1))));
  }

  @Test
  void dataLengthOf4GibIsLimited() {
    refused(
        image(ImageBytes.libvirt(false, 2, -1, 0, 0, 0)),
        LimitExceededException.class,
        20,
        "data length");
  }

  @Test
  void xmlWithoutTerminatorIsMalformed() {
    byte[] image = ImageBytes.libvirt(false, 2, 4, 0, 0, 0).text("<dom").header().u8(0).toBytes();
    refused(image, MalformedDataException.class, 92, "terminator");
  }

  @Test
  void formatThatDoesNotFitTheDataIsMalformed() {
    refused(
        image(ImageBytes.libvirt(false, 2, DATA, 0, 5, 0)),
        MalformedDataException.class,
        92 + DATA,
        "expected zstd data");
  }

  @Test
  void chosenFormatOverrulesTheHeader() throws IOException {
    byte[] bytes = image(ImageBytes.libvirt(false, 2, DATA, 0, 5, 0));
    ParseOptions raw = ParseOptions.DEFAULT.withFormat(FormatId.LIBVIRT_RAW);
    Recording r = Recording.of(bytes, raw, Recording.Place.HEAP);
    assertEquals(1, r.all(Event.EndOfStream.class).size());
  }

  @Test
  void chosenFormatMustFitTheStartOfTheFile() {
    byte[] bytes = image(ImageBytes.libvirt(false, 2, DATA, 0, 0, 0));
    refused(
        bytes,
        ParseOptions.DEFAULT.withFormat(FormatId.QEMU),
        MalformedDataException.class,
        0,
        "expected qemu, found a libvirt header");
    refused(
        new ImageBytes().header().u8(0).toBytes(),
        ParseOptions.DEFAULT.withFormat(FormatId.LIBVIRT_ZSTD),
        MalformedDataException.class,
        0,
        "expected libvirt-zstd, found a bare stream");
  }

  @Test
  void imageWithoutStreamIsTruncated() {
    byte[] whole = image(ImageBytes.libvirt(false, 2, DATA, 0, 0, 0));
    refused(
        Arrays.copyOf(whole, 92 + DATA),
        TruncatedDataException.class,
        92 + DATA,
        "end of the file");
  }
}
