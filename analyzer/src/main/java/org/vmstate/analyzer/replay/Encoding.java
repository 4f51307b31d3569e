package org.vmstate.analyzer.replay;

import java.util.List;
import org.vmstate.writer.xbzrle.DeltaCodec;
import org.vmstate.writer.xbzrle.DeltaEncoder;
import org.vmstate.writer.xbzrle.XbzrleSender;

/** One codec with caches of several sizes; each page is encoded at most once for all of them. */
public final class Encoding {
  private final DeltaCodec codec;
  private final DeltaEncoder encoder;
  private final List<Trial> trials;
  private final boolean[] kept;
  private final byte[] delta;
  private final int pageSize;
  private long nanos;
  private long encoded;

  Encoding(DeltaCodec codec, List<Long> sizes, int pageSize) {
    this.codec = codec;
    this.pageSize = pageSize;
    this.encoder = codec.encoder(pageSize);
    this.trials = sizes.stream().map(size -> new Trial(codec, size, pageSize)).toList();
    this.kept = new boolean[trials.size()];
    this.delta = new byte[pageSize];
  }

  /** How a recording sent a page, where it tells. */
  enum Recorded {
    /** It has no deltas. */
    UNKNOWN,
    WHOLE,
    DELTA
  }

  void roundEnds(long round) {
    trials.forEach(trial -> trial.roundEnds(round));
  }

  void first(long address) {
    trials.forEach(trial -> trial.sender().first(address, 1));
  }

  void zero(long address, long generation, boolean first) {
    trials.forEach(trial -> trial.zero(address, generation, first));
  }

  /** Accepts a page that is sent again. */
  void again(
      long address,
      byte[] before,
      byte[] after,
      long generation,
      boolean last,
      boolean lookedUp,
      Recorded recorded) {
    boolean any = false;
    for (int i = 0; i < kept.length; i++) {
      kept[i] = trials.get(i).isKept(address, generation, last, lookedUp);
      any |= kept[i];
    }
    boolean tells = recorded != Recorded.UNKNOWN && (!last || codec.encodesLastRound());
    if (!any && !tells) {
      return;
    }
    long start = System.nanoTime();
    int length = encoder.encode(before, after, delta);
    nanos += System.nanoTime() - start;
    encoded++;
    for (int i = 0; i < kept.length; i++) {
      Trial trial = trials.get(i);
      XbzrleSender.Outcome outcome =
          kept[i] ? trial.encoded(address, length, generation, last) : XbzrleSender.Outcome.PAGE;
      boolean delta = outcome != XbzrleSender.Outcome.PAGE;
      if (tells && delta != (recorded == Recorded.DELTA)) {
        trial.differs();
      }
    }
  }

  /** Returns the codec's name. */
  public String name() {
    return codec.name();
  }

  /** Returns the trials, smallest cache first. */
  public List<Trial> trials() {
    return trials;
  }

  /** Returns how many MB of pages were encoded in a second; 0 when none were. */
  public long megabytesPerSecond() {
    return nanos == 0 ? 0 : Math.ceilDiv(encoded * pageSize * 1000, nanos);
  }
}
