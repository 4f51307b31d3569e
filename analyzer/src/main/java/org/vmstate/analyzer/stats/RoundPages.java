package org.vmstate.analyzer.stats;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.vmstate.formats.ram.PageRun;

/** The pages of one round, of which QEMU sends each once; a bit for each, up to 16 MiB. */
final class RoundPages {
  private static final int CHUNK = 1 << 15;
  private static final int MOST = 4096;

  private final Map<Place, BitSet> chunks = new HashMap<>();

  private record Place(int block, long chunk) {}

  /** Adds a run unless one of its pages is there; returns whether that is so. */
  boolean add(PageRun run) {
    if (overlaps(run)) {
      return false;
    }
    long end = run.firstPage() + run.count();
    for (long page = run.firstPage(); page < end; page = next(page, end)) {
      Place place = new Place(run.block().index(), page / CHUNK);
      if (chunks.containsKey(place) || chunks.size() < MOST) {
        BitSet bits = chunks.computeIfAbsent(place, _ -> new BitSet(CHUNK));
        bits.set((int) (page % CHUNK), to(page, end));
      }
    }
    return true;
  }

  private boolean overlaps(PageRun run) {
    long end = run.firstPage() + run.count();
    for (long page = run.firstPage(); page < end; page = next(page, end)) {
      BitSet bits = chunks.get(new Place(run.block().index(), page / CHUNK));
      if (bits != null) {
        int found = bits.nextSetBit((int) (page % CHUNK));
        if (found >= 0 && found < to(page, end)) {
          return true;
        }
      }
    }
    return false;
  }

  private static long next(long page, long end) {
    return Math.min(end, (page / CHUNK + 1) * CHUNK);
  }

  /** Returns the end of what a run has in the chunk of a page, counted in that chunk. */
  private static int to(long page, long end) {
    return (int) (next(page, end) - page / CHUNK * CHUNK);
  }

  void clear() {
    chunks.clear();
  }
}
