package org.vmstate.parser.xbzrle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class Xbzrle2011DecoderTest {
  private static final int WORDS = 8;

  private final byte[] page = new byte[WORDS * 8];

  private String apply(long... words) {
    ByteBuffer delta = ByteBuffer.allocate(words.length * 8);
    for (long word : words) {
      delta.putLong(word);
    }
    return apply(delta.array());
  }

  private String apply(byte[] delta) {
    return Xbzrle2011Decoder.apply(delta, ByteOrder.BIG_ENDIAN, page).orElse("none");
  }

  private long word(int index) {
    return ByteBuffer.wrap(page).getLong(index * 8);
  }

  @Test
  void wordsAreExclusiveOrsOfTheirPlaces() {
    ByteBuffer.wrap(page).putLong(2 * 8, 0xf0).putLong(3 * 8, 0xf0).putLong(7 * 8, 0xf0);
    assertEquals("none", apply(0, 2, 0xff, 1, 0, 3, 2));
    assertEquals(0x0f, word(2));
    assertEquals(0xf1, word(3));
    assertEquals(0xf2, word(7));
    assertEquals(0, word(0) | word(1) | word(4) | word(5) | word(6));
  }

  @Test
  void wordsHaveTheOrderOfTheSender() {
    byte[] delta = {5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0};
    assertEquals(Optional.empty(), Xbzrle2011Decoder.apply(delta, ByteOrder.LITTLE_ENDIAN, page));
    byte[] expected = new byte[WORDS * 8];
    expected[0] = 5;
    assertArrayEquals(expected, page);
  }

  /** Senders start each page with a zero run, also where its first word changed. */
  @Test
  void zeroRunMayBeEmpty() {
    assertEquals("none", apply(0, 0, 3, 0, 7));
    assertEquals(3, word(0));
  }

  @Test
  void zeroRunMayCoverThePage() {
    assertEquals("none", apply(0, WORDS));
  }

  @Test
  void zeroRunPassesTheEndOfThePage() {
    String passes = "a zero run passes the end of the page";
    assertEquals(passes, apply(0, WORDS + 1));
    assertEquals(passes, apply(1, 0, WORDS));
    assertEquals(passes, apply(0, -1));
    assertEquals(passes, apply(0, 1L << 32));
  }

  @Test
  void zeroRunLacksItsLength() {
    assertEquals("a zero run lacks its length", apply(1, 0));
  }

  @Test
  void wordsPassTheEndOfThePage() {
    assertEquals("words pass the end of the page", apply(0, WORDS, 1));
  }

  @Test
  void everyWordOfThePageIsCoded() {
    assertEquals("expected 8 words, found 7", apply(0, WORDS - 1));
    assertEquals("expected 8 words, found 0", apply());
  }

  @Test
  void deltaIsMadeOfWords() {
    assertEquals("the delta is not made of 64-bit words", apply(new byte[17]));
  }
}
