package org.vmstate.writer.xbzrle;

import org.vmstate.formats.ram.XbzrleFormat;

/** Today's XBZRLE. Source: QEMU 10.0 migration/ram.c, xbzrle.c, page_cache.c. */
public final class CurrentCodec implements DeltaCodec {
  /** Is also made by a call. */
  public CurrentCodec() {}

  @Override
  public String name() {
    return "current";
  }

  @Override
  public DeltaEncoder encoder(int pageSize) {
    if (pageSize > XbzrleEncoder.MAX_PAGE) {
      throw new IllegalArgumentException(
          "deltas are possible for pages up to "
              + XbzrleEncoder.MAX_PAGE
              + " bytes, these have "
              + pageSize);
    }
    return XbzrleEncoder::encode;
  }

  @Override
  public int header() {
    return XbzrleFormat.HEAD;
  }
}
