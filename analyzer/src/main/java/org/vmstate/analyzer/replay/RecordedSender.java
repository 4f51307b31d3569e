package org.vmstate.analyzer.replay;

import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.XbzrleFormat;
import org.vmstate.writer.xbzrle.Codec2011;
import org.vmstate.writer.xbzrle.CurrentCodec;
import org.vmstate.writer.xbzrle.DeltaEncoder;

/**
 * What the sender of a recording with deltas did, as far as its pages tell: a whole page whose
 * delta fits was not in its cache. One whose delta does not fit may have been there or not.
 */
public final class RecordedSender {

  private final DeltaEncoder encoder;
  private final byte[] delta;
  private long deltas;
  private long deltaBytes;
  private long misses;
  private long unclear;

  RecordedSender(int pageSize) {
    encoder =
        pageSize <= 8192 ? new CurrentCodec().encoder(pageSize) : new Codec2011().encoder(pageSize);
    delta = new byte[pageSize];
  }

  void delta(PageKind kind, int length) {
    deltas++;
    deltaBytes += length + (kind == PageKind.XBZRLE ? XbzrleFormat.HEAD : new Codec2011().header());
  }

  void whole(byte[] before, byte[] after) {
    if (encoder.encode(before, after, delta) < 0) {
      unclear++;
    } else {
      misses++;
    }
  }

  /** Returns the deltas; QEMU also counts pages found unchanged, and overflows. */
  public long deltas() {
    return deltas;
  }

  /** Returns the bytes of deltas and their headers; QEMU adds a page for each overflow. */
  public long deltaBytes() {
    return deltaBytes;
  }

  /** Returns the pages that were not in the cache. */
  public long misses() {
    return misses;
  }

  /** Returns the pages that were not in the cache, or whose delta did not fit. */
  public long unclear() {
    return unclear;
  }
}
