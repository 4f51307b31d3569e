package org.vmstate.formats.rule;

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
  public static final QemuRelease DEFAULT = new QemuRelease(10, 0);

  @Override
  public int compareTo(QemuRelease other) {
    int byMajor = Integer.compare(major, other.major);
    return byMajor != 0 ? byMajor : Integer.compare(minor, other.minor);
  }
}
