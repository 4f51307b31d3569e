package org.vmstate.analyzer.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.rule.QemuRelease;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Severity;

class FindingsTest {
  private static Findings of(QemuRelease release) {
    Findings findings = new Findings(release);
    findings.add(
        Finding.of(Problem.of(Reason.FILL_BYTE_SET, "fill byte", 0, "", Facts.found(7)))
            .as(Severity.ERROR));
    return findings;
  }

  @Test
  void errorIsOnlyOddForAReleaseThatLoadsIt() {
    Findings old = of(new QemuRelease(7, 2));
    assertFalse(old.has(Severity.ERROR));
    assertEquals(Severity.WARNING, old.list().getFirst().severity());
    assertEquals("", old.list().getFirst().loader(old.release()));
  }

  @Test
  void errorIsOneForAReleaseThatRefusesIt() {
    Findings today = of(new QemuRelease(10, 0));
    assertTrue(today.has(Severity.ERROR));
    assertEquals("Found a zero page with value 7", today.list().getFirst().loader(today.release()));
  }
}
