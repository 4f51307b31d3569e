package org.vmstate.analyzer.paging;

import java.io.IOException;
import java.util.OptionalLong;
import org.vmstate.analyzer.physical.Fields;

/**
 * x86: two levels of 10 bits with entries of 4 bytes; with PAE a top level of 2 bits and entries of
 * 8 bytes; in long mode four or five levels of 9 bits. Source: Intel SDM volume 3, chapter 5.
 *
 * @param root physical address of the top table
 * @param levels how many there are
 * @param wide whether entries have 8 bytes
 * @param largePages whether 4 MiB pages are on, without PAE
 */
record X86Paging(long root, int levels, boolean wide, boolean largePages) implements AddressSpace {
  private static final long PAGING = 1L << 31;
  private static final int LARGE_PAGES = 1 << 4;
  private static final int PHYSICAL_EXTENSION = 1 << 5;
  private static final int FIVE_LEVELS = 1 << 12;
  private static final int LONG_MODE = 1 << 10;
  private static final long FRAME = 0x000f_ffff_ffff_f000L;
  private static final int PRESENT = 1;
  private static final int LARGE = 1 << 7;
  private static final int PAGE_BITS = 12;

  static AddressSpace of(Fields cpu) {
    long cr3 = cpu.value("env.cr[3]");
    long cr4 = cpu.value("env.cr[4]");
    if ((cpu.value("env.cr[0]") & PAGING) == 0) {
      return new Untranslated();
    }
    if ((cpu.value("env.efer") & LONG_MODE) != 0) {
      return new X86Paging(cr3 & FRAME, (cr4 & FIVE_LEVELS) != 0 ? 5 : 4, true, true);
    }
    return (cr4 & PHYSICAL_EXTENSION) != 0
        ? new X86Paging(cr3 & 0xffff_ffe0L, 3, true, true)
        : new X86Paging(cr3 & 0xffff_f000L, 2, false, (cr4 & LARGE_PAGES) != 0);
  }

  @Override
  public OptionalLong translate(long virtual, Tables tables) throws IOException {
    int bits = wide ? 9 : 10;
    int size = wide ? Long.BYTES : Integer.BYTES;
    int width = levels > 3 ? PAGE_BITS + levels * bits : 32;
    if (width == 32 ? virtual >>> 32 != 0 : virtual << 64 - width >> 64 - width != virtual) {
      return OptionalLong.empty();
    }
    long table = root;
    for (int level = levels - 1; ; level--) {
      int shift = PAGE_BITS + level * bits;
      long index = virtual >>> shift & (1L << Math.min(bits, width - shift)) - 1;
      long entry = tables.read(table + index * size, size);
      if ((entry & PRESENT) == 0) {
        return OptionalLong.empty();
      }
      boolean large =
          (entry & LARGE) != 0 && largePages && (level == 1 || level == 2 && levels > 3);
      if (level == 0 || large) {
        long inside = (1L << shift) - 1;
        long frame = entry & FRAME & ~inside;
        if (!wide && large) {
          // bits 13 to 20 are those above 4 GiB
          frame = entry & 0xffc0_0000L | (entry >>> 13 & 0xff) << 32;
        }
        return OptionalLong.of(frame | virtual & inside);
      }
      table = entry & FRAME;
    }
  }
}
