package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.vmstate.parser.Refusals.refused;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.event.Event;
import org.vmstate.testkit.ImageBytes;

/** Streams of version 2, whose records have a length. */
class StreamVersion2RulesTest extends StreamRules {
  private static ImageBytes version2(long total) {
    return new ImageBytes().text("QEVM").be32(2).be64(total);
  }

  private static ImageBytes record(ImageBytes image, String name, String payload) {
    return image.name(name).be32(3).be32(4).be32(payload.length()).text(payload);
  }

  @Test
  void recordsOfVersion2HaveALength() throws IOException {
    ImageBytes image = record(record(version2(21 + 19), "timer", "abc"), "cpu", "abc");
    Recording r = Recording.of(image.text("tail").toBytes());
    assertEquals(
        "StreamHeader 0-8, Unknown 8-16, SectionHeader 16-34, Device 34-37, "
            + "SectionHeader 37-53, Device 53-56, Trailing 56-60, ",
        elements(r));
    assertEquals("length of the records: 40", r.all(Event.Unknown.class).getFirst().why());
    Event.SectionHeader second = r.all(Event.SectionHeader.class).getLast();
    assertEquals(4, second.recordType());
    assertEquals(1, second.section().id());
    assertEquals(3, second.section().instance());
    assertEquals(4, second.section().version());
    assertEquals(2, r.states.size());
    assertEquals(List.of("4 bytes follow the end of the stream"), r.notices);
    assertEquals(0, Recording.of(version2(0).toBytes()).all(Event.SectionHeader.class).size());
  }

  @Test
  void streamOfVersion2HasNoConfiguration() throws IOException {
    Recording r = Recording.of(version2(0).toBytes());
    assertEquals(2, r.configuration.version());
    assertFalse(r.configuration.present());
  }

  @Test
  void recordsOfVersion2AreAtMostAsManyAsTheLimit() throws IOException {
    byte[] two = record(record(version2(42), "timer", "abc"), "timer", "abc").toBytes();
    assertEquals(
        2,
        Recording.of(two, options(2, 1000), Recording.Place.HEAP).all(Event.Device.class).size());
    refused(two, options(1, 1000), 8, "", "stream: more than 1 sections");
  }

  @Test
  void lengthOfVersion2IsBelow2To63() {
    bad(version2(Long.MAX_VALUE - 7), 8, "", "stream length: expected less than 2^63, found more");
    StateFormatException e =
        assertThrows(
            StateFormatException.class,
            () -> Recording.of(record(version2(30), "timer", "abc").toBytes()));
    assertEquals("record[1]", e.path());
  }
}
