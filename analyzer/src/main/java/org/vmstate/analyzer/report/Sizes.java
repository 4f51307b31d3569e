package org.vmstate.analyzer.report;

import java.util.Locale;

/** Sizes for people, in the form that qemu-img prints. */
public final class Sizes {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private Sizes() {}

  /** Returns a size with a binary unit and up to three significant digits. */
  public static String human(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1000 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    String digits =
        unit == 0 || value >= 100 || value == Math.rint(value)
            ? String.format(Locale.ROOT, "%.0f", value)
            : String.format(Locale.ROOT, value >= 10 ? "%.1f" : "%.2f", value);
    return digits + " " + UNITS[unit];
  }
}
