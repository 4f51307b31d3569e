package org.vmstate.formats.rule;

import java.util.List;
import java.util.Optional;

/**
 * A release of QEMU whose messages are quoted.
 *
 * @param major the first number
 * @param minor the second number
 */
public record QemuRelease(int major, int minor) implements Comparable<QemuRelease> {
  /** The oldest release whose messages are known. */
  public static final QemuRelease OLDEST = new QemuRelease(5, 2);

  /** The release whose messages are quoted when none is asked for. */
  public static final QemuRelease DEFAULT = new QemuRelease(11, 1);

  /** The releases whose messages are known, oldest first. */
  public static final List<QemuRelease> KNOWN =
      List.of(OLDEST, new QemuRelease(7, 2), new QemuRelease(10, 0), DEFAULT);

  /** Reports whether this is that release or a later one. */
  public boolean isFrom(int wantedMajor, int wantedMinor) {
    return compareTo(new QemuRelease(wantedMajor, wantedMinor)) >= 0;
  }

  /** Finds a known release by its number. */
  public static Optional<QemuRelease> of(String number) {
    return KNOWN.stream().filter(r -> r.toString().equals(number)).findFirst();
  }

  @Override
  public int compareTo(QemuRelease other) {
    int byMajor = Integer.compare(major, other.major);
    return byMajor != 0 ? byMajor : Integer.compare(minor, other.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
