package org.vmstate.analyzer.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.facts.TargetException;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;

/** The CPU of a domain XML against what hosts have. */
class HostCpuTest {
  private static final String DOMAIN =
      """
      <domain><os><type machine='pc-q35-7.2'>hvm</type></os>
      <cpu mode='custom'><model>Haswell</model>
      <feature policy='require' name='avx512f'/><feature policy='disable' name='hle'/></cpu></domain>
      """;
  private static final String CAPABILITIES =
      """
      <domainCapabilities><machine>pc-q35-10.0</machine><cpu>
      <mode name='host-model'><model>EPYC</model><feature policy='require' name='avx512f'/>
      <feature policy='disable' name='rtm'/></mode>
      <mode name='custom'><model usable='yes'>Haswell</model><model usable='no'>Broadwell</model>
      <blockers model='Broadwell'><feature name='hle'/><feature name='rtm'/></blockers></mode>
      </cpu></domainCapabilities>
      """;

  @TempDir Path folder;

  private List<Finding> found(String domain, String host) throws IOException {
    Target target = Target.read(Files.writeString(folder.resolve("host"), host), null);
    Findings findings = new Findings();
    new HostInspector(findings, target).accept(HostCpuTest.saveHeader(domain));
    return findings.list().stream().filter(f -> f.severity() == Severity.ERROR).toList();
  }

  private static Event saveHeader(String xml) {
    return new Event.SaveImageHeader(new ByteRange(0, 92), null, List.of(), xml, "");
  }

  @Test
  void hostThatFitsIsNotBlamed() throws IOException {
    assertEquals(List.of(), found(DOMAIN, CAPABILITIES));
    assertEquals(List.of(), found("<domain/>", CAPABILITIES));
    assertEquals(List.of(), found("<broken", CAPABILITIES));
  }

  @Test
  void modelThatIsBlockedIsFoundWithWhatBlocksIt() throws IOException {
    List<Finding> found = found(DOMAIN.replace("Haswell", "Broadwell"), CAPABILITIES);
    assertEquals("CPU model Broadwell: the host lacks hle, rtm", found.getFirst().text());
    assertEquals(
        "CPU model Mine: the host does not know it",
        found(DOMAIN.replace("Haswell", "Mine"), CAPABILITIES).getFirst().text());
  }

  @Test
  void featureThatTheHostLacksIsFound() throws IOException {
    List<Finding> found = found(DOMAIN.replace("avx512f", "rtm"), CAPABILITIES);
    assertEquals(List.of(Rule.TARGET_CPU), found.stream().map(Finding::rule).toList());
    String facts =
        """
        {"format": "vmstate-img target", "qemu": "10.0.2",
         "cpu": {"type": "", "offered": ["avx512f", "sse4.1"], "missing": []}}
        """;
    assertEquals(List.of(), found(DOMAIN, facts));
    assertEquals(List.of(), found(DOMAIN.replace("avx512f", "sse4_1"), facts));
    assertEquals(1, found(DOMAIN.replace("avx512f", "amx-tile"), facts).size());
  }

  @Test
  void machineThatTheHostNoLongerOffersIsFound() throws IOException {
    String host =
        """
        <capabilities><host><cpu><model>EPYC</model><feature name='avx512f'/></cpu></host>
        <guest><arch name='x86_64'><machine canonical='pc-q35-11.1'>q35</machine></arch></guest>
        </capabilities>
        """;
    assertEquals(
        "machine type: the host does not offer pc-q35-7.2", found(DOMAIN, host).getFirst().text());
    assertEquals(List.of(), found(DOMAIN.replace("pc-q35-7.2", "q35"), host));
  }

  @Test
  void otherXmlIsRefusedInOneLine() throws IOException {
    for (String text :
        List.of("<domain/>", "<capabilities>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>")) {
      TargetException e = assertThrows(TargetException.class, () -> found(DOMAIN, text), text);
      assertTrue(e.getMessage().lines().count() == 1, e.getMessage());
    }
  }
}
