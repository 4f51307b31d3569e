package org.vmstate.analyzer.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

final class ColumnsTest {
  @Property
  void momentsAreThoseOfTheLibrary(@ForAll @LongRange(min = 0, max = 0xffffffffL) long seconds) {
    assertEquals(Instant.ofEpochSecond(seconds).toString(), Columns.moment(seconds));
  }

  @Property
  void numbersAreThoseOfTheFormatter(
      @ForAll @LongRange(min = 0) long value, @ForAll @IntRange(min = 1, max = 12) int width) {
    assertEquals(
        String.format(Locale.ROOT, "%0" + width + "d", value), Columns.digits(value, width));
  }

  @Property
  void cellsAreThoseOfTheFormatter(
      @ForAll String text, @ForAll @IntRange(min = 1, max = 12) int width) {
    assertEquals(String.format(Locale.ROOT, "%-" + width + "s", text), Columns.left(text, width));
    assertEquals(String.format(Locale.ROOT, "%" + width + "s", text), Columns.right(text, width));
  }
}
