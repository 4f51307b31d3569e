package org.vmstate.analyzer.extract;

import java.nio.ByteBuffer;
import org.vmstate.writer.compress.PageCompression.Compressor;

/** Some pages in order of address; compressed where they stand, and used again. */
final class KdumpBatch {
  /** Length of all pages of a full batch: small enough for the cache of a processor. */
  static final int LENGTH = 256 << 10;

  private final int size;
  private final ByteBuffer pages = ByteBuffer.allocateDirect(LENGTH);
  private final ByteBuffer target;
  private final ByteBuffer zero;
  private final int[] lengths;
  private final boolean[] compressed;
  private int count;
  private long before;

  /**
   * Makes an empty one.
   *
   * @param size of a page
   */
  KdumpBatch(int size) {
    this.size = size;
    target = ByteBuffer.allocateDirect(2 * size);
    zero = ByteBuffer.allocateDirect(size);
    lengths = new int[LENGTH / size];
    compressed = new boolean[LENGTH / size];
  }

  /** Returns how many bytes it has room for. */
  int room() {
    return pages.remaining();
  }

  boolean isEmpty() {
    return pages.position() == 0;
  }

  /** Lets it follow more pages that are zero, while it is empty. */
  void follow(long zeroPages) {
    before += zeroPages;
  }

  /** Returns how many pages that are zero come before its own. */
  long before() {
    return before;
  }

  /** Accepts the next bytes of a source, as many as it has room for; returns their number. */
  int take(ByteBuffer source) {
    int part = Math.min(source.remaining(), room());
    pages.put(pages.position(), source, source.position(), part);
    pages.position(pages.position() + part);
    source.position(source.position() + part);
    return part;
  }

  /** Takes zeros for which it has room. */
  void zeros(int number) {
    for (int left = number; left > 0; ) {
      int part = Math.min(left, size);
      pages.put(zero.slice(0, part));
      left -= part;
    }
  }

  /** Compresses each page, and moves them together: none becomes longer. Returns this. */
  KdumpBatch compress(Compressor compressor) {
    count = pages.position() / size;
    int end = 0;
    for (int i = 0; i < count; i++) {
      int at = i * size;
      if (isZero(at)) {
        lengths[i] = 0;
        continue;
      }
      int done = compressor.compress(pages, at, size, target);
      compressed[i] = done > 0;
      lengths[i] = done > 0 ? done : size;
      if (done > 0) {
        pages.put(end, target, 0, done);
      } else if (end < at) {
        pages.put(end, pages, at, size);
      }
      end += lengths[i];
    }
    pages.position(0).limit(end);
    return this;
  }

  private boolean isZero(int at) {
    return pages.getLong(at) == 0 && pages.slice(at, size).mismatch(zero) < 0;
  }

  /** Returns how many pages were compressed. */
  int count() {
    return count;
  }

  /** Returns how long a page has become, 0 when it is zero. */
  int length(int page) {
    return lengths[page];
  }

  /** Reports whether a page is compressed. */
  boolean isCompressed(int page) {
    return compressed[page];
  }

  /** Returns the content of all pages that are not zero. */
  ByteBuffer data() {
    return pages;
  }

  /** Makes it empty; returns this. */
  KdumpBatch clear() {
    pages.clear();
    before = 0;
    return this;
  }
}
