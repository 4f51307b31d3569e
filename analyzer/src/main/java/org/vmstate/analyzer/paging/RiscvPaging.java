package org.vmstate.analyzer.paging;

import java.io.IOException;
import java.util.OptionalLong;
import org.vmstate.analyzer.physical.Fields;

/**
 * RISC-V: Sv39, Sv48 or Sv57, levels of 9 bits. In machine mode nothing is translated. Whether the
 * mode of the CPU may read a page is not asked, so the kernel's are found while a program runs.
 * Source: RISC-V privileged architecture, chapter 12.
 *
 * @param root physical address of the top table
 * @param levels how many there are
 */
record RiscvPaging(long root, int levels) implements AddressSpace {
  private static final int MACHINE = 3;
  private static final int SV39 = 8;
  private static final int SV57 = 10;
  private static final int BITS = 9;
  private static final int PAGE_BITS = 12;
  private static final long NUMBER = (1L << 44) - 1;
  private static final int VALID = 1;
  private static final int LEAF = 0xe;
  private static final int CONTIGUOUS = 8;

  static AddressSpace of(Fields cpu) {
    long satp = cpu.value("env.satp");
    int mode = (int) (satp >>> 60);
    return cpu.value("env.priv") == MACHINE || mode < SV39 || mode > SV57
        ? new Untranslated()
        : new RiscvPaging((satp & NUMBER) << PAGE_BITS, mode - SV39 + 3);
  }

  @Override
  public OptionalLong translate(long virtual, Tables tables) throws IOException {
    int unused = 64 - PAGE_BITS - levels * BITS;
    if (virtual << unused >> unused != virtual) {
      return OptionalLong.empty();
    }
    long table = root;
    for (int level = levels - 1; level >= 0; level--) {
      int shift = PAGE_BITS + level * BITS;
      long index = virtual >>> shift & (1 << BITS) - 1;
      long entry = tables.read(table + index * Long.BYTES, Long.BYTES);
      if ((entry & VALID) == 0) {
        return OptionalLong.empty();
      }
      long number = entry >>> 10 & NUMBER;
      if ((entry & LEAF) != 0) {
        boolean contiguous = entry < 0 && level == 0 && (number & 0xf) == CONTIGUOUS;
        long inside = (1L << (contiguous ? PAGE_BITS + 4 : shift)) - 1;
        return OptionalLong.of(number << PAGE_BITS & ~inside | virtual & inside);
      }
      table = number << PAGE_BITS;
    }
    return OptionalLong.empty();
  }
}
