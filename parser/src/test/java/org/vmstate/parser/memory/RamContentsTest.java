package org.vmstate.parser.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.ram.PageKind;

/** The final content of pages, page by page and by reading. */
class RamContentsTest extends RamContentsFixture {
  @Test
  void pageIsWhatCameLast() throws IOException {
    of(6).page(0, 1).fill(1, 1, 7).zero(2, 1).page(3, 4).page(3, 5).page(4, 1).zero(4, 1);
    done();
    assertEquals(1, bytes(0)[0]);
    assertEquals(1, bytes(0)[PAGE - 1]);
    assertEquals(new Page.Fill(7), contents.page(block, 1));
    assertEquals(new Page.Fill(0), contents.page(block, 2));
    assertEquals(5, bytes(3)[0]);
    assertEquals(new Page.Fill(0), contents.page(block, 4));
    assertEquals(new Page.NeverSent(), contents.page(block, 5));
  }

  @Test
  void deltasChangeWhatCameBefore() throws IOException {
    of(4).page(0, 1).delta(0, 5, 9).delta(0, 200, 8).delta(0, 5, 7);
    byte[] expected = new byte[PAGE];
    Arrays.fill(expected, (byte) 1);
    expected[5] = 7;
    expected[200] = 8;
    assertArrayEquals(expected, bytes(0));
    fill(1, 1, 3).delta(1, 5, 9);
    Arrays.fill(expected, (byte) 3);
    expected[5] = 9;
    assertArrayEquals(expected, bytes(1));
    zero(2, 1).delta(2, 5, 9);
    Arrays.fill(expected, (byte) 0);
    expected[5] = 9;
    assertArrayEquals(expected, bytes(2));
    compressed(3, 6).delta(3, 5, 9);
    Arrays.fill(expected, (byte) 6);
    expected[5] = 9;
    assertArrayEquals(expected, bytes(3));
  }

  /** Chains that are kept once they were read, and that go on after that. */
  @Test
  void chainsOfAnyLengthAreReadAgainAndAgain() throws IOException {
    of(3).page(0, 1).page(1, 2);
    byte[] expected = new byte[PAGE];
    Arrays.fill(expected, (byte) 1);
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 700; i++) {
        int at = i * 7 % PAGE;
        delta(0, at, i + round);
        expected[at] = (byte) (i + round);
      }
      delta(1, 9, round);
      assertArrayEquals(expected, bytes(0));
      assertArrayEquals(expected, bytes(0));
      assertEquals(round, bytes(1)[9]);
      assertEquals(2, bytes(1)[10]);
    }
  }

  /** What is written into the chain while it is read is right again after an error. */
  @Test
  void deltaThatIsDamagedIsSoEachTime() throws IOException {
    of(1).page(0, 1).delta(0, 5, 9);
    int length = image.u8(1).be16(2).size();
    image.be16(0xffff);
    add(PageKind.XBZRLE, 0, 1, 2, length, 0).delta(0, 6, 9);
    String first = assertThrows(MalformedDataException.class, () -> bytes(0)).getMessage();
    assertTrue(first.contains("encoded page"), first);
    assertEquals(first, assertThrows(MalformedDataException.class, () -> bytes(0)).getMessage());
    page(0, 3).delta(0, 6, 9);
    assertEquals(9, bytes(0)[6]);
  }

  /** QEMU changes what its machine made of the page, which the image does not have. */
  @Test
  void deltaOfAPageThatNeverCameIsNoPage() throws IOException {
    of(1).delta(0, 5, 9);
    done();
    assertFalse(contents.page(block, 0, new byte[PAGE]));
    page(0, 1).delta(0, 5, 9);
    done();
    assertTrue(contents.page(block, 0, new byte[PAGE]));
  }

  @Test
  void anyNumberOfDeltasIsApplied() throws IOException {
    of(1).page(0, 1);
    byte[] expected = new byte[PAGE];
    Arrays.fill(expected, (byte) 1);
    for (int i = 1; i <= 40; i++) {
      delta(0, 2 * i, 100 + i);
      expected[2 * i] = (byte) (100 + i);
    }
    assertArrayEquals(expected, bytes(0));
  }

  @Test
  void pageIsReadIntoAnArrayUnlessThereIsNothing() throws IOException {
    of(4).zero(0, 1).fill(1, 1, 7).page(2, 5);
    done();
    byte[] page = new byte[PAGE];
    Arrays.fill(page, (byte) 0x55);
    assertFalse(contents.page(block, 0, page));
    assertFalse(contents.page(block, 3, page));
    assertEquals(0x55, page[0]);
    assertTrue(contents.page(block, 1, page));
    assertEquals(7, page[PAGE - 1]);
    assertTrue(contents.page(block, 2, page));
    assertEquals(5, page[PAGE - 1]);
  }

  @Test
  void compressedPageIsInflated() throws IOException {
    of(1).compressed(0, 6);
    assertEquals(6, bytes(0)[PAGE - 1]);
  }

  @Test
  void blockIsReadInOrder() throws IOException {
    of(9).page(1, 4).page(2, 5).zero(3, 2).fill(5, 2, 6);
    assertEquals(
        "absent 1024, bytes 1024 of 4, bytes 1024 of 5, zeros 2048, "
            + "bytes 1024 of 6, bytes 1024 of 6, absent 2048",
        read(0, 9));
    assertEquals("bytes 1024 of 5, zeros 1024", read(2, 4));
    assertEquals("zeros 1024, bytes 1024 of 6", read(4, 6));
    assertEquals("", read(4, 4));
  }

  @Test
  void severalPagesAreThoseReadOneByOne() throws IOException {
    of(16).page(1, 4).page(2, 5).page(3, 6).zero(4, 2).fill(6, 2, 6).compressed(8, 7);
    page(9, 8).delta(9, 100, 3).page(10, 1).page(12, 2).page(11, 3);
    done();
    for (int first = 0; first < 16; first++) {
      for (int count = 1; count <= 16 - first; count++) {
        byte[] several = new byte[count * PAGE];
        Arrays.fill(several, (byte) 0x55);
        contents.pages(block, first, count, several);
        for (int i = 0; i < count; i++) {
          byte[] page = new byte[PAGE];
          contents.page(block, first + i, page);
          assertArrayEquals(page, Arrays.copyOfRange(several, i * PAGE, (i + 1) * PAGE));
        }
      }
    }
  }

  @Test
  void lastPageMayBeAPart() throws IOException {
    block = block(0, 2 * PAGE + 100, -1, null);
    contents.blocks(List.of(block));
    assertEquals("absent 2148", read(0, 3));
    zero(1, 2);
    assertEquals("absent 1024, zeros 1124", read(0, 3));
    page(2, 7);
    assertEquals("absent 1024, zeros 1024, bytes 100 of 7", read(0, 3));
  }
}
