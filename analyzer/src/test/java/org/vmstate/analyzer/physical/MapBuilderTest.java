package org.vmstate.analyzer.physical;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmstate.analyzer.physical.PhysicalMap.Certainty;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.stream.StreamConfiguration;
import org.vmstate.formats.stream.StreamFormat;

/** Rules of machines for where their memory lies, when no device tells. */
class MapBuilderTest {
  private static final long MIB = 1L << 20;
  private static final ByteRange NOWHERE = new ByteRange(0, 0);

  private static RamBlock block(int index, String name, long length) {
    return new RamBlock(index, name, length, 4096, 0, -1, Optional.empty());
  }

  private static StateFacts facts(String machine, Object... namesAndLengths) {
    StateFacts facts = new StateFacts();
    List<RamBlock> blocks = new ArrayList<>();
    for (int i = 0; i < namesAndLengths.length; i += 2) {
      long length = ((Number) namesAndLengths[i + 1]).longValue();
      blocks.add(block(i / 2, (String) namesAndLengths[i], length));
    }
    accept(facts, new Event.RamListEnd(NOWHERE, blocks));
    StreamConfiguration configuration =
        new StreamConfiguration(
            StreamFormat.VERSION,
            true,
            machine,
            OptionalInt.empty(),
            List.of(),
            Optional.empty(),
            List.of());
    accept(facts, new Event.Configuration(NOWHERE, configuration, List.of()));
    return facts;
  }

  private static void accept(StateFacts facts, Event event) {
    try {
      facts.accept(event);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Event xml(String xml) {
    return new Event.SaveImageHeader(NOWHERE, null, List.of(), xml, "");
  }

  private static String shown(PhysicalMap map) {
    StringBuilder text = new StringBuilder();
    for (PhysicalRange r : map.ranges()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%x+%x %s%s\n",
              r.start(),
              r.length(),
              r.block().name(),
              r.offset() == 0 ? "" : "@" + Long.toHexString(r.offset())));
    }
    return text.toString();
  }

  @ParameterizedTest
  @CsvSource({
    "pc-i440fx-10.0, 3583, dff00000, 0",
    "pc-i440fx-10.0, 3584, c0000000, 20000000",
    "pc-q35-10.0, 2815, aff00000, 0",
    "pc-q35-10.0, 2816, 80000000, 30000000",
    "microvm, 4096, c0000000, 40000000",
  })
  void memoryIsSplitBelowFourGibibytes(String machine, long mib, String below, String above) {
    String name = machine.equals("microvm") ? "microvm.ram" : "pc.ram";
    String expected = "0+" + below + " " + name + "\n";
    if (!above.equals("0")) {
      expected += "100000000+" + above + " " + name + "@" + below + "\n";
    }
    PhysicalMap map = MapBuilder.of(facts(machine, name, mib * MIB));
    assertEquals(expected, shown(map));
    assertEquals(Certainty.LIKELY, map.certainty());
  }

  @ParameterizedTest
  @CsvSource({
    "virt-10.0, mach-virt.ram, 40000000",
    "virt, riscv_virt_board.ram, 80000000",
    "s390-ccw-virtio-10.0, s390.ram, 0",
    "pseries-10.0, ppc_spapr.ram, 0",
    "virt, loongarch.ram, 0",
    "virt-10.0, m68k_virt.ram, 0",
    "virt, openrisc.ram, 0",
    "sbsa-ref, sbsa-ref.ram, 10000000000",
  })
  void boardsHaveTheirMemoryInOnePiece(String machine, String name, String start) {
    assertEquals(
        start + "+4000000 " + name + "\n", shown(MapBuilder.of(facts(machine, name, 64 * MIB))));
  }

  @Test
  void memoryOfLoongArchGoesOnAtTwoGibibytes() {
    assertEquals(
        "0+10000000 loongarch.ram\n80000000+30000000 loongarch.ram@10000000\n",
        shown(MapBuilder.of(facts("virt", "loongarch.ram", 1024 * MIB))));
  }

  @Test
  void firmwareIsNotMemory() {
    PhysicalMap map = MapBuilder.of(facts("microvm", "microvm.ram", MIB, "pc.bios", 256 << 10));
    assertEquals(
        "0+e0000 microvm.ram\ne0000+20000 pc.bios@20000\nfffc0000+40000 pc.bios\n", shown(map));
    assertEquals(0xe0000, map.memoryEnd());
  }

  @Test
  void backendsLieInTheOrderOfTheirNames() {
    PhysicalMap map =
        MapBuilder.of(facts("pc-q35-9.2", "m10", 2 * MIB, "m2", MIB, "/rom@etc/x", 4096));
    assertEquals("0+100000 m2\n100000+200000 m10\n", shown(map));
    assertEquals(Certainty.GUESSED, map.certainty());
  }

  @Test
  void domainXmlTellsWhereDimmsAre() {
    StateFacts facts = facts("pc-q35-9.2", "pc.ram", 2 * MIB, "memdimm0", MIB, "memdimm1", MIB);
    String dimm =
        "<memory model='dimm'><target><size>1</size></target><alias name='dimm%d'/>"
            + "<address type='dimm' slot='0' base='0x%x'/></memory>";
    String xml = "<domain><memory>2</memory><devices>%s%s</devices></domain>";
    String first = String.format(Locale.ROOT, dimm, 1, 5L << 30);
    String second = String.format(Locale.ROOT, dimm, 0, 6L << 30);
    accept(facts, xml(String.format(Locale.ROOT, xml, first, second)));
    PhysicalMap map = MapBuilder.of(facts);
    assertEquals(
        "0+200000 pc.ram\n140000000+100000 memdimm1\n180000000+100000 memdimm0\n", shown(map));
    assertTrue(map.basis().contains("DIMMs by the domain XML"), map.basis().toString());
    accept(facts, xml("<domain><!DOCTYPE x>"));
    assertEquals(Certainty.GUESSED, MapBuilder.of(facts).certainty());
  }

  @Test
  void addressesOfSharedBlocksTellTheirOrder() {
    StateFacts facts = facts("pc-q35-9.2");
    RamBlock a = new RamBlock(0, "a", MIB, 4096, 4096, 2 * MIB, Optional.empty());
    RamBlock b = new RamBlock(1, "b", 2 * MIB, 4096, 4096, 0, Optional.empty());
    accept(facts, new Event.RamListEnd(NOWHERE, List.of(a, b)));
    PhysicalMap map = MapBuilder.of(facts);
    assertEquals("0+200000 b\n200000+100000 a\n", shown(map));
    assertTrue(map.basis().contains("addresses of x-ignore-shared"), map.basis().toString());
  }

  @ParameterizedTest
  @CsvSource({
    "pc-q35-10.0, tpm-crb-cmd, 3968",
    "pc-q35-10.0, tpm-ppi, 1024",
    "pc-q35-10.0, tpm-ppi, 4194304",
    "pc-i440fx-10.0, something, 4096",
    "pc-q35-10.0, hostmem, 4194304",
    "pc-q35-10.0, /objects/shmmem-shmem0, 4194304",
    "virt-10.0, vendor.buffer, 65536",
  })
  void blockOfUnknownUseIsLeftOutAndNamed(String machine, String name, long length) {
    String memory = machine.startsWith("virt") ? "mach-virt.ram" : "pc.ram";
    PhysicalMap map = MapBuilder.of(facts(machine, memory, 64 * MIB, name, length));
    assertTrue(map.memoryEnd() <= 5L << 28, shown(map));
    assertEquals(List.of(name), map.leftOut());
    assertTrue(map.basis().getLast().contains(name), map.basis().toString());
  }

  @Test
  void buffersOfDevicesAreNoBackends() {
    PhysicalMap map =
        MapBuilder.of(facts("pc-q35-9.2", "m0", 2 * MIB, "tpm-ppi", 1024, "tpm-crb-cmd", 4096));
    assertEquals("0+200000 m0\n", shown(map));
    assertEquals(List.of("tpm-ppi", "tpm-crb-cmd"), map.leftOut());
  }

  @Test
  void backendInTheObjectTreeIsADimm() {
    PhysicalMap map = MapBuilder.of(facts("pc-q35-9.2", "pc.ram", 2 * MIB, "/objects/x", 2 * MIB));
    assertEquals("0+200000 pc.ram\n100000000+200000 /objects/x\n", shown(map));
    assertEquals(List.of(), map.leftOut());
  }

  @ParameterizedTest
  @CsvSource({
    "virt, vendor.ram",
    "virt-10.0, vendor.ram",
    "virt, m0",
    "virt-10.0, m0",
  })
  void machineCalledVirtMayBeOfAnyArchitecture(String machine, String name) {
    PhysicalMap map = MapBuilder.of(facts(machine, name, 64 * MIB));
    assertEquals("", shown(map));
    assertEquals(Certainty.UNKNOWN, map.certainty());
    assertEquals(List.of(name), map.leftOut());
  }

  @Test
  void unknownMachineIsCalledSo() {
    PhysicalMap map = MapBuilder.of(facts("raspi4b", "ram", 64 * MIB, "rom", MIB));
    assertEquals("0+4000000 ram\n", shown(map));
    assertEquals(Certainty.UNKNOWN, map.certainty());
  }

  /** Whatever is painted over what, each address has the last that was put there. */
  @Property
  void lastRangeAtAnAddressWins(
      @ForAll @Size(max = 12) List<@IntRange(max = 4095) Integer> numbers) {
    Painter painter = new Painter();
    int[] expected = new int[200];
    for (int i = 0; i < numbers.size(); i++) {
      int start = numbers.get(i) % 64;
      int length = 1 + numbers.get(i) / 64;
      if (i % 3 == 2) {
        painter.erase(start, length);
      } else {
        painter.put(start, length, block(i + 1, "b" + i, 100), 0, false);
      }
      for (int at = start; at < start + length; at++) {
        expected[at] = i % 3 == 2 ? 0 : i + 1;
      }
    }
    int[] found = new int[200];
    long before = 0;
    for (PhysicalRange range : painter.ranges()) {
      assertTrue(range.start() >= before, "ranges ascend and are disjoint");
      before = range.end();
      for (long at = range.start(); at < range.end(); at++) {
        found[(int) at] = range.block().index();
      }
    }
    assertArrayEquals(expected, found);
  }
}
