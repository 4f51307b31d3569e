package org.vmstate.analyzer.salvage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vmstate.analyzer.check.CheckOptions;
import org.vmstate.analyzer.check.CheckResult;
import org.vmstate.analyzer.check.CheckResult.Verdict;
import org.vmstate.analyzer.check.Checker;
import org.vmstate.analyzer.host.HoleMap;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.testkit.Defect;
import org.vmstate.testkit.Defects;
import org.vmstate.testkit.MappedParts;

class RepairTest {
  private static final Set<String> REPAIRED = Set.of("V027", "V060", "V081", "V086", "V088");

  @TempDir Path folder;

  static Stream<Defect> defects() {
    return Defects.all().stream();
  }

  private static CheckResult check(Path image) throws IOException {
    try (ByteSource source = ImageReader.open(image)) {
      return new Checker(ParseOptions.DEFAULT, CheckOptions.DEFAULT).check(source);
    }
  }

  /** Writes the repaired copy; false when there is nothing to repair, or more. */
  private boolean repair(Path image, Path out) throws IOException {
    CheckResult result = check(image);
    Repair repair = new Repair();
    try (ByteSource source = ImageReader.open(image);
        HoleMap holes = HoleMap.of(image)) {
      if (!repair.plan(source, ParseOptions.DEFAULT, result) || repair.done().isEmpty()) {
        return false;
      }
      try (Destination target = Destination.file(out, false, false)) {
        repair.write(source, holes, target);
        target.commit(Outcome.WHOLE, false);
      }
      return true;
    }
  }

  @ParameterizedTest
  @MethodSource("defects")
  void whatCanBeRepairedIsGoodAfterwardsAndNothingElseIsWritten(Defect defect) throws IOException {
    Path image = Files.write(folder.resolve("image"), defect.bytes());
    Path out = folder.resolve("out");
    assertEquals(REPAIRED.contains(defect.code()), repair(image, out), defect.toString());
    assertArrayEquals(defect.bytes(), Files.readAllBytes(image), "the image was changed");
    if (REPAIRED.contains(defect.code())) {
      assertEquals(
          Verdict.GOOD, check(out).verdict(), defect + ": " + check(out).findings().list());
    } else {
      assertFalse(Files.exists(out));
    }
  }

  @Test
  void onlyTheBitsBehindTheLastPageChange() throws IOException {
    byte[] good = new MappedParts().bitmap(1).toBytes();
    byte[] odd = new MappedParts().bitmap(0xfff1).toBytes();
    Path image = Files.write(folder.resolve("image"), odd);
    Path out = folder.resolve("out");
    assertTrue(repair(image, out));
    assertTrue(Arrays.equals(good, Files.readAllBytes(out)));
  }
}
