package org.vmstate.analyzer.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmstate.formats.rule.QemuRelease;
import org.vmstate.formats.rule.Rule;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.ImageBytes;
import org.vmstate.testkit.Parts;

/** A release does not have the machine types of later ones. */
class MachineOfReleaseTest {
  private static List<String> said(String machine, String release) throws IOException {
    byte[] image =
        Parts.sequential()
            .with("configuration", new ImageBytes().configuration(machine).toBytes())
            .toBytes();
    CheckOptions options = CheckOptions.DEFAULT.with(QemuRelease.of(release).orElseThrow());
    return new Checker(ParseOptions.DEFAULT, options)
        .check(new HeapSource(image, 0, new StructurePath())).findings().list().stream()
            .filter(finding -> finding.rule() == Rule.TARGET_MACHINE)
            .map(finding -> finding.severity() + " " + finding.text())
            .toList();
  }

  @ParameterizedTest
  @CsvSource({
    "pc-q35-10.0, 7.2, 1",
    "pc-q35-7.2, 5.2, 1",
    "pc-q35-11.0, 10.0, 1",
    "pc-q35-7.2, 7.2, 0",
    "pc-q35-7.2, 10.0, 0",
    "microvm, 5.2, 0",
    "pc-q35-12.0, 11.1, 0"
  })
  void typeIsNotYoungerThanTheRelease(String machine, String release, int count)
      throws IOException {
    List<String> said = said(machine, release);
    assertEquals(count, said.size(), said.toString());
    if (count > 0) {
      String since = machine.substring(machine.lastIndexOf('-') + 1);
      assertEquals(
          "ERROR machine type " + machine + ": QEMU before " + since + " does not have it",
          said.getFirst());
    }
  }
}
