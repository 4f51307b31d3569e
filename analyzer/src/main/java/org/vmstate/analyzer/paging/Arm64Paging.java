package org.vmstate.analyzer.paging;

import java.io.IOException;
import java.util.OptionalLong;
import org.vmstate.analyzer.physical.Fields;

/**
 * aarch64, EL1: two tables, chosen by bit 55, with pages of 4, 16 or 64 KiB. The registers stand in
 * a list of numbers, as KVM counts them, and a list of values. Source: Arm ARM, chapter D8; QEMU
 * 10.0 target/arm/machine.c.
 *
 * @param low table of the lower addresses
 * @param high table of the upper addresses
 * @param control TCR_EL1
 */
record Arm64Paging(long low, long high, long control) implements AddressSpace {
  private static final long SYSTEM = 0x6030_0000_0013_0000L;
  private static final long SCTLR = SYSTEM | 0xc080;
  private static final long TTBR0 = SYSTEM | 0xc100;
  private static final long TTBR1 = SYSTEM | 0xc101;
  private static final long TCR = SYSTEM | 0xc102;
  private static final long BASE = 0x0000_ffff_ffff_fffeL;
  private static final long WIDE = 1L << 59;
  private static final int VALID = 1;
  private static final int TABLE = 2;

  static AddressSpace of(Fields cpu) {
    return (register(cpu, SCTLR) & 1) == 0
        ? new Untranslated()
        : new Arm64Paging(register(cpu, TTBR0), register(cpu, TTBR1), register(cpu, TCR));
  }

  private static long register(Fields cpu, long number) {
    long[] numbers = cpu.values("cpreg_vmstate_indexes");
    long[] values = cpu.values("cpreg_vmstate_values");
    for (int i = 0; i < Math.min(numbers.length, values.length); i++) {
      if (numbers[i] == number) {
        return values[i];
      }
    }
    return 0;
  }

  private static int pageBits(int granule, boolean upper) {
    return switch (granule) {
      case 0 -> upper ? 0 : 12;
      case 1 -> upper ? 14 : 16;
      case 2 -> upper ? 12 : 14;
      default -> upper ? 16 : 0;
    };
  }

  @Override
  public OptionalLong translate(long virtual, Tables tables) throws IOException {
    boolean upper = (virtual >>> 55 & 1) != 0;
    int pageBits = pageBits((int) (control >>> (upper ? 30 : 14) & 3), upper);
    int width = 64 - (int) (control >>> (upper ? 16 : 0) & 0x3f);
    boolean tagged = (control >>> (upper ? 38 : 37) & 1) != 0;
    // the bits above must all be alike; a tag is in the uppermost eight
    long address = tagged ? virtual << 8 >> 8 : virtual;
    if (pageBits == 0 || width <= pageBits || address >> width != (upper ? -1 : 0)) {
      return OptionalLong.empty();
    }
    int bits = pageBits - 3;
    int level = (width - pageBits + bits - 1) / bits - 1;
    boolean wide = (control & WIDE) != 0 && pageBits < 16;
    long base = upper ? high : low;
    long table = base & BASE & -(1L << Math.max(3 + width - pageBits - level * bits, 6));
    for (; ; level--) {
      int shift = pageBits + level * bits;
      long index = address >>> shift & (1L << Math.min(bits, width - shift)) - 1;
      long entry = tables.read(table + index * Long.BYTES, Long.BYTES);
      boolean table0 = (entry & TABLE) != 0;
      if ((entry & VALID) == 0 || level == 0 && !table0) {
        return OptionalLong.empty();
      }
      long frame = frame(entry, pageBits, wide);
      if (level == 0 || !table0) {
        long inside = (1L << shift) - 1;
        return OptionalLong.of(frame & ~inside | virtual & inside);
      }
      table = frame;
    }
  }

  private static long frame(long entry, int pageBits, boolean wide) {
    long frame = entry & (wide ? 0x0003_ffff_ffff_ffffL : 0x0000_ffff_ffff_ffffL);
    frame &= -(1L << pageBits);
    if (pageBits == 16) {
      return frame | (entry >>> 12 & 0xf) << 48;
    }
    return wide ? frame | (entry >>> 8 & 3) << 50 : frame;
  }
}
