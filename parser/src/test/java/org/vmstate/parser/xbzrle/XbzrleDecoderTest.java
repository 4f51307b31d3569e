package org.vmstate.parser.xbzrle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.testkit.ImageBytes;

/** Steps of today's XBZRLE, alone and after many new bytes: both ways through the decoder. */
class XbzrleDecoderTest {
  private static final int PAGE = 4096;

  /** New bytes of a first step, so few and so many that each way is taken. */
  private static final int FEW = 1;

  private static final int MANY = 600;

  private static byte[] before() {
    byte[] page = new byte[PAGE];
    for (int i = 0; i < PAGE; i++) {
      page[i] = (byte) (i * 7 + (i >> 8));
    }
    return page;
  }

  private static ImageBytes uleb(ImageBytes delta, int value) {
    return value < 128 ? delta.u8(value) : delta.u8(value & 0x7f | 0x80).u8(value >> 7);
  }

  /** A first step that changes bytes from the start of the page. */
  private static ImageBytes first(int count) {
    return uleb(new ImageBytes().u8(0), count).fill(0xee, count);
  }

  private static ImageBytes step(ImageBytes delta, int unchanged, int count) {
    uleb(uleb(delta, unchanged), count);
    for (int i = 0; i < count; i++) {
      delta.u8(0x40 + i);
    }
    return delta;
  }

  private static void changes(ImageBytes delta, int first, int at, int count) {
    byte[] expected = before();
    for (int i = 0; i < first; i++) {
      expected[i] = (byte) 0xee;
    }
    for (int i = 0; i < count; i++) {
      expected[at + i] = (byte) (0x40 + i);
    }
    byte[] page = before();
    assertEquals(Optional.empty(), XbzrleDecoder.apply(delta.toBytes(), page));
    assertArrayEquals(expected, page);
  }

  private static String problem(ImageBytes delta) {
    return XbzrleDecoder.apply(delta.toBytes(), before()).orElse("none");
  }

  @Test
  void emptyDeltaChangesNothing() {
    changes(new ImageBytes(), 0, 0, 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 8, 9, 127, 128, 300})
  void firstStepMayStartWithTheFirstByte(int count) {
    changes(step(new ImageBytes(), 0, count), 0, 0, count);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "1, 2",
    "1, 7",
    "1, 8",
    "1, 9",
    "1, 127",
    "1, 128",
    "1, 129",
    "127, 1",
    "127, 5",
    "128, 1",
    "128, 5",
    "128, 200",
    "129, 3",
    "255, 8",
    "256, 2",
    "300, 400",
    "1000, 1",
    "2048, 3"
  })
  void laterStepChangesItsBytesAndLeavesTheOthers(int unchanged, int count) {
    for (int first : new int[] {FEW, MANY}) {
      changes(step(first(first), unchanged, count), first, first + unchanged, count);
    }
  }

  /** More steps follow, so that the delta does not end near the bytes that are looked at. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 8, 9})
  void bytesBetweenTwoStepsStay(int count) {
    for (int first : new int[] {FEW, MANY}) {
      ImageBytes delta = step(first(first), 20, count);
      uleb(uleb(delta, 30), 50);
      byte[] page = before();
      assertEquals(Optional.empty(), XbzrleDecoder.apply(delta.fill(0xdd, 50).toBytes(), page));
      int after = first + 20 + count;
      byte[] expected = before();
      for (int i = 0; i < first; i++) {
        expected[i] = (byte) 0xee;
      }
      for (int i = 0; i < count; i++) {
        expected[first + 20 + i] = (byte) (0x40 + i);
      }
      for (int i = 0; i < 50; i++) {
        expected[after + 30 + i] = (byte) 0xdd;
      }
      assertArrayEquals(expected, page);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 8, 9, 200})
  void stepMayEndWithThePage(int count) {
    for (int first : new int[] {FEW, MANY}) {
      int unchanged = PAGE - first - count;
      changes(step(first(first), unchanged, count), first, PAGE - count, count);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 7, 8, 9, 200})
  void newBytesPassTheEndOfThePage(int count) {
    for (int first : new int[] {FEW, MANY}) {
      ImageBytes delta = step(first(first), PAGE - first - count + 1, count);
      assertEquals("new bytes pass the end of the page", problem(delta.zeros(20)));
    }
  }

  @Test
  void oneNewByteAfterTheLastOfThePageIsRefused() {
    for (int first : new int[] {FEW, MANY}) {
      ImageBytes delta = step(first(first), PAGE - first, 1);
      assertEquals("new bytes pass the end of the page", problem(delta));
    }
  }

  @Test
  void unchangedRunPassesTheEndOfThePage() {
    for (int first : new int[] {FEW, MANY}) {
      ImageBytes delta = step(first(first), PAGE - first + 1, 1);
      assertEquals("an unchanged run passes the end of the page", problem(delta));
    }
    ImageBytes three = step(step(first(FEW), 200, 300), PAGE - FEW - 500 + 1, 1);
    assertEquals("an unchanged run passes the end of the page", problem(three));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 8, 9, 130})
  void newBytesPassTheEndOfTheDelta(int count) {
    for (int first : new int[] {FEW, MANY}) {
      byte[] whole = step(first(first), 5, count).toBytes();
      ImageBytes cut = new ImageBytes().raw(Arrays.copyOf(whole, whole.length - 1));
      assertEquals(
          count == 1 ? "a step lacks its new bytes" : "new bytes pass the end of the delta",
          problem(cut));
    }
  }

  /** Each step is gone through again to find the one that stopped the decoder. */
  @Test
  void reasonIsThatOfTheStepThatCannotBeApplied() {
    ImageBytes sound = step(step(step(first(3), 5, 2), 130, 4), 6, 200);
    assertEquals("a step brings no new byte", problem(uleb(uleb(sound, 9), 0).zeros(3)));
  }

  @Test
  void onlyTheFirstStepMayLeaveNoByteUnchanged() {
    for (int first : new int[] {FEW, MANY}) {
      for (int count : new int[] {1, 3}) {
        assertEquals(
            "only the first step may leave no byte unchanged",
            problem(step(first(first), 0, count)));
      }
    }
  }

  @Test
  void stepNeedsTwoLengths() {
    assertEquals("a step needs two bytes, found the end", problem(first(3).u8(1)));
    assertEquals("a step needs two bytes, found the end", problem(first(3).u8(0x80)));
    assertEquals("a step needs two bytes, found the end", problem(new ImageBytes().u8(1)));
  }

  @Test
  void stepNeedsANewByte() {
    String lacks = "a step lacks its new bytes";
    assertEquals(lacks, problem(new ImageBytes().u8(1).u8(1)));
    assertEquals(lacks, problem(new ImageBytes().u8(0x81).u8(1)));
    assertEquals(lacks, problem(new ImageBytes().u8(0x81).u8(1).u8(1)));
    assertEquals(lacks, problem(new ImageBytes().u8(0x81).u8(1).u8(0x81)));
    for (int first : new int[] {FEW, MANY}) {
      assertEquals(lacks, problem(first(first).u8(0x81).u8(1).u8(5)));
      assertEquals(
          "new bytes pass the end of the delta", problem(first(first).u8(1).u8(0x81).u8(1)));
    }
    assertEquals("a step brings no new byte", problem(new ImageBytes().u8(0).u8(0).u8(1)));
    assertEquals("a step brings no new byte", problem(new ImageBytes().u8(1).u8(0x80).u8(0).u8(1)));
  }

  @Test
  void lengthTakesAtMostTwoBytes() {
    String atMost = "a run length takes at most two bytes";
    for (int first : new int[] {FEW, MANY}) {
      assertEquals(atMost, problem(first(first).u8(0x81).u8(0x81).u8(1).u8(1).zeros(200)));
      assertEquals(atMost, problem(first(first).u8(1).u8(0x81).u8(0x81).u8(1).zeros(300)));
    }
    assertEquals(atMost, problem(new ImageBytes().u8(0x80).u8(0x80)));
  }

  /** A length of two bytes may be one that one byte could hold. */
  @Test
  void lengthOfTwoBytesMayBeSmall() {
    for (int first : new int[] {FEW, MANY}) {
      ImageBytes delta = first(first).u8(0x83).u8(0).u8(0x82).u8(0).u8(0x40).u8(0x41);
      changes(delta, first, first + 3, 2);
    }
    changes(new ImageBytes().u8(0x80).u8(0).u8(1).u8(0x40), 0, 0, 1);
  }

  @Test
  void longestLengthIs16383Bytes() {
    byte[] page = new byte[20000];
    ImageBytes delta = new ImageBytes().u8(0xff).u8(0x7f).u8(1).u8(9);
    assertEquals(Optional.empty(), XbzrleDecoder.apply(delta.toBytes(), page));
    assertEquals(9, page[16383]);
  }

  @Test
  void nothingFollowsTheLastByteOfThePage() {
    for (int first : new int[] {FEW, MANY}) {
      for (int count : new int[] {1, 2, 7, 8, 200}) {
        ImageBytes delta = step(first(first), PAGE - first - count, count);
        assertEquals("an unchanged run passes the end of the page", problem(step(delta, 1, 20)));
      }
    }
  }

  @Test
  void lengthOfNoNewByteIsNotThatOfALaterOne() {
    for (int first : new int[] {FEW, MANY}) {
      assertEquals("a step brings no new byte", problem(first(first).u8(1).u8(0).u8(1).zeros(200)));
    }
  }

  @Test
  void stepThatIsCutInItsSecondLengthLacksItsBytes() {
    for (int first : new int[] {FEW, MANY}) {
      assertEquals("a step lacks its new bytes", problem(first(first).u8(0x81).u8(1).u8(0x81)));
    }
  }

  @Test
  void newBytesUpToTheEndOfThePageMayBeCutToo() {
    byte[] whole = step(first(FEW), PAGE - FEW - 9, 9).toBytes();
    ImageBytes cut = new ImageBytes().raw(Arrays.copyOf(whole, whole.length - 1));
    assertEquals("new bytes pass the end of the delta", problem(cut));
  }
}
