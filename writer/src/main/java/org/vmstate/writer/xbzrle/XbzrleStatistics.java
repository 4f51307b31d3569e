package org.vmstate.writer.xbzrle;

/**
 * What a sender counts, under the meanings of QEMU's {@code query-migrate}.
 *
 * @param lookups pages looked for in the cache
 * @param misses pages that were not there
 * @param pages pages found and encoded, those that overflowed or had not changed included
 * @param overflow pages whose delta did not fit
 * @param bytes deltas with their three bytes of header, and a whole page for each overflow
 */
public record XbzrleStatistics(long lookups, long misses, long pages, long overflow, long bytes) {
  /** Returns the pages found in the cache. */
  public long hits() {
    return lookups - misses;
  }
}
