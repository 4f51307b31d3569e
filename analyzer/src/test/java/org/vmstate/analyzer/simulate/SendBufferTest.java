package org.vmstate.analyzer.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Bytes count when they are given to the file. */
class SendBufferTest {
  private static final int PAGE = 4096;

  private static long pages(SendBuffer buffer, int count) {
    for (int i = 0; i < count; i++) {
      buffer.copy(Long.BYTES);
      buffer.page(PAGE);
    }
    return buffer.given();
  }

  /** A header and a page are two strings of 64. */
  @Test
  void wholePagesAreGivenAwayByThirtyTwo() {
    SendBuffer buffer = new SendBuffer(false);
    assertEquals(0, pages(buffer, 31));
    assertEquals(32 * (PAGE + 8), pages(buffer, 1));
    assertEquals(32 * (PAGE + 8), pages(buffer, 31));
    buffer.flush();
    assertEquals(63 * (PAGE + 8), buffer.given());
  }

  @Test
  void copiedBytesJoinEachOtherAndAreGivenAwayAt32KiB() {
    SendBuffer buffer = new SendBuffer(false);
    for (int i = 0; i < 3640; i++) {
      buffer.copy(9);
    }
    assertEquals(0, buffer.given());
    buffer.copy(9);
    assertEquals(1 << 15, buffer.given());
    buffer.flush();
    assertEquals(3641 * 9, buffer.given());
  }

  @Test
  void pagesWithPlacesAreGivenAwayAtOnce() {
    SendBuffer buffer = new SendBuffer(true);
    assertEquals(PAGE + 8, pages(buffer, 1));
    buffer.restart();
    assertEquals(0, buffer.given());
  }
}
