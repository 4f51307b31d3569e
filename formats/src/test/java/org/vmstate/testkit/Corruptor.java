package org.vmstate.testkit;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Damages images: every prefix, every byte flipped, or at random. */
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

  /** Values that are limits of something. */
  private static final int[] LIMITS = {0, 1, 2, 0x7e, 0x7f, 0x80, 0xff};

  /**
   * Returns an image with one random defect at or after a place.
   *
   * @param random the same seed gives the same defect
   * @param at where the defect starts
   * @param reach how many bytes after it may be meant
   */
  public static Damaged random(Random random, byte[] image, int at, int reach) {
    int length = 1 + random.nextInt(Math.max(1, Math.min(reach, image.length - at)));
    return switch (random.nextInt(8)) {
      case 0 -> flip(image, at, 1 << random.nextInt(8));
      case 1 -> flip(image, at, 0xff);
      case 2 -> put(image, at, LIMITS[random.nextInt(LIMITS.length)]);
      case 3 -> new Damaged("cut at " + at, Arrays.copyOf(image, at));
      case 4 -> splice("left out", image, at, at + length, new byte[0]);
      case 5 -> splice("twice", image, at, at, Arrays.copyOfRange(image, at, at + length));
      case 6 -> splice("inserted", image, at, at, new byte[1 + random.nextInt(8)]);
      default -> put(image, at, image[at] + (random.nextBoolean() ? 1 : -1));
    };
  }

  private static Damaged put(byte[] image, int at, int value) {
    byte[] copy = image.clone();
    copy[at] = (byte) value;
    return new Damaged("byte " + at + " set to " + (value & 0xff), copy);
  }

  private static Damaged splice(String what, byte[] image, int from, int to, byte[] middle) {
    byte[] result = new byte[from + middle.length + image.length - to];
    System.arraycopy(image, 0, result, 0, from);
    System.arraycopy(middle, 0, result, from, middle.length);
    System.arraycopy(image, to, result, from + middle.length, image.length - to);
    int length = Math.max(to - from, middle.length);
    return new Damaged(length + " bytes at " + from + " " + what, result);
  }

  private static Damaged flip(byte[] image, int at, int mask) {
    byte[] copy = image.clone();
    copy[at] ^= (byte) mask;
    return new Damaged("byte " + at + " xor 0x" + Integer.toHexString(mask), copy);
  }
}
