package org.vmstate.analyzer.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sizes have the digits that the formatter would give them. */
class SizesTest {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "999, 999 B",
    "1000, 0.98 KiB",
    "1024, 1 KiB",
    "1075, 1.05 KiB",
    "10235, 10.00 KiB",
    "1262994757, 1.18 GiB",
    "9223372036854775807, 8 EiB"
  })
  void sizeHasUpToThreeDigits(long bytes, String expected) {
    assertEquals(expected, Sizes.human(bytes));
  }

  @Test
  void digitsAreThoseOfTheFormatter() {
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      long bytes = random.nextLong() >>> 1 + random.nextInt(62);
      double value = bytes;
      int unit = 0;
      while (value >= 1000) {
        value /= 1024;
        unit++;
      }
      boolean whole = unit == 0 || value >= 100 || value == Math.rint(value);
      String format = whole ? "%.0f" : value >= 10 ? "%.1f" : "%.2f";
      assertEquals(
          String.format(Locale.ROOT, format, value) + " " + UNITS[unit], Sizes.human(bytes));
    }
  }
}
