package org.vmstate.analyzer.replay;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.XbzrleFormat;
import org.vmstate.writer.xbzrle.Codec2011;
import org.vmstate.writer.xbzrle.CurrentCodec;
import org.vmstate.writer.xbzrle.DeltaEncoder;

/**
 * What the sender of a recording with deltas did, as far as its pages tell: a whole page whose
 * delta fits was not in its cache. One whose delta does not fit may have been there or not, which
 * follows from what else the cache held.
 */
public final class RecordedSender {

  private final DeltaEncoder encoder;
  private final byte[] delta;
  private final List<RecordedCache> caches;
  private long deltas;
  private long deltaBytes;
  private long misses;
  private long unclear;
  private boolean form2011;

  RecordedSender(int pageSize, List<Long> sizes) {
    encoder =
        pageSize <= 8192 ? new CurrentCodec().encoder(pageSize) : new Codec2011().encoder(pageSize);
    delta = new byte[pageSize];
    caches = sizes.stream().map(size -> new RecordedCache(size, pageSize)).toList();
  }

  void zero(long address, long generation) {
    caches.forEach(cache -> cache.zero(address, generation));
  }

  void delta(PageKind kind, int length, long address, long generation, boolean last) {
    deltas++;
    form2011 |= kind != PageKind.XBZRLE;
    deltaBytes += length + (kind == PageKind.XBZRLE ? XbzrleFormat.HEAD : new Codec2011().header());
    caches.forEach(cache -> cache.delta(address, generation, last));
  }

  /** Adds the bytes of blocks' names in the records of deltas. */
  void names(long length) {
    deltaBytes += length;
  }

  void whole(byte[] before, byte[] after, long address, long generation, boolean last) {
    boolean fits = encoder.encode(before, after, delta) >= 0;
    if (fits) {
      misses++;
    } else {
      unclear++;
    }
    caches.forEach(cache -> cache.whole(address, generation, last, fits));
  }

  /** Returns the deltas; QEMU also counts pages found unchanged, and overflows. */
  public long deltas() {
    return deltas;
  }

  /**
   * Returns the bytes of deltas, their headers and blocks' names; QEMU adds a page for each
   * overflow.
   */
  public long deltaBytes() {
    return deltaBytes;
  }

  /** Returns the pages that were certainly not in the cache. */
  public long misses() {
    return misses;
  }

  /** Returns the pages that were not in the cache, or whose delta did not fit. */
  public long unclear() {
    return unclear;
  }

  /** Returns, of the caches that were tried, the one that the recording contradicts least. */
  public Optional<RecordedCache> likely() {
    return form2011
        ? Optional.empty()
        : caches.stream().min(Comparator.comparingLong(RecordedCache::contradictions));
  }
}
