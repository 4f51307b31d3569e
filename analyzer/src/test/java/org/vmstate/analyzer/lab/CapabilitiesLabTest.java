package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vmstate.formats.rule.CapabilityTable;
import org.vmstate.formats.rule.QemuRelease;

/** Every capability and every pair of them, asked of each release, against the bundled tables. */
class CapabilitiesLabTest {
  @TempDir Path folder;

  private static String states(Set<String> all, Set<String> on) {
    List<String> each = new ArrayList<>();
    all.forEach(
        n -> each.add("{\"capability\": \"" + n + "\", \"state\": " + on.contains(n) + "}"));
    return "{\"capabilities\": [" + String.join(", ", each) + "]}";
  }

  /** Returns QEMU's message, null when it accepts. */
  private static String refusal(Qemu qemu, Set<String> all, Set<String> names) throws IOException {
    try {
      qemu.call("migrate-set-capabilities", states(all, names));
      return null;
    } catch (IOException e) {
      assertTrue(e.getMessage().startsWith("migrate-set-capabilities: {"), e.getMessage());
      return e.getMessage();
    }
  }

  @ParameterizedTest
  @EnumSource(Release.class)
  void tableSaysOfEachPairWhatTheReleaseSays(Release release) throws Exception {
    Path lab = Lab.require();
    CapabilityTable table = CapabilityTable.of(QemuRelease.of(release.toString()).orElseThrow());
    try (Qemu qemu = release.start(lab, folder, "-M", "none", "-accel", "tcg", "-nodefaults")) {
      Set<String> names = new LinkedHashSet<>();
      for (JsonNode node : qemu.call("query-migrate-capabilities")) {
        names.add(node.path("capability").asText());
      }
      assertEquals(names, table.names());
      List<String> different = new ArrayList<>();
      Set<String> host = new LinkedHashSet<>();
      for (String a : names) {
        // refused, and no table can say why: this needs KVM
        if (refusal(qemu, names, Set.of(a)) != null && table.refusals(Set.of(a)).isEmpty()) {
          host.add(a);
        }
      }
      assertEquals(release.knowsMappedRam() ? Set.of("dirty-limit") : Set.of(), host);
      for (String a : names) {
        for (String b : names) {
          Set<String> pair = new LinkedHashSet<>(List.of(a, b));
          if (a.compareTo(b) > 0 || host.contains(a) || host.contains(b)) {
            continue;
          }
          String message = refusal(qemu, names, pair);
          List<CapabilityTable.Refusal> stated = table.refusals(pair);
          boolean same =
              message == null
                  ? stated.isEmpty()
                  : stated.stream().anyMatch(r -> message.contains(r.message()));
          if (!same) {
            different.add(pair + ": " + message + ", stated " + stated);
          }
        }
      }
      assertEquals(List.of(), different);
    }
  }
}
