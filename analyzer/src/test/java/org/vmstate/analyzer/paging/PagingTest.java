package org.vmstate.analyzer.paging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Each walks hand-built tables. */
class PagingTest {
  private final Map<Long, Long> words = new HashMap<>();

  private OptionalLong walk(AddressSpace space, long virtual) throws IOException {
    return space.translate(virtual, (address, size) -> words.getOrDefault(address, 0L));
  }

  @Test
  void longModeHasFourLevelsAndLargePages() throws IOException {
    X86Paging space = new X86Paging(0x1000, 4, true, true);
    words.put(0x1000L + 511 * 8, 0x2003L);
    words.put(0x2000L + 510 * 8, 0x3003L);
    words.put(0x3000L + 8 * 8, 0x8000_0000_0100_01e3L);
    words.put(0x3000L + 9 * 8, 0x4003L);
    words.put(0x4000L + 5 * 8, 0x7003L);
    assertEquals(OptionalLong.of(0x0101_2345), walk(space, 0xffff_ffff_8101_2345L));
    assertEquals(OptionalLong.of(0x7678), walk(space, 0xffff_ffff_8120_5678L));
    assertEquals(OptionalLong.empty(), walk(space, 0xffff_ffff_8140_0000L));
    assertEquals(OptionalLong.empty(), walk(space, 0x8000_0000_0000_0000L));
  }

  @Test
  void fiveLevelsReachFurther() throws IOException {
    X86Paging space = new X86Paging(0x1000, 5, true, true);
    words.put(0x1000L + 8, 0x2003L);
    words.put(0x2000L, 0x3003L);
    words.put(0x3000L, 0x4000_0083L);
    assertEquals(OptionalLong.of(0x4000_0042), walk(space, 0x0001_0000_0000_0042L));
  }

  @Test
  void legacyPagesMayBeOfFourMebibytes() throws IOException {
    X86Paging space = new X86Paging(0x1000, 2, false, true);
    words.put(0x1000L + 1 * 4, 0x0180_0083L);
    words.put(0x1000L + 2 * 4, 0x3003L);
    words.put(0x3000L + 3 * 4, 0x9003L);
    assertEquals(OptionalLong.of(0x0181_2345), walk(space, 0x0041_2345));
    assertEquals(OptionalLong.of(0x9abc), walk(space, 0x0080_3abc));
  }

  @Test
  void physicalExtensionHasThreeLevels() throws IOException {
    X86Paging space = new X86Paging(0x1020, 3, true, true);
    words.put(0x1020L + 3 * 8, 0x2001L);
    words.put(0x2000L, 0x1_2340_0083L);
    assertEquals(OptionalLong.of(0x1_2340_5678L), walk(space, 0xc000_5678L));
  }

  @Test
  void armChoosesTheTableByBit55() throws IOException {
    // 48 bits and 4 KiB on both sides
    Arm64Paging space = new Arm64Paging(0x1000, 0x5000, 16 | 16 << 16 | 2L << 30);
    words.put(0x5000L + 256 * 8, 0x6003L);
    words.put(0x6000L, 0x7003L);
    words.put(0x7000L + 8, 0x4020_0701L);
    words.put(0x7000L + 2 * 8, 0x8003L);
    words.put(0x8000L + 3 * 8, 0x4030_0703L);
    assertEquals(OptionalLong.of(0x4020_1234), walk(space, 0xffff_8000_0020_1234L));
    assertEquals(OptionalLong.of(0x4030_0567), walk(space, 0xffff_8000_0040_3567L));
    assertEquals(OptionalLong.empty(), walk(space, 0x0000_8000_0020_1234L));
  }

  @Test
  void riscvLeavesAreAtAnyLevel() throws IOException {
    RiscvPaging space = new RiscvPaging(0x1000, 3);
    words.put(0x1000L + 256 * 8, 0x2000L >> 2 | 1);
    words.put(0x2000L + 8, 0x8040_0000L >> 2 | 0xf);
    words.put(0x2000L + 2 * 8, 0x3000L >> 2 | 1);
    words.put(0x3000L + 8, 0x8_1230_8000L >> 2 | 0xf | 1L << 63);
    assertEquals(OptionalLong.of(0x8041_2345L), walk(space, 0xffff_ffc0_0021_2345L));
    assertEquals(OptionalLong.of(0x8_1230_1678L), walk(space, 0xffff_ffc0_0040_1678L));
    assertEquals(OptionalLong.empty(), walk(space, 0x40_0000_0000L));
  }

  @Test
  void s390SwapsPrefixAndLowCore() throws IOException {
    // a region third table, prefix at 0x10000
    S390Paging space = new S390Paging(0x4000 | 1 << 2 | 3, true, 0x10000);
    words.put(0x4000L, 0x8000L | 4 | 3);
    words.put(0x8000L, 0x9000L);
    words.put(0x8000L + 8, 0x0010_0000L | 0x400);
    words.put(0x9000L + 5 * 8, 0x0070_0000L);
    words.put(0x9000L, 0L);
    assertEquals(OptionalLong.of(0x0070_0abc), walk(space, 0x5abc));
    assertEquals(OptionalLong.of(0x0010_1234), walk(space, 0x0010_1234));
    assertEquals(OptionalLong.of(0x10000 + 0x123), walk(space, 0x123));
    assertEquals(OptionalLong.empty(), walk(space, 1L << 42));
    assertEquals(
        OptionalLong.of(0x80),
        new S390Paging(0, false, 0x10000).translate(0x10080, (address, size) -> 0));
  }
}
