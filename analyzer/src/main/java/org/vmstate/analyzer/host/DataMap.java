package org.vmstate.analyzer.host;

import java.io.IOException;

/** Reports where a file has data and where it has holes, so that holes need not be read. */
public interface DataMap {
  /**
   * Finds the next data.
   *
   * @return offset of the first byte from {@code offset} on that is not in a hole, or a number that
   *     is at least {@code end}
   */
  long nextData(long offset, long end) throws IOException;

  /** Returns the offset of the next hole after data at {@code offset}, at most {@code end}. */
  long nextHole(long offset, long end) throws IOException;

  /** A map that knows of no holes. */
  DataMap SOLID =
      new DataMap() {
        @Override
        public long nextData(long offset, long end) {
          return offset;
        }

        @Override
        public long nextHole(long offset, long end) {
          return end;
        }
      };
}
