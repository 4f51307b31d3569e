package org.vmstate.analyzer.paging;

import java.io.IOException;
import java.util.OptionalLong;
import org.vmstate.analyzer.physical.Fields;

/**
 * s390x: up to three region tables, segment table and page table; the home space where the CPU is
 * in it, else the primary one. The first 8 KiB and those at the prefix change places. Source:
 * z/Architecture Principles of Operation, chapter 3.
 *
 * @param control address-space control element
 * @param translates whether the CPU translates
 * @param prefix absolute address of the CPU's first 8 KiB
 */
record S390Paging(long control, boolean translates, long prefix) implements AddressSpace {
  private static final long TRANSLATION = 1L << 58;
  private static final int HOME = 3;
  private static final int HOME_REGISTER = 13;
  private static final int REAL_SPACE = 0x20;
  private static final int INVALID = 0x20;
  private static final int LARGE = 0x400;
  private static final int PAGE_INVALID = 0x400;
  private static final int SEGMENT_BITS = 20;
  private static final int BITS = 11;
  private static final int PAGE_BITS = 12;
  private static final int LOW_CORE = 8192;

  static AddressSpace of(Fields cpu) {
    long mask = cpu.value("env.psw.mask");
    boolean home = (mask >>> 46 & 3) == HOME;
    return new S390Paging(
        cpu.value("env.cregs", home ? HOME_REGISTER : 1),
        (mask & TRANSLATION) != 0,
        cpu.value("env.psa"));
  }

  @Override
  public boolean isBigEndian() {
    return true;
  }

  private OptionalLong absolute(long real) {
    if (real >= 0 && real < LOW_CORE) {
      return OptionalLong.of(real + prefix);
    }
    return OptionalLong.of(real >= prefix && real < prefix + LOW_CORE ? real - prefix : real);
  }

  @Override
  public OptionalLong translate(long virtual, Tables tables) throws IOException {
    if (!translates || (control & REAL_SPACE) != 0) {
      return absolute(virtual);
    }
    int level = (int) (control >>> 2 & 3);
    int width = SEGMENT_BITS + (level + 1) * BITS;
    if (width < 64 && virtual >>> width != 0) {
      return OptionalLong.empty();
    }
    long table = control & -(1L << PAGE_BITS);
    for (; level >= 0; level--) {
      int shift = SEGMENT_BITS + level * BITS;
      long index = virtual >>> shift & (1 << BITS) - 1;
      long entry = tables.read(table + index * Long.BYTES, Long.BYTES);
      if ((entry & INVALID) != 0) {
        return OptionalLong.empty();
      }
      if (level <= 1 && (entry & LARGE) != 0) {
        long inside = (1L << shift) - 1;
        return absolute(entry & ~inside | virtual & inside);
      }
      table = entry & -(1L << (level == 0 ? 11 : PAGE_BITS));
    }
    long index = virtual >>> PAGE_BITS & 0xff;
    long entry = tables.read(table + index * Long.BYTES, Long.BYTES);
    long inside = (1L << PAGE_BITS) - 1;
    return (entry & PAGE_INVALID) != 0
        ? OptionalLong.empty()
        : absolute(entry & ~inside | virtual & inside);
  }
}
