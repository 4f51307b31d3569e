package org.vmstate.analyzer.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.check.CheckResult.Verdict;
import org.vmstate.analyzer.host.DataMap;
import org.vmstate.formats.rule.QemuRelease;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.ImageBytes;
import org.vmstate.testkit.Parts;

/** Pages of the capability compress, which QEMU lost in 9.1. */
class CompressedPagesTest {
  @TempDir Path folder;

  private static byte[] image() throws IOException {
    ByteArrayOutputStream deflated = new ByteArrayOutputStream();
    try (DeflaterOutputStream out = new DeflaterOutputStream(deflated)) {
      out.write(new byte[4096]);
    }
    byte[] page = deflated.toByteArray();
    return Parts.sequential()
        .with("part", Parts.part(new ImageBytes().be64(0x1120).be32(page.length).raw(page)))
        .toBytes();
  }

  private static CheckResult check(CheckOptions options, String release) throws IOException {
    QemuRelease qemu =
        new QemuRelease(
            Integer.parseInt(release.split("\\.")[0]), Integer.parseInt(release.split("\\.")[1]));
    return new Checker(ParseOptions.DEFAULT, options.with(qemu))
        .check(new HeapSource(image(), 0, new StructurePath()));
  }

  private static void refused(CheckResult result, String loader) {
    assertEquals(Verdict.BAD, result.verdict());
    Finding finding =
        result.findings().list().stream()
            .filter(f -> f.severity() == Severity.ERROR)
            .findFirst()
            .orElseThrow();
    assertEquals(Rule.RAM_WORD, finding.rule());
    assertEquals(loader, finding.loader(result.findings().release()));
  }

  @Test
  void releasesWithoutTheCapabilityRefuseThem() throws IOException {
    for (String release : new String[] {"9.1", "10.0", "11.1"}) {
      CheckResult result = check(CheckOptions.DEFAULT, release);
      refused(result, "Unknown combination of migration flags: 0x100");
      String text = result.findings().list().getFirst().text();
      assertEquals("RAM word: COMPRESS_PAGE, which QEMU 9.1 and later refuse", text);
    }
  }

  @Test
  void earlierReleasesTakeThemWhenTheCapabilityIsSet() throws IOException {
    for (String release : new String[] {"5.2", "7.2", "9.0"}) {
      CheckResult result = check(CheckOptions.DEFAULT, release);
      assertEquals(Verdict.ODD, result.verdict(), release);
      String text = result.findings().list().getFirst().text();
      assertTrue(text.endsWith("accepts only with the capability compress"), text);
    }
  }

  @Test
  void earlierReleaseWithTheCapabilityOffRefusesThem() throws IOException {
    CheckOptions off = against("[]");
    refused(check(off, "7.2"), "Received an unexpected compressed page");
    CheckOptions on = against("[\"compress\"]");
    assertEquals(Verdict.ODD, check(on, "7.2").verdict());
  }

  private CheckOptions against(String capabilities) throws IOException {
    Path file = folder.resolve("target");
    Files.writeString(file, "{\"capabilities\": " + capabilities + "}");
    return new CheckOptions(DataMap.SOLID, 0, "", Optional.of(Target.read(null, file)), List.of());
  }
}
