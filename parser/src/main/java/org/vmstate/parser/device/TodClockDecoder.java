package org.vmstate.parser.device;

import org.vmstate.formats.error.StateFormatException;

/**
 * The time-of-day clock of an s390x guest, {@code todclock} version 1: a byte that says whether it
 * follows, its epoch, and 64 bits of time. Source: QEMU 10.0 hw/s390x/tod.c.
 */
final class TodClockDecoder implements SectionDecoder {
  @Override
  public boolean knowsVersion(long version) {
    return version == 1;
  }

  @Override
  public void decode(TreeReader in) throws StateFormatException {
    if (in.bool("present")) {
      in.big("epoch", 1);
      in.big("time", Long.BYTES);
    }
  }
}
