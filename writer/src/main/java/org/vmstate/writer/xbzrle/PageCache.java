package org.vmstate.writer.xbzrle;

/**
 * The pages that a sender believes the receiver to have. Addresses are global: unique over all RAM
 * blocks. A generation is a sweep over memory (dirty-sync-count).
 */
public interface PageCache {
  /** Returns the cached content of a page, or null. A hit makes the page young again. */
  byte[] find(long address, long generation);

  /**
   * Keeps a page; the array is copied.
   *
   * @return false when the cache refuses it
   */
  boolean insert(long address, byte[] page, long generation);

  /** Returns how many pages fit. */
  int capacity();
}
