package org.vmstate.parser.memory;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import org.vmstate.formats.error.LimitExceededException;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.rule.Reason;
import org.vmstate.parser.io.TemporaryFile;

/**
 * Cells of 2 to 4096 longs, powers of two, for what is known of pages. The first 16 MiB are in
 * memory, the others in a temporary file, so that a guest of any size fits a small heap. The file
 * takes at most 64 MiB and the size of the image, before which the pass ends: an image that sends
 * every page once stays far below.
 */
final class PageStore implements Closeable {
  /** Classes of cells; class n has 2 &lt;&lt; n longs. */
  static final int CLASSES = 12;

  /** Longs of the largest cell. */
  static final int LARGEST = 2 << CLASSES - 1;

  private static final int SEGMENT_SHIFT = 17;
  private static final int SEGMENT = 1 << SEGMENT_SHIFT;
  private static final int HEAP_SEGMENTS = 16;
  private static final int GROWTH = 8 << 20;

  /** A zero page: its word and the fill byte. */
  private static final int SHORTEST_RECORD = Long.BYTES + 1;

  private static final long ALWAYS_ALLOWED = 64L << 20;

  private final List<LongBuffer> segments = new ArrayList<>();
  private final long[] free = new long[CLASSES];
  private final long[] next = new long[CLASSES];
  private final long[] end = new long[CLASSES];
  // no cell has the address 0
  private long used = LARGEST;
  private SourceBytes source;
  private long seen;
  private TemporaryFile spill;
  private ByteBuffer mapping = ByteBuffer.allocate(0);
  private long spilled;

  /** Notes how much of an image was read whose size is not known before its end. */
  void sent(PageRun run) {
    seen =
        Math.max(seen + run.count() * SHORTEST_RECORD, run.offset() + run.count() * run.stride());
  }

  /** Sets the image whose size bounds the temporary file. */
  void setSource(SourceBytes value) {
    source = value;
  }

  /** Returns the smallest class with room for a number of longs. */
  static int classOf(int longs) {
    return Math.max(0, Integer.SIZE - Integer.numberOfLeadingZeros(longs - 1) - 1);
  }

  /** Returns the address of a free cell, of arbitrary content. */
  long allocate(int cellClass) throws IOException {
    long cell = free[cellClass];
    if (cell != 0) {
      free[cellClass] = get(cell, 0);
      return cell;
    }
    if (next[cellClass] == end[cellClass]) {
      if (used >>> SEGMENT_SHIFT >= segments.size()) {
        segments.add(segment());
      }
      next[cellClass] = used;
      used += LARGEST;
      end[cellClass] = used;
    }
    long at = next[cellClass];
    next[cellClass] += 2L << cellClass;
    return at / 2;
  }

  /** Makes a cell free again. */
  void release(long cell, int cellClass) {
    put(cell, 0, free[cellClass]);
    free[cellClass] = cell;
  }

  long get(long cell, int index) {
    long at = cell * 2 + index;
    return segments.get((int) (at >>> SEGMENT_SHIFT)).get((int) (at & SEGMENT - 1));
  }

  void put(long cell, int index, long value) {
    long at = cell * 2 + index;
    segments.get((int) (at >>> SEGMENT_SHIFT)).put((int) (at & SEGMENT - 1), value);
  }

  /** Copies longs between cells or inside of one. */
  void copy(long from, int index, long to, int target, int count) {
    if (count == 0) {
      // its place may be after the last segment
      return;
    }
    long start = from * 2 + index;
    long at = to * 2 + target;
    segments
        .get((int) (at >>> SEGMENT_SHIFT))
        .put(
            (int) (at & SEGMENT - 1),
            segments.get((int) (start >>> SEGMENT_SHIFT)),
            (int) (start & SEGMENT - 1),
            count);
  }

  private LongBuffer segment() throws IOException {
    if (segments.size() < HEAP_SEGMENTS) {
      return LongBuffer.allocate(SEGMENT);
    }
    if (!mapping.hasRemaining()) {
      spill();
    }
    int bytes = SEGMENT * Long.BYTES;
    ByteBuffer slice = mapping.slice(mapping.position(), bytes).order(ByteOrder.nativeOrder());
    mapping.position(mapping.position() + bytes);
    return slice.asLongBuffer();
  }

  private void spill() throws IOException {
    long size = source == null ? seen : Math.max(seen, source.length());
    if (spilled + GROWTH > ALWAYS_ALLOWED + Math.min(size, Long.MAX_VALUE / 2)) {
      throw new LimitExceededException(
          Reason.PAGES_TOO_SCATTERED,
          "pages: expected at most "
              + (ALWAYS_ALLOWED >> 20)
              + " MiB and the image's size for their places, found them too scattered",
          0,
          source == null ? "" : source.place());
    }
    if (spill == null) {
      spill = TemporaryFile.create(".pages");
    }
    mapping = spill.grow(GROWTH);
    spilled += GROWTH;
  }

  /** Returns the size of the temporary file in bytes. */
  long spilled() {
    return spilled;
  }

  @Override
  public void close() throws IOException {
    segments.clear();
    if (spill != null) {
      spill.close();
      spill = null;
    }
  }
}
