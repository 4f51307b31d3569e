package org.vmstate.formats.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CapabilityTableTest {
  private static CapabilityTable table(String release) {
    return CapabilityTable.of(QemuRelease.of(release).orElseThrow());
  }

  private static List<String> words(String release, String... names) {
    return table(release).refusals(List.of(names)).stream()
        .map(CapabilityTable.Refusal::words)
        .toList();
  }

  @Test
  void releasesDifferInWhatTheyRefuseTogether() {
    assertEquals(List.of(), words("7.2", "xbzrle", "multifd"));
    assertEquals(
        List.of("QEMU 10.0 refuses xbzrle with multifd: Multifd is not compatible with xbzrle"),
        words("10.0", "multifd", "xbzrle"));
    assertEquals(1, words("10.0", "multifd", "postcopy-ram").size());
    assertEquals(List.of(), words("11.1", "multifd", "postcopy-ram"));
    assertEquals(List.of(), words("10.0", "mapped-ram", "multifd"));
  }

  @Test
  void oneThatNeedsAnotherIsRefusedWithoutIt() {
    assertEquals(
        List.of(
            "QEMU 10.0 refuses postcopy-preempt without postcopy-ram: Postcopy preempt requires"
                + " postcopy-ram"),
        words("10.0", "postcopy-preempt"));
    assertEquals(List.of(), words("10.0", "postcopy-preempt", "postcopy-ram"));
    // whether this one is possible only the host knows
    assertEquals(List.of(), words("10.0", "dirty-limit"));
  }

  @Test
  void anUnknownNameIsNamedWithTheNearestOrTheReleasesThatHaveIt() {
    assertEquals(Optional.empty(), table("10.0").unknown("mapped-ram"));
    assertEquals(
        "capability maped-ram: not in QEMU 10.0; nearest are mapped-ram, release-ram, events",
        table("10.0").unknown("maped-ram").orElseThrow());
    assertEquals(
        "capability compress: not in QEMU 11.1; QEMU 5.2 and 7.2 have it",
        table("11.1").unknown("compress").orElseThrow());
  }

  @Test
  void onlyWhatNoReleaseAcceptsIsRefusedEverywhere() {
    assertTrue(CapabilityTable.refusedEverywhere(List.of("xbzrle", "mapped-ram")).isPresent());
    assertTrue(CapabilityTable.refusedEverywhere(List.of("xbzrle", "multifd")).isEmpty());
    assertTrue(CapabilityTable.refusedEverywhere(List.of("fixed-ram")).isEmpty());
    for (QemuRelease release : QemuRelease.KNOWN) {
      assertTrue(CapabilityTable.of(release).names().size() > 15, release.toString());
    }
  }
}
