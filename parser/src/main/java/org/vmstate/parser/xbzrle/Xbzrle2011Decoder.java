package org.vmstate.parser.xbzrle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * The XBZRLE of the 2011 proposal: the page is the XOR of its earlier content with 64-bit words, in
 * which a zero word is followed by the number of zero words it stands for. Source: XBZRLE v4 patch
 * series (2011).
 */
public final class Xbzrle2011Decoder {
  private Xbzrle2011Decoder() {}

  /**
   * Applies a delta.
   *
   * @param delta the encoded words
   * @param order byte order of the sender, which the header's magic shows
   * @param page in: the earlier content, out: the new content; its length is a multiple of 8
   * @return what is wrong with the delta, if anything
   */
  public static Optional<String> apply(byte[] delta, ByteOrder order, byte[] page) {
    if (delta.length % 8 != 0) {
      return Optional.of("the delta is not made of 64-bit words");
    }
    ByteBuffer words = ByteBuffer.wrap(delta).order(order);
    ByteBuffer target = ByteBuffer.wrap(page).order(order);
    int total = page.length / 8;
    int done = 0;
    while (words.hasRemaining()) {
      long word = words.getLong();
      if (word == 0) {
        if (!words.hasRemaining()) {
          return Optional.of("a zero run lacks its length");
        }
        long run = words.getLong();
        if (run < 0 || run > total - done) {
          return Optional.of("a zero run passes the end of the page");
        }
        done += (int) run;
      } else if (done == total) {
        return Optional.of("words pass the end of the page");
      } else {
        target.putLong(done * 8, target.getLong(done * 8) ^ word);
        done++;
      }
    }
    return done == total
        ? Optional.empty()
        : Optional.of("expected " + total + " words, found " + done);
  }
}
