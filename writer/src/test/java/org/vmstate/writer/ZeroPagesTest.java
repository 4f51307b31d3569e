package org.vmstate.writer;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.vmstate.writer.ram.ZeroPages;

/** The end of a block may leave a page of any length, shorter than a word as well. */
class ZeroPagesTest {
  private static final int BEFORE = 5;

  @Test
  void bytesAroundDoNotCount() {
    for (int length = 0; length < 20; length++) {
      ByteBuffer data = ByteBuffer.allocate(BEFORE + length + 1);
      data.put(BEFORE - 1, (byte) 1).put(BEFORE + length, (byte) 1);
      assertTrue(ZeroPages.isZero(data, BEFORE, length));
    }
  }

  @Test
  void nothingHasToStandAfterTheBytes() {
    for (int length = 0; length < 20; length++) {
      assertTrue(ZeroPages.isZero(ByteBuffer.allocate(BEFORE + length), BEFORE, length));
    }
  }

  @Test
  void oneOtherByteAnywhereCounts() {
    for (int length = 1; length < 20; length++) {
      for (int at = 0; at < length; at++) {
        ByteBuffer data = ByteBuffer.allocate(BEFORE + length).put(BEFORE + at, (byte) 1);
        assertFalse(ZeroPages.isZero(data, BEFORE, length), length + " bytes, one at " + at);
      }
    }
  }
}
