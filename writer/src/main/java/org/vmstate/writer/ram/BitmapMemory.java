package org.vmstate.writer.ram;

import java.lang.foreign.Arena;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory for bitmaps, outside of the Java heap, of which only what holds set bits is taken. A chunk
 * of 64 words costs nothing while all of them are zero, or once all were set in their order; where
 * few have bits it is a cell with a mask of these and the words themselves, else the 64 words.
 * Whoever uses it locks it.
 */
public final class BitmapMemory {
  /** Words of a chunk. */
  static final int WORDS = Long.SIZE;

  /** Handle of a chunk without a set bit. */
  static final int ZEROS = 0;

  /** Handle of a chunk whose bits are all set. */
  static final int ONES = 1;

  private static final int SLAB_SHIFT = 13;
  private static final int SLAB = 1 << SLAB_SHIFT;

  // a handle: class of the cell in the low bits, then its place; cells have 2 << class words
  private static final int CLASS_BITS = 3;
  private static final int CLASSES = 6;
  private static final int DENSE = CLASSES - 1;

  private final Arena arena;
  private final List<LongBuffer> slabs = new ArrayList<>();
  private final int[] free = new int[CLASSES];
  private final int[] next = new int[CLASSES];
  private final int[] end = new int[CLASSES];

  /** Place after all that was taken; 0 is no place, it ends the lists of free cells. */
  private int used = WORDS;

  /** Takes memory that lives as long as the arena. */
  public BitmapMemory(Arena arena) {
    this.arena = arena;
  }

  /** Returns how many bytes were taken. */
  public synchronized long bytes() {
    return slabs.size() * (long) SLAB * Long.BYTES;
  }

  /** Requires that the arena is not closed, also where nothing was taken of it. */
  void requireOpen() {
    if (!arena.scope().isAlive()) {
      throw new IllegalStateException("bitmaps are closed");
    }
  }

  private long load(int at) {
    return slabs.get(at >>> SLAB_SHIFT).get(at & SLAB - 1);
  }

  private void store(int at, long value) {
    slabs.get(at >>> SLAB_SHIFT).put(at & SLAB - 1, value);
  }

  private int allocate(int cellClass) {
    int at = free[cellClass];
    if (at != 0) {
      free[cellClass] = (int) load(at);
      return at;
    }
    if (next[cellClass] == end[cellClass]) {
      next[cellClass] = used;
      used = Math.addExact(used, WORDS);
      end[cellClass] = used;
      while (slabs.size() * SLAB < used) {
        slabs.add(
            arena
                .allocate((long) SLAB * Long.BYTES, Long.BYTES)
                .asByteBuffer()
                .order(ByteOrder.nativeOrder())
                .asLongBuffer());
      }
    }
    at = next[cellClass];
    next[cellClass] += 2 << cellClass;
    return at;
  }

  /** Gives a chunk back. */
  void release(int handle) {
    if (handle > ONES) {
      int cellClass = classOf(handle);
      store(place(handle), free[cellClass]);
      free[cellClass] = place(handle);
    }
  }

  private static int classOf(int handle) {
    return handle & (1 << CLASS_BITS) - 1;
  }

  private static int place(int handle) {
    return handle >>> CLASS_BITS;
  }

  private static int handle(int place, int cellClass) {
    if (place >= 1 << Integer.SIZE - CLASS_BITS) {
      throw new OutOfMemoryError("bitmaps of more than 4 GiB");
    }
    return place << CLASS_BITS | cellClass;
  }

  /** Returns a word of a chunk. */
  long get(int handle, int word) {
    if (handle == ZEROS || handle == ONES) {
      return -handle;
    }
    int at = place(handle);
    if (classOf(handle) == DENSE) {
      return load(at + word);
    }
    long mask = load(at);
    return (mask >>> word & 1) == 0 ? 0 : load(at + 1 + rank(mask, word));
  }

  private static int rank(long mask, int word) {
    return Long.bitCount(mask & (1L << word) - 1);
  }

  /** Sets a word of a chunk and returns the chunk's handle, which may be another one then. */
  int put(int handle, int word, long value) {
    if (handle == ZEROS || handle == ONES) {
      return value == -handle ? handle : put(materialize(handle), word, value);
    }
    int at = place(handle);
    int cellClass = classOf(handle);
    if (cellClass == DENSE) {
      store(at + word, value);
      if (word == WORDS - 1 && value == -1 && isFull(at)) {
        release(handle);
        return ONES;
      }
      return handle;
    }
    long mask = load(at);
    int rank = rank(mask, word);
    if ((mask >>> word & 1) != 0) {
      store(at + 1 + rank, value);
      return handle;
    }
    int count = Long.bitCount(mask);
    if (count + 1 == 2 << cellClass) {
      return put(grow(handle, mask), word, value);
    }
    for (int i = count; i > rank; i--) {
      store(at + 1 + i, load(at + i));
    }
    store(at + 1 + rank, value);
    store(at, mask | 1L << word);
    return handle;
  }

  private boolean isFull(int at) {
    int word = 0;
    while (word < WORDS && load(at + word) == -1) {
      word++;
    }
    return word == WORDS;
  }

  private int materialize(int handle) {
    int cellClass = handle == ZEROS ? 0 : DENSE;
    int at = allocate(cellClass);
    if (handle == ZEROS) {
      store(at, 0);
    } else {
      for (int i = 0; i < WORDS; i++) {
        store(at + i, -1);
      }
    }
    return handle(at, cellClass);
  }

  /** Moves words to a cell of the next class; those of the last one have no mask. */
  private int grow(int handle, long mask) {
    int from = place(handle);
    int cellClass = classOf(handle) + 1;
    int to = allocate(cellClass);
    if (cellClass == DENSE) {
      for (int word = 0; word < WORDS; word++) {
        store(to + word, get(handle, word));
      }
    } else {
      store(to, mask);
      for (int i = 1; i <= Long.bitCount(mask); i++) {
        store(to + i, load(from + i));
      }
    }
    release(handle);
    return handle(to, cellClass);
  }
}
