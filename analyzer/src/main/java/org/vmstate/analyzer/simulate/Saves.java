package org.vmstate.analyzer.simulate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.vmstate.writer.xbzrle.DeltaCodec;

/**
 * Saves of one guest that differ in the way they send pages.
 *
 * @param memory bytes of the guest's memory
 * @param pageSize bytes of a page
 * @param zeroShare share of the memory outside of the buffer that is zero, 0 to 1
 * @param load what the guest writes
 * @param bandwidth bytes that may be sent in a second, as QEMU's max-bandwidth
 * @param link bytes that the file or the network takes in a second
 * @param downtime milliseconds that the guest may stand still
 * @param pageTime microseconds that the sender needs for a page beside the link
 * @param faultTime microseconds that the guest's first write to a page after each look at the dirty
 *     bitmap costs it
 * @param fixed whether pages have fixed places
 * @param codec how pages are sent again, nothing for whole pages
 * @param caches bytes of caches, one save for each
 * @param stopSeconds seconds after which the guest is stopped, infinite for never
 */
public record Saves(
    long memory,
    int pageSize,
    double zeroShare,
    LoadSpec load,
    long bandwidth,
    long link,
    double downtime,
    double pageTime,
    double faultTime,
    boolean fixed,
    Optional<String> codec,
    List<Long> caches,
    double stopSeconds) {
  private static final int MOST_PAGES = 1 << 24;

  /** Checks what cannot be. */
  public Saves {
    caches = List.copyOf(caches);
    require(
        Integer.bitCount(pageSize) == 1 && pageSize >= 1024 && pageSize <= 1 << 16,
        "page size: expected a power of two from 1K to 64K, found " + pageSize);
    require(
        memory >= pageSize && memory % pageSize == 0 && memory / pageSize <= MOST_PAGES,
        "memory: expected 1 to " + MOST_PAGES + " pages, found " + memory + " bytes");
    require(zeroShare >= 0 && zeroShare <= 1, "zero pages: expected 0 to 100 percent");
    require(
        bandwidth >= 10L * pageSize,
        "bandwidth: expected at least "
            + 10L * pageSize
            + ", a page in each tenth of a second, found "
            + bandwidth);
    require(link > 0, "link: expected at least 1");
    require(downtime >= 0 && downtime <= 3_600_000, "downtime: expected 0 to 3600000 ms");
    require(pageTime >= 0 && pageTime <= 1_000_000, "page time: expected 0 to 1000000");
    require(faultTime >= 0 && faultTime <= 1_000_000, "fault time: expected 0 to 1000000");
    require(stopSeconds > 0, "time: expected more than 0 s");
    require(!fixed || codec.isEmpty(), "deltas and fixed places exclude each other");
    require(
        load.buffer() % pageSize == 0 && load.buffer() <= memory && load.buffer() > 0,
        "buffer: expected whole pages of the memory, found " + load.buffer() + " bytes");
    require(
        load.spread() == 0 || load.spread() >= load.buffer() && load.spread() <= memory,
        "spread: expected at least the buffer and at most the memory, found "
            + load.spread()
            + " bytes");
  }

  /**
   * What the guest writes.
   *
   * @param pattern loop, sweep, random, hot or recording
   * @param buffer bytes that it writes to
   * @param perSecond pages that it writes in a second
   * @param hotShare percentage of the writes that go to the hot pages
   * @param hotBytes bytes of them
   * @param spread bytes of the memory in which the buffer's pages lie in no order, or 0 when the
   *     buffer is one piece
   * @param sequence pages of a recording
   * @param delta bytes of the delta of a page that was written, or 0 for that of the pattern's
   *     writes
   */
  public record LoadSpec(
      String pattern,
      long buffer,
      double perSecond,
      double hotShare,
      long hotBytes,
      long spread,
      int[] sequence,
      long delta) {

    WriteLoad load(int pageSize) {
      WriteLoad.Pattern found =
          WriteLoad.Pattern.of(pattern)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "pattern "
                              + pattern
                              + ": expected loop, sweep, random, hot or recording"));
      require(perSecond >= 0 && perSecond <= 1e9, "rate: expected 0 to 1000000000 pages");
      require(hotShare >= 0 && hotShare <= 100, "hot share: expected 0 to 100 percent");
      require(
          found != WriteLoad.Pattern.HOT || hotBytes >= pageSize && hotBytes <= buffer,
          "hot pages: expected a part of the buffer, found " + hotBytes + " bytes");
      require(
          found != WriteLoad.Pattern.RECORDING || sequence.length > 0,
          "recording: no page was sent again in it");
      require(
          delta >= 0 && delta <= pageSize,
          "delta: expected at most a page, found " + delta + " bytes");
      return new WriteLoad(
          found,
          (int) (buffer / pageSize),
          perSecond,
          hotShare / 100,
          (int) (hotBytes / pageSize),
          (int) (spread / pageSize),
          sequence,
          (int) delta);
    }
  }

  private static void require(boolean condition, String text) {
    if (!condition) {
      throw new IllegalArgumentException(text);
    }
  }

  /** One save and how it goes. */
  record Run(Optional<String> codec, long cacheBytes, SaveOutcomes outcomes) {
    SaveResult result() {
      return outcomes.middle();
    }
  }

  /** Simulates all of them: without deltas first where there are some. */
  List<Run> run() {
    int pages = (int) (memory / pageSize);
    WriteLoad written = load.load(pageSize);
    int zeros = (int) ((pages - written.pages()) * zeroShare);
    List<Run> runs = new ArrayList<>();
    runs.add(one(pages, zeros, written, Optional.empty(), 0));
    if (codec.isPresent()) {
      DeltaCodec found =
          DeltaCodec.named(codec.get())
              .orElseThrow(
                  () -> new IllegalArgumentException("codec " + codec.get() + ": no such codec"));
      for (long cache : caches) {
        runs.add(one(pages, zeros, written, Optional.of(found), cache));
      }
    }
    return runs;
  }

  private Run one(int pages, int zeros, WriteLoad written, Optional<DeltaCodec> found, long cache) {
    SaveScenario scenario =
        new SaveScenario(
            pages,
            pageSize,
            zeros,
            written,
            bandwidth,
            link,
            downtime / 1000,
            pageTime / 1_000_000,
            faultTime / 1_000_000,
            fixed,
            found,
            cache,
            stopSeconds);
    return new Run(found.map(DeltaCodec::name), cache, SaveOutcomes.of(scenario));
  }
}
