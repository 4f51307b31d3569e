package org.vmstate.writer.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The first 4 KiB of an output that starts at offset 1000 of a file. */
class HeldHeadTest {
  private static final int START = 1000;
  private static final int END = START + 4096;

  private final HeldHead head = new HeldHead(START);

  private static ByteBuffer bytes(int count) {
    ByteBuffer data = ByteBuffer.allocate(count);
    for (int i = 0; i < count; i++) {
      data.put(i, (byte) (i + 1));
    }
    return data;
  }

  private byte[] kept(int offset, int count) {
    ByteBuffer target = ByteBuffer.allocate(count);
    assertEquals(count, head.give(offset, target));
    return target.array();
  }

  @Test
  void roomEndsAfterTheFirst4KiB() {
    assertEquals(0, head.room(START - 1));
    assertEquals(4096, head.room(START));
    assertEquals(1, head.room(END - 1));
    assertEquals(0, head.room(END));
    assertEquals(0, head.room(END + 10));
  }

  @Test
  void bytesAreKeptWhereTheyBelong() {
    ByteBuffer data = bytes(10);
    assertEquals(10, head.take(START + 5, data));
    assertEquals(0, data.remaining());
    byte[] expected = new byte[16];
    System.arraycopy(bytes(10).array(), 0, expected, 5, 10);
    assertArrayEquals(expected, kept(START, 16));
    assertArrayEquals(Arrays.copyOfRange(expected, 3, 16), kept(START + 3, 13));
  }

  @Test
  void whatGoesPastTheHeadStaysInTheBuffer() {
    ByteBuffer data = bytes(10);
    assertEquals(4, head.take(END - 4, data));
    assertEquals(4, data.position());
    assertArrayEquals(new byte[] {1, 2, 3, 4}, kept(END - 4, 4));
  }

  @Test
  void onlyWhatIsKeptIsGiven() {
    head.take(END - 4, bytes(4));
    ByteBuffer target = ByteBuffer.allocate(10);
    assertEquals(4, head.give(END - 4, target));
    assertEquals(4, target.position());
    assertArrayEquals(new byte[] {1, 2, 3, 4, 0, 0, 0, 0, 0, 0}, target.array());
  }

  @Test
  void bytesBeforeAndAfterAreNotKept() {
    for (int offset : new int[] {0, START - 1, END, END + 1}) {
      ByteBuffer data = bytes(1);
      assertEquals(0, head.take(offset, data));
      assertEquals(0, head.give(offset, data));
      assertEquals(1, data.remaining());
    }
  }
}
