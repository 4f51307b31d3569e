package org.vmstate.analyzer.physical;

import java.util.Optional;

/**
 * How a PC's memory is split around the hole below 4 GiB. The clock's CMOS tells it: 0x30 and 0x31
 * KiB above 1 MiB, 0x34 and 0x35 units of 64 KiB above 16 MiB, 0x5b to 0x5d units of 64 KiB above 4
 * GiB, all little-endian. Source: QEMU 10.0 hw/i386/pc.c, pc_piix.c, pc_q35.c, microvm.c.
 *
 * @param cmosBelow bytes below 4 GiB by the CMOS, 0 when it does not tell
 * @param cmosAbove bytes above 4 GiB by the CMOS
 */
record PcMemory(Board board, long cmosBelow, long cmosAbove, long own) {
  private static final long MIB = 1L << 20;
  private static final long UNIT = 64L << 10;

  /** The CMOS has 24 bits of 64 KiB. */
  private static final long CMOS_LIMIT = 1L << 40;

  static PcMemory of(StateFacts facts, Board board, long own) {
    Optional<Fields> clock = facts.device("mc146818rtc");
    byte[] cmos = clock.map(c -> c.bytes("cmos_data")).orElse(new byte[0]);
    if (cmos.length < 0x5e) {
      return new PcMemory(board, 0, 0, own);
    }
    long below = le(cmos, 0x34, 2) * UNIT;
    if (below > 0) {
      below += 16 * MIB;
    } else {
      long extended = le(cmos, 0x30, 2) << 10;
      below = extended == 0 ? 0 : MIB + extended;
    }
    long above = le(cmos, 0x5b, 3) * UNIT;
    boolean plausible = below > 0 && (own == 0 || (below + above) % CMOS_LIMIT == own % CMOS_LIMIT);
    return plausible ? new PcMemory(board, below, above, own) : new PcMemory(board, 0, 0, own);
  }

  private static long le(byte[] cmos, int at, int count) {
    long value = 0;
    for (int i = count - 1; i >= 0; i--) {
      value = value << 8 | cmos[at + i] & 0xff;
    }
    return value;
  }

  boolean confirmed() {
    return cmosBelow > 0;
  }

  /** Returns the memory's length, 0 when it is not known. */
  long total() {
    return own > 0 ? own : cmosBelow + cmosAbove;
  }

  /** Returns how much of the memory lies below 4 GiB. */
  long below(long length) {
    if (cmosBelow > 0) {
      return Math.min(length, cmosBelow);
    }
    long most =
        switch (board) {
          case Q35 -> length >= 0xb0000000L ? 0x80000000L : 0xb0000000L;
          case MICROVM -> 0xc0000000L;
          default -> length >= 0xe0000000L ? 0xc0000000L : 0xe0000000L;
        };
    return Math.min(length, most);
  }

  String basis() {
    return confirmed() ? "split at 4 GiB by the CMOS" : "split at 4 GiB by the machine's rule";
  }
}
