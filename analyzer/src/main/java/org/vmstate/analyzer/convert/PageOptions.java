package org.vmstate.analyzer.convert;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a conversion moves the pages.
 *
 * @param compact whether a stream that stays sequential is written anew with each page once
 * @param base image whose memory is sent first, what differs then follows as deltas
 * @param xbzrle2011 whether the deltas have the form of 2011
 * @param direct whether page data bypasses the page cache
 * @param workers threads that move pages
 */
public record PageOptions(
    boolean compact, Optional<Path> base, boolean xbzrle2011, boolean direct, int workers) {
  /** As the input has them, by up to four threads. */
  public static final PageOptions DEFAULT =
      new PageOptions(
          false,
          Optional.empty(),
          false,
          false,
          Math.min(4, Runtime.getRuntime().availableProcessors()));

  /** Returns these options with each page sent once, or not. */
  public PageOptions compact(boolean once) {
    return new PageOptions(once, base, xbzrle2011, direct, workers);
  }

  /** Returns these options with deltas to an image, in today's form or that of 2011. */
  public PageOptions from(Path image, boolean form2011) {
    return new PageOptions(compact, Optional.of(image), form2011, direct, workers);
  }

  /** Returns these options with direct I/O, or without. */
  public PageOptions direct(boolean pastCache) {
    return new PageOptions(compact, base, xbzrle2011, pastCache, workers);
  }

  /** Returns these options for a number of threads. */
  public PageOptions workers(int threads) {
    return new PageOptions(compact, base, xbzrle2011, direct, threads);
  }
}
