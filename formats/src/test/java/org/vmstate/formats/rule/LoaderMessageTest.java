package org.vmstate.formats.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LoaderMessageTest {
  private static String today(Reason reason, Facts facts) {
    return LoaderMessage.of(reason, facts, QemuRelease.DEFAULT);
  }

  @Test
  void factsAreQuoted() {
    assertEquals("Unknown section type 9", today(Reason.RECORD_TYPE_UNKNOWN, Facts.found(9)));
    assertEquals(
        "Unknown combination of migration flags: 0xc",
        today(Reason.RAM_WORD_KIND, Facts.found(12)));
    assertEquals(
        "error while loading state for instance 0x10 of device 'timer'",
        today(Reason.DEVICE_UNDECODABLE, Facts.named("timer", 16)));
  }

  @Test
  void nothingIsQuotedWhereFactsAreMissing() {
    assertEquals("", today(Reason.RECORD_TYPE_UNKNOWN, Facts.NONE));
    assertEquals("", today(Reason.DEVICE_UNDECODABLE, Facts.found(1)));
  }

  @Test
  void nothingIsSaidOfReleasesBeforeTheOldest() {
    assertEquals("", LoaderMessage.of(Reason.FOOTER_MISSING, Facts.NONE, new QemuRelease(5, 1)));
    assertEquals(
        "Missing section footer",
        LoaderMessage.of(Reason.FOOTER_MISSING, Facts.NONE, new QemuRelease(5, 2)));
  }

  @Test
  void wordsAreThoseOfTheRelease() {
    Facts facts = Facts.named("timer", 3);
    assertEquals(
        "load of migration failed: Input/output error",
        LoaderMessage.of(Reason.DEVICE_CUT, facts, new QemuRelease(10, 0)));
    assertEquals(
        "error while loading state for instance 0x3 of device 'timer'",
        LoaderMessage.of(Reason.DEVICE_CUT, facts, new QemuRelease(11, 1)));
  }

  @Test
  void releasesThatTakeWhatOthersRefuseAreKnown() {
    assertTrue(LoaderMessage.isAccepted(Reason.FILL_BYTE_SET, new QemuRelease(7, 2)));
    assertFalse(LoaderMessage.isAccepted(Reason.FILL_BYTE_SET, new QemuRelease(10, 0)));
    assertEquals("", LoaderMessage.pattern(Reason.FILL_BYTE_SET, new QemuRelease(7, 2)));
    // nothing is known of its message, which is not to say that the image loads
    assertFalse(LoaderMessage.isAccepted(Reason.PAGE_BITS_OUTSIDE, new QemuRelease(7, 2)));
  }

  /** The words of libvirt 9.0, 11.3 and 12.8 beside those of QEMU 7.2, 10.0 and 11.1. */
  @Test
  void libvirtIsThatOfTheSameTime() {
    Facts facts = Facts.found(-1);
    assertEquals("unsupported save image format: -1", today(Reason.LIBVIRT_FORMAT, facts));
    assertEquals(
        "Invalid compressed save format -1",
        LoaderMessage.of(Reason.LIBVIRT_FORMAT, facts, new QemuRelease(7, 2)));
    assertEquals(
        "invalid save image header: cookie offset exceeds data length",
        today(Reason.COOKIE_PAST_DATA, Facts.NONE));
    QemuRelease before = new QemuRelease(10, 0);
    assertEquals("", LoaderMessage.of(Reason.COOKIE_PAST_DATA, Facts.NONE, before));
    assertFalse(LoaderMessage.isAccepted(Reason.COOKIE_PAST_DATA, before));
  }

  @Test
  void releasesAreFoundByTheirNumbers() {
    assertEquals(Optional.of(QemuRelease.DEFAULT), QemuRelease.of("11.1"));
    assertEquals(Optional.empty(), QemuRelease.of("8.0"));
    assertTrue(new QemuRelease(10, 0).isFrom(9, 2));
    assertFalse(new QemuRelease(10, 0).isFrom(10, 1));
  }

  @Test
  void releasesAreOrdered() {
    QemuRelease[] releases = {new QemuRelease(10, 0), new QemuRelease(5, 2), new QemuRelease(7, 2)};
    Arrays.sort(releases);
    assertEquals(new QemuRelease(5, 2), releases[0]);
    assertEquals(new QemuRelease(10, 0), releases[2]);
    assertTrue(QemuRelease.OLDEST.compareTo(QemuRelease.DEFAULT) < 0);
  }
}
