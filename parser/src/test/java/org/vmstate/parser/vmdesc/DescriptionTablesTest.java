package org.vmstate.parser.vmdesc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.Limits;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.stream.StreamConfiguration;
import org.vmstate.formats.vmdesc.StateDesc;
import org.vmstate.testkit.ImageBytes;

/** Which tables are tried for a machine, and what stands in them. */
class DescriptionTablesTest {
  private static List<DescriptionTables> tables(String machine) {
    return DescriptionTables.of(
        new StreamConfiguration(
            3, true, machine, OptionalInt.empty(), List.of(), Optional.empty(), List.of()),
        Limits.DEFAULT);
  }

  private static List<String> labels(String machine) {
    return tables(machine).stream()
        .map(t -> t.label().replace("the table of QEMU ", "").replace("machine ", ""))
        .toList();
  }

  @Test
  void tableOfTheMachinesReleaseComesFirst() {
    assertEquals(
        List.of("7.2, pc-q35-7.2", "10.0, pc-q35-10.0", "11.1, pc-q35-11.1", "5.2, pc-q35-5.2"),
        labels("pc-q35-7.2"));
    assertEquals(
        List.of(
            "10.0, pc-i440fx-10.0",
            "11.1, pc-i440fx-11.1",
            "7.2, pc-i440fx-7.2",
            "5.2, pc-i440fx-5.2"),
        labels("pc-i440fx-8.1"));
    assertEquals("5.2, pc-q35-5.2", labels("pc-q35-2.11").getFirst());
    assertEquals("11.1, pc-q35-11.1", labels("pc-q35-12.0").getFirst());
    assertEquals("11.1, microvm", labels("microvm").getFirst());
  }

  @Test
  void machinesOfOtherArchitecturesHaveTheirOwn() {
    assertEquals(List.of("10.0, virt-10.0", "10.0, pc-q35-10.0"), labels("virt-9.2"));
    assertEquals(List.of("10.0, virt", "10.0, pc-q35-10.0"), labels("virt"));
    assertEquals(
        List.of("10.0, s390-ccw-virtio-10.0", "10.0, pc-q35-10.0"), labels("s390-ccw-virtio-8.0"));
    assertEquals(List.of("10.0, pseries-10.0", "10.0, pc-q35-10.0"), labels("pseries-10.0"));
    assertEquals(List.of(), labels("raspi3b"));
    assertEquals(List.of(), labels(""));
  }

  @Test
  void streamWithoutANameIsTakenForAPc() {
    List<DescriptionTables> all =
        DescriptionTables.of(StreamConfiguration.absent(3), Limits.DEFAULT);
    assertEquals("the table of QEMU 11.1, machine pc-i440fx-11.1", all.getFirst().label());
    assertEquals(4, all.size());
  }

  /** KVM's clock is in no recording, since none was made with KVM. */
  @Test
  void statesOfKvmAreKnown() throws IOException {
    Section clock = new Section(7, "kvmclock", 0, 1);
    byte[] bytes =
        new ImageBytes()
            .be64(9)
            .u8(5)
            .u8(26)
            .raw("kvmclock/clock_is_reliable".getBytes(StandardCharsets.US_ASCII))
            .be32(1)
            .u8(1)
            .toBytes();
    for (DescriptionTables table : tables("pc-q35-7.2")) {
      StateDesc desc = table.describe(clock, bytes).orElseThrow();
      assertEquals("clock", desc.fields().getFirst().name());
      assertEquals("clock_is_reliable", desc.subsections().getFirst().fields().getFirst().name());
      assertTrue(table.describe(new Section(7, "kvmclock", 0, 2), bytes).isEmpty());
    }
  }
}
