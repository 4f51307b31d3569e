package org.vmstate.analyzer.simulate;

import java.util.Optional;
import org.vmstate.writer.xbzrle.DeltaCodec;

/**
 * A save to be simulated.
 *
 * @param pages pages of the guest's memory
 * @param pageSize bytes of a page
 * @param zeroPages pages that hold nothing but zeros, outside of the buffer
 * @param load what the guest writes
 * @param bandwidth bytes that may be sent in a second
 * @param link bytes that the file or the network takes in a second
 * @param downtime seconds that the guest may stand still
 * @param pageTime seconds that the sender needs for a page beside the link
 * @param faultTime seconds that the guest's first write to a page after each look costs it
 * @param fixed whether pages have fixed places
 * @param codec how pages are sent again, nothing for whole pages
 * @param cacheBytes bytes of its cache
 * @param stopSeconds seconds after which the guest is stopped, infinite for never
 */
record SaveScenario(
    int pages,
    int pageSize,
    int zeroPages,
    WriteLoad load,
    double bandwidth,
    double link,
    double downtime,
    double pageTime,
    double faultTime,
    boolean fixed,
    Optional<DeltaCodec> codec,
    long cacheBytes,
    double stopSeconds) {

  /** Reports whether the guest is stopped when the save does not end. */
  boolean stops() {
    return stopSeconds < Double.POSITIVE_INFINITY;
  }
}
