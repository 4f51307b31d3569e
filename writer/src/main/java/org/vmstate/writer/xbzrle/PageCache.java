package org.vmstate.writer.xbzrle;

/**
 * Which pages a sender keeps a copy of. Whenever a page is kept, the copy is the one that was sent
 * last, so that a cache decides on addresses only, and its owner keeps the bytes. Addresses are
 * global: unique over all RAM blocks. A generation is a round over memory (dirty-sync-count).
 */
public interface PageCache {
  /** Reports whether a page is kept; this may make it young again. */
  boolean find(long address, long generation);

  /**
   * Keeps a page that is sent.
   *
   * @return false when the cache refuses it
   */
  boolean insert(long address, long generation);

  /** Forgets a page. */
  void remove(long address);

  /** Returns how many pages fit. */
  int capacity();
}
