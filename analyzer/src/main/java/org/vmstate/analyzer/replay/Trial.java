package org.vmstate.analyzer.replay;

import java.util.ArrayList;
import java.util.List;
import org.vmstate.writer.xbzrle.DeltaCodec;
import org.vmstate.writer.xbzrle.XbzrleSender;
import org.vmstate.writer.xbzrle.XbzrleStatistics;

/** One cache of one codec, and what becomes of the pages with it. */
public final class Trial {
  private static final int MOST_RATES = 64;

  /** A save may end earlier when deltas save at least one byte in so many. */
  private static final int MUCH = 10;

  private final DeltaCodec codec;
  private final long cacheBytes;
  private final int pageSize;
  private final XbzrleSender sender;
  private long returning;
  private long returningMisses;
  private long wire;
  private long wholeWire;
  private long deltas;
  private long deltaBytes;
  private long differing;
  private final List<SoFar> soFar = new ArrayList<>();

  /** Counters at the end of a round. */
  private record SoFar(long lookups, long misses, long wire) {
    double missRate() {
      return lookups == 0 ? 0 : (double) misses / lookups;
    }
  }

  Trial(DeltaCodec codec, long cacheBytes, int pageSize) {
    this.codec = codec;
    this.cacheBytes = cacheBytes;
    this.pageSize = pageSize;
    this.sender = new XbzrleSender(codec, cacheBytes, pageSize);
  }

  XbzrleSender sender() {
    return sender;
  }

  void roundEnds(long round) {
    if (round > 0 && soFar.size() == round - 1 && round <= MOST_RATES) {
      soFar.add(soFar());
    }
  }

  private SoFar soFar() {
    return new SoFar(statistics().lookups(), statistics().misses(), wire);
  }

  void zero(long address, long generation, boolean first) {
    sender.zero(address, generation, first);
    wire += first ? 0 : Long.BYTES + 1;
    wholeWire += first ? 0 : Long.BYTES + 1;
  }

  /**
   * Looks a page up.
   *
   * @param again whether it was looked up before
   */
  boolean isKept(long address, long generation, boolean last, boolean again) {
    boolean kept = sender.isKept(address, generation, last);
    if (!last || codec.encodesLastRound()) {
      returning += again ? 1 : 0;
      returningMisses += again && !kept ? 1 : 0;
    }
    wire += kept ? 0 : Long.BYTES + pageSize;
    wholeWire += Long.BYTES + pageSize;
    return kept;
  }

  /** Accepts the delta of a page that was kept; returns how the page went out. */
  XbzrleSender.Outcome encoded(long address, int length, long generation, boolean last) {
    XbzrleSender.Outcome outcome = sender.encoded(address, length, generation, last);
    switch (outcome) {
      case PAGE -> wire += Long.BYTES + pageSize;
      case DELTA -> {
        wire += Long.BYTES + codec.sentHeader() + length;
        deltas++;
        deltaBytes += codec.sentHeader() + length;
      }
      case NOTHING -> {}
    }
    return outcome;
  }

  void differs() {
    differing++;
  }

  /** Returns the codec's name. */
  public String codec() {
    return codec.name();
  }

  /** Returns the size of the cache in bytes. */
  public long cacheBytes() {
    return cacheBytes;
  }

  /** Returns the counters under the meanings of the original. */
  public XbzrleStatistics statistics() {
    return sender.statistics();
  }

  /** Returns the share of lookups that missed, as QEMU counts it. */
  public double missRate() {
    return soFar().missRate();
  }

  /** Returns the miss rate of a save that ends after 1, 2, 3... rounds, of at most 64. */
  public List<Double> missRates() {
    return soFar.stream().map(SoFar::missRate).toList();
  }

  /**
   * Reports whether a save with this cache sends so much less than the recording that its rounds
   * are shorter and it may end earlier, which the recording cannot tell.
   */
  public boolean mayEndEarlier() {
    return (wholeWire - wire) * MUCH >= wholeWire && wholeWire > 0;
  }

  /**
   * Returns the miss rate of a save that goes on until it has sent as many bytes as the recording:
   * its further rounds are like those of the recording's second half, when most pages return.
   */
  public double missRateForAsManyBytes() {
    if (soFar.size() < 2) {
      return missRate();
    }
    SoFar half = soFar.get((soFar.size() - 1) / 2);
    XbzrleStatistics s = statistics();
    long sent = wire - half.wire;
    if (sent <= 0) {
      return missRate();
    }
    double times = (double) Math.max(0, wholeWire - wire) / sent;
    return (s.misses() + times * (s.misses() - half.misses))
        / (s.lookups() + times * (s.lookups() - half.lookups));
  }

  /** Returns the lookups of pages that had been looked up before. */
  public long returning() {
    return returning;
  }

  /** Returns how many of them missed: the cache is too small for those. */
  public long returningMisses() {
    return returningMisses;
  }

  /** Returns the bytes of page records after the first round, without names of blocks. */
  public long wire() {
    return wire;
  }

  /** Returns the bytes that the same records take without deltas. */
  public long wholeWire() {
    return wholeWire;
  }

  /** Returns how many times shorter deltas are than their pages; 0 without deltas. */
  public double encodingRate() {
    return deltaBytes == 0 ? 0 : (double) deltas * pageSize / deltaBytes;
  }

  /** Returns decisions that the recording, which has deltas itself, shows to have been others. */
  public long differing() {
    return differing;
  }
}
