package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.vmstate.analyzer.check.CheckOptions;
import org.vmstate.analyzer.check.CheckResult;
import org.vmstate.analyzer.check.Finding;
import org.vmstate.analyzer.check.Target;
import org.vmstate.analyzer.extract.Extractor;
import org.vmstate.analyzer.host.HoleMap;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.analyzer.upgrade.TargetCheck;
import org.vmstate.formats.rule.QemuRelease;
import org.vmstate.formats.rule.Severity;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/** What our check says of an image that a real program wrote. */
final class Checks {
  private Checks() {}

  /** Requires that nothing wrong is found. */
  static void sound(Path image) throws IOException {
    assertEquals(List.of(), errors(check(image, null)), image.toString());
  }

  static List<Finding> errors(CheckResult result) {
    return result.findings().list().stream().filter(f -> f.severity() == Severity.ERROR).toList();
  }

  /** Checks an image, for a target when there is one. */
  static CheckResult check(Path image, Target target) throws IOException {
    return check(image, target, QemuRelease.DEFAULT);
  }

  /** Checks an image for a release of QEMU. */
  static CheckResult check(Path image, Target target, QemuRelease release) throws IOException {
    try (HoleMap holes = HoleMap.of(image);
        ByteSource source = ImageReader.open(image)) {
      return new TargetCheck(
              ParseOptions.DEFAULT,
              new CheckOptions(holes, 0, "", Optional.ofNullable(target), List.of()).with(release))
          .check(source);
    }
  }

  /** Compares the memory of an image with the core that QEMU wrote of the guest. */
  static void requireSameMemory(Path core, Path image, Path folder) throws IOException {
    Path ours = folder.resolve("ours.core");
    try (ByteSource source = ImageReader.open(image);
        Destination target = Destination.file(ours, true, false)) {
      Outcome outcome =
          new Extractor(ParseOptions.DEFAULT, null, 2, Progress.NONE, note -> {})
              .elf(source, image, target);
      target.commit(outcome, false);
    }
    try (CoreFile a = CoreFile.open(core);
        CoreFile b = CoreFile.open(ours)) {
      assertEquals(a.ranges(), b.ranges());
      assertEquals(-1, a.difference(b));
    }
  }
}
