package org.vmstate.analyzer.map;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.vmstate.formats.error.LimitExceededException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.rule.Reason;

/** A count from 0 to 255 for each page, outside of the Java heap, only where pages were counted. */
final class Tally {
  private static final int CHUNK = 4096;
  private static final int MOST = 255;

  private final Cells cells;

  /** The cell of each 4096 pages, 0 where none was counted. */
  private final int[] chunks;

  Tally(long pages, Cells cells) {
    this.cells = cells;
    chunks = new int[Math.toIntExact((pages + CHUNK - 1) / CHUNK)];
  }

  /**
   * Counts of 4096 pages each, of all blocks: at most 64 MiB and the size of the image, which one
   * with every page sent once does not reach by far.
   */
  static final class Cells {
    private static final int SLAB = 256;
    private static final long ALWAYS_ALLOWED = 64L << 20;

    private final List<ByteBuffer> slabs = new ArrayList<>();
    // no cell has the number 0
    private int used = 1;

    private int allocate(Event.RamPages sent) throws LimitExceededException {
      if (used / SLAB == slabs.size()) {
        // the length of a pipe is not known
        long size = Math.max(sent.content().length(), sent.range().end());
        long bytes = (long) used * CHUNK;
        if (bytes > ALWAYS_ALLOWED + size) {
          throw new LimitExceededException(
              Reason.PAGES_TOO_SCATTERED,
              "pages: expected to count them in at most "
                  + (ALWAYS_ALLOWED >> 20)
                  + " MiB and the image's size, found them too scattered",
              sent.range().start(),
              sent.content().place());
        }
        slabs.add(ByteBuffer.allocateDirect(SLAB * CHUNK));
      }
      return used++;
    }

    private int get(int cell, int at) {
      return slabs.get(cell / SLAB).get(cell % SLAB * CHUNK + at) & MOST;
    }

    private void count(int cell, int at) {
      int value = get(cell, at);
      if (value < MOST) {
        slabs.get(cell / SLAB).put(cell % SLAB * CHUNK + at, (byte) (value + 1));
      }
    }
  }

  /** Counts pages. */
  void add(Event.RamPages sent) throws LimitExceededException {
    PageRun run = sent.run();
    for (long page = run.firstPage(); page < run.firstPage() + run.count(); page++) {
      int index = (int) (page / CHUNK);
      if (chunks[index] == 0) {
        chunks[index] = cells.allocate(sent);
      }
      cells.count(chunks[index], (int) (page % CHUNK));
    }
  }

  int get(long page) {
    int cell = chunks[(int) (page / CHUNK)];
    return cell == 0 ? 0 : cells.get(cell, (int) (page % CHUNK));
  }

  /** Returns the first page after the given one whose count is another, or the end. */
  long equalUntil(long page, long end) {
    int value = get(page);
    long at = page + 1;
    while (at < end) {
      if (chunks[(int) (at / CHUNK)] == 0) {
        if (value != 0) {
          return at;
        }
        at = Math.min(end, (at / CHUNK + 1) * CHUNK);
      } else if (get(at) != value) {
        return at;
      } else {
        at++;
      }
    }
    return end;
  }
}
