package org.vmstate.analyzer.cli;

import java.util.Optional;

/** Reads sizes as {@code qemu-img} takes them: a number and K, M, G or T. */
final class Quantities {
  private static final String UNITS = "KMGT";

  /** What is expected of the cache for deltas, of which QEMU demands the same. */
  static final String CACHE = "expected a power of two such as 16M, to 16G";

  private Quantities() {}

  /** Returns an offset: a size, or a hexadecimal number after 0x. */
  static Optional<Long> offset(String text) {
    return text.matches("0x[0-9a-fA-F]{1,15}")
        ? Optional.of(Long.parseLong(text.substring(2), 16))
        : size(text);
  }

  /** Returns the size of a cache for deltas in bytes. */
  static Optional<Long> cache(String text) {
    return size(text).filter(bytes -> Long.bitCount(bytes) == 1);
  }

  /** Returns a number of bytes; nothing for what is no size or does not fit 63 bits. */
  static Optional<Long> size(String text) {
    if (!text.matches("\\d{1,18}[KMGTkmgt]?")) {
      return Optional.empty();
    }
    int unit = UNITS.indexOf(Character.toUpperCase(text.charAt(text.length() - 1)));
    long number = Long.parseLong(unit < 0 ? text : text.substring(0, text.length() - 1));
    int shift = 10 * (unit + 1);
    return number << shift >>> shift == number && number << shift >= 0
        ? Optional.of(number << shift)
        : Optional.empty();
  }
}
