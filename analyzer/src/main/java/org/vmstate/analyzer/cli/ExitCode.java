package org.vmstate.analyzer.cli;

/** Exit codes, those of {@code qemu-img check} as far as they go. */
final class ExitCode {
  static final int OK = 0;

  /** Wrong arguments, or the input cannot be read. */
  static final int NOT_RUN = 1;

  /** The image is corrupt or cut off. */
  static final int CORRUPT = 2;

  /** {@code check}: loadable, but odd. */
  static final int ODD = 3;

  /** {@code compare}: the images differ. */
  static final int DIFFER = 1;

  /** {@code compare}: as {@link #NOT_RUN}, which is taken. */
  static final int NOT_COMPARED = 4;

  /** No format or feature that this version supports. */
  static final int UNSUPPORTED = 63;

  /** A defect of this program; sysexits.h calls it EX_SOFTWARE. */
  static final int INTERNAL = 70;

  private ExitCode() {}
}
