package org.vmstate.analyzer.simulate;

/**
 * What the sender has put together and not yet given to the file. QEMU counts bytes against its
 * bandwidth when they are given away, which is with the 64th string of bytes or when 32 KiB were
 * copied: 32 pages at once. So a slice sends up to that much more than it may, and by it measures
 * the bandwidth that says what fits into the downtime. Source: QEMU 10.0 migration/qemu-file.c.
 */
final class SendBuffer {
  private static final int MOST_STRINGS = 64;
  private static final int MOST_COPIED = 1 << 15;

  private final boolean direct;
  private int strings;
  private int copied;
  private boolean copying;
  private long waiting;
  private long given;

  /**
   * Starts one.
   *
   * @param direct whether pages are written to their places at once
   */
  SendBuffer(boolean direct) {
    this.direct = direct;
  }

  /** Adds bytes that are copied, which joins those before them. */
  void copy(long length) {
    for (long left = length; left > 0; ) {
      if (!copying) {
        strings++;
        copying = true;
      }
      int part = (int) Math.min(left, MOST_COPIED - copied);
      copied += part;
      left -= part;
      add(part);
    }
  }

  /** Adds a page of the guest, which is not copied. */
  void page(long length) {
    strings++;
    copying = false;
    add(length);
  }

  private void add(long length) {
    waiting += length;
    if (direct || strings >= MOST_STRINGS || copied == MOST_COPIED) {
      flush();
    }
  }

  /** Gives away what waits, as is done after each turn. */
  void flush() {
    given += waiting;
    waiting = 0;
    strings = 0;
    copied = 0;
    copying = false;
  }

  /** Returns the bytes given away since the last call of {@link #restart}. */
  long given() {
    return given;
  }

  /** Counts from zero again. */
  void restart() {
    given = 0;
  }
}
