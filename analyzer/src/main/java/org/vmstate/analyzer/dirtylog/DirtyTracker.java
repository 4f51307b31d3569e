package org.vmstate.analyzer.dirtylog;

import java.io.IOException;
import java.util.BitSet;

/**
 * The emulator's side: two users of the bitmap, the migration and the display, chunks that are
 * cleared in the kernel when the first of their pages is sent, and, in the design that was built, a
 * cache of the bitmap that the kernel gave, so that only bits are cleared that every user has seen.
 */
public final class DirtyTracker {
  private final KernelLog kernel;
  private final boolean cached;
  private final int chunk;
  private final BitSet cache = new BitSet();
  private final BitSet migration = new BitSet();
  private final BitSet display = new BitSet();
  private final BitSet toClear = new BitSet();
  private final int[] memory;
  private final int[] destination;
  private long gets;
  private long clears;
  private long sends;
  private long needless;

  /**
   * Tracks a slot.
   *
   * @param cached whether the kernel's bitmap is kept
   * @param shift a chunk has 2^shift pages, from 6 to 31
   */
  public DirtyTracker(KernelLog kernel, boolean cached, int shift) {
    if (shift < 6 || shift > 31) {
      throw new IllegalArgumentException("chunk of 2^" + shift + " pages: expected 2^6 to 2^31");
    }
    this.kernel = kernel;
    this.cached = cached;
    this.chunk = (int) Math.min(1L << shift, Integer.MAX_VALUE);
    memory = new int[kernel.pages()];
    destination = new int[kernel.pages()];
  }

  /** Does one step. */
  public void apply(Operation operation) throws IOException {
    switch (operation.kind()) {
      case WRITE -> {
        memory[operation.page()]++;
        kernel.write(operation.page());
      }
      case GET -> get();
      case SEND -> send(operation.page());
      case VGA -> collect(operation.page(), operation.count());
      case VHOST -> {
        memory[operation.page()]++;
        migration.set(operation.page());
        display.set(operation.page());
      }
    }
  }

  private void get() throws IOException {
    gets++;
    BitSet bits = kernel.get();
    cache.clear();
    cache.or(bits);
    migration.or(bits);
    display.or(bits);
    toClear.set(0, (kernel.pages() - 1) / chunk + 1);
  }

  /** Clears a range in the kernel, which wants multiples of 64 pages: the rest is not touched. */
  private void clear(int start, int count, BitSet users) throws IOException {
    BitSet known = cached ? cache : users;
    BitSet bits = known.get(0, start + count);
    bits.clear(0, start);
    int first = start / KernelLog.ALIGNMENT * KernelLog.ALIGNMENT;
    int end = start + count + KernelLog.ALIGNMENT - 1;
    end = Math.min(kernel.pages(), end / KernelLog.ALIGNMENT * KernelLog.ALIGNMENT);
    clears++;
    kernel.clear(first, end - first, bits);
    cache.clear(start, start + count);
  }

  private void collect(int start, int count) throws IOException {
    BitSet taken = (BitSet) display.clone();
    display.clear(start, start + count);
    clear(start, count, taken);
  }

  private void send(int page) throws IOException {
    if (!migration.get(page)) {
      return;
    }
    int number = page / chunk;
    if (toClear.get(number)) {
      // before the page is copied: a write between the two only sends it once more
      toClear.clear(number);
      int start = number * chunk;
      clear(start, Math.min(chunk, kernel.pages() - start), migration);
    }
    migration.clear(page);
    sends++;
    needless += destination[page] == memory[page] ? 1 : 0;
    destination[page] = memory[page];
  }

  /** Ends the migration, the guest being stopped; returns the pages whose last write is lost. */
  public BitSet finish() throws IOException {
    get();
    sendAll();
    BitSet lost = new BitSet();
    for (int page = 0; page < memory.length; page++) {
      if (memory[page] != destination[page]) {
        lost.set(page);
      }
    }
    return lost;
  }

  private void sendAll() throws IOException {
    for (int page = nextToSend(0); page >= 0; page = nextToSend(page + 1)) {
      send(page);
    }
  }

  /** Returns the next page that the migration has to send, or -1. */
  public int nextToSend(int from) {
    return migration.nextSetBit(from);
  }

  /** Returns the state of a page in columns: memory, cache, migration, display, destination. */
  public PageView view(int page) {
    return new PageView(
        memory[page],
        kernel instanceof ModelKernel model && model.isDirty(page),
        cached && cache.get(page),
        migration.get(page),
        display.get(page),
        destination[page]);
  }

  /**
   * A page at one moment.
   *
   * @param memory version in the guest's memory
   * @param kernel bit of the kernel
   * @param cache bit of the cache
   * @param migration bit of the migration
   * @param display bit of the display
   * @param destination version at the destination
   */
  public record PageView(
      int memory,
      boolean kernel,
      boolean cache,
      boolean migration,
      boolean display,
      int destination) {}

  /** Returns the calls of GET. */
  public long gets() {
    return gets;
  }

  /** Returns the calls of CLEAR. */
  public long clears() {
    return clears;
  }

  /** Returns the pages sent. */
  public long sends() {
    return sends;
  }

  /** Returns the pages sent though the destination had them already. */
  public long needless() {
    return needless;
  }
}
