package org.vmstate.analyzer.map;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;

/** A count from 0 to 255 for each page, outside of the Java heap, only where pages were counted. */
final class Tally {
  private static final int CHUNK = 1 << 20;
  private static final int MOST = 255;

  private final ByteBuffer[] chunks;

  Tally(long pages) {
    chunks = new ByteBuffer[Math.toIntExact((pages + CHUNK - 1) / CHUNK)];
  }

  void add(long first, long count) {
    for (long page = first; page < first + count; page++) {
      int index = (int) (page / CHUNK);
      if (chunks[index] == null) {
        chunks[index] = Arena.ofAuto().allocate(CHUNK).asByteBuffer();
      }
      int at = (int) (page % CHUNK);
      int value = chunks[index].get(at) & MOST;
      if (value < MOST) {
        chunks[index].put(at, (byte) (value + 1));
      }
    }
  }

  int get(long page) {
    ByteBuffer chunk = chunks[(int) (page / CHUNK)];
    return chunk == null ? 0 : chunk.get((int) (page % CHUNK)) & MOST;
  }

  /** Returns the first page behind the given one whose count is another, or the end. */
  long equalUntil(long page, long end) {
    int value = get(page);
    long at = page + 1;
    while (at < end) {
      if (chunks[(int) (at / CHUNK)] == null) {
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
