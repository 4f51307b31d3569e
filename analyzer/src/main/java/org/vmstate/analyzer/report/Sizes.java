package org.vmstate.analyzer.report;

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
    int decimals = unit == 0 || value >= 100 || value == Math.rint(value) ? 0 : value >= 10 ? 1 : 2;
    return fixed(value, decimals) + " " + UNITS[unit];
  }

  /**
   * A number with a fixed count of decimals. The formatter would load the tables of all locales for
   * the point, which takes a tenth of a start.
   */
  private static String fixed(double value, int decimals) {
    if (decimals == 0) {
      return Long.toString(Math.round(value));
    }
    int scale = decimals == 1 ? 10 : 100;
    long scaled = Math.round(value * scale);
    String rest = Long.toString(scaled % scale);
    return scaled / scale + "." + (rest.length() < decimals ? "0" + rest : rest);
  }
}
