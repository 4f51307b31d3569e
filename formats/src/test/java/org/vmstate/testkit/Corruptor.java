package org.vmstate.testkit;

import java.util.Arrays;
import java.util.Iterator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Damages images: every prefix, every byte flipped. */
public final class Corruptor {
  private Corruptor() {}

  /**
   * A damaged image.
   *
   * @param defect what was done
   * @param bytes the result
   */
  public record Damaged(String defect, byte[] bytes) {}

  /** Returns all proper prefixes. */
  public static Iterator<Damaged> prefixes(byte[] image) {
    return IntStream.range(0, image.length)
        .mapToObj(n -> new Damaged("cut at " + n, Arrays.copyOf(image, n)))
        .iterator();
  }

  /** Returns all images with one byte inverted, and all with one bit of a byte inverted. */
  public static Iterator<Damaged> flips(byte[] image) {
    return IntStream.range(0, image.length)
        .boxed()
        .flatMap(at -> Stream.of(0xff, 0x01, 0x04, 0x80).map(mask -> flip(image, at, mask)))
        .iterator();
  }

  private static Damaged flip(byte[] image, int at, int mask) {
    byte[] copy = image.clone();
    copy[at] ^= (byte) mask;
    return new Damaged("byte " + at + " xor 0x" + Integer.toHexString(mask), copy);
  }
}
