package org.vmstate.analyzer.stats;

import org.vmstate.formats.ram.PageKind;

/** Counters of one round over memory, or of neighbouring rounds that were joined. */
final class Round {
  private final long number;
  private final long[] pages = new long[PageKind.values().length];
  private long joined = 1;
  private long bytes;
  private long deltaBytes;
  private long again;
  private long superseded;

  /** Starts a round; the first has number 1. */
  Round(long number) {
    this.number = number;
  }

  long number() {
    return number;
  }

  /** Returns how many rounds are in these counters. */
  long joined() {
    return joined;
  }

  void joinNext() {
    joined++;
  }

  /** Counts records of pages by their length in the stream, words and names included. */
  void add(PageKind kind, long count, long length) {
    pages[kind.ordinal()] += count;
    bytes += length;
    if (kind.isDelta()) {
      // QEMU counts what follows the word of flags
      deltaBytes += length - Long.BYTES * count;
    }
  }

  /**
   * Counts pages that were sent before, and the bytes of earlier records that are of no use now.
   */
  void sentAgain(long count, long replacedBytes) {
    again += count;
    superseded += replacedBytes;
  }

  /** Adds the counters of another. */
  void add(Round other) {
    for (int i = 0; i < pages.length; i++) {
      pages[i] += other.pages[i];
    }
    bytes += other.bytes;
    deltaBytes += other.deltaBytes;
    again += other.again;
    superseded += other.superseded;
  }

  /** Adds the round that follows. */
  void join(Round next) {
    add(next);
    joined += next.joined;
  }

  long pages(PageKind kind) {
    return pages[kind.ordinal()];
  }

  /** Returns what QEMU counts as duplicate: pages of one byte over and over. */
  long duplicate() {
    return pages(PageKind.ZERO) + pages(PageKind.FILL);
  }

  long deltas() {
    return pages(PageKind.XBZRLE) + pages(PageKind.XBZRLE_2011);
  }

  long deltaBytes() {
    return deltaBytes;
  }

  long allPages() {
    long sum = 0;
    for (long count : pages) {
      sum += count;
    }
    return sum;
  }

  long bytes() {
    return bytes;
  }

  long again() {
    return again;
  }

  long superseded() {
    return superseded;
  }
}
