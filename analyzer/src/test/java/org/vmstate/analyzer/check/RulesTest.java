package org.vmstate.analyzer.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.rule.Rule;
import org.vmstate.testkit.Defect;
import org.vmstate.testkit.Defects;

/** Rules, their page in the documentation and their tests belong together. */
class RulesTest {
  private static final Path PAGE = Path.of("..", "docs", "checks.md");
  private static final String TABLE = "| code | image that violates it | test |\n|---|---|---|\n";

  /** Rules that are not seen in one file by itself. */
  private static final Map<String, String> ELSEWHERE = elsewhere();

  private static Map<String, String> elsewhere() {
    Map<String, String> tests = new TreeMap<>();
    for (int n : new int[] {68, 69, 70}) {
      tests.put("V0" + n, "by the place | `DirectTest`, `DirectReadsLabTest`");
    }
    for (int n = 73; n <= 80; n++) {
      tests.put("V0" + n, "recordings of two channels | `ChannelCheckerTest`");
    }
    tests.put("V095", "an edit whose texts do not fit | `EnvelopeEditorTest`");
    tests.put("V096", "an edit that moves pages without their offsets | `EnvelopeEditorTest`");
    tests.put("V204", "an error without a rule; no image is known | `ParseErrorsTest`");
    for (int n = 211; n <= 217; n++) {
      tests.put("V" + n, "by the target | `TargetTest`, `CheckLabTest`");
    }
    return tests;
  }

  private static String table() {
    Map<String, String> rows = new TreeMap<>(ELSEWHERE);
    for (Defect defect : Defects.all()) {
      rows.merge(
          defect.code(),
          defect.what() + " | `DefectsTest`",
          (a, b) -> a.replace(" | `DefectsTest`", "; " + b));
    }
    return rows.entrySet().stream()
        .map(row -> "| " + row.getKey() + " | " + row.getValue() + " |\n")
        .collect(Collectors.joining("", TABLE, ""));
  }

  @Test
  void tableOfTestsIsThatOfTheDocumentation() throws IOException {
    String page = Files.readString(PAGE);
    String head = page.contains(TABLE) ? page.substring(0, page.indexOf(TABLE)) : page;
    if ("update".equals(System.getProperty("transcripts"))) {
      Files.writeString(PAGE, head + table());
    }
    assertEquals(head + table(), Files.readString(PAGE));
  }

  @Test
  void everyRuleHasASectionAndATest() throws IOException {
    String page = Files.readString(PAGE);
    Set<String> tested = new HashSet<>(ELSEWHERE.keySet());
    Defects.all().forEach(d -> tested.add(d.code()));
    for (Rule rule : Rule.values()) {
      String heading =
          "\n### " + rule.code() + " " + rule.label() + " (" + rule.severity().label() + ")\n";
      assertTrue(page.contains(heading), heading);
      assertTrue(tested.contains(rule.code()), rule + ": no test");
    }
  }

  @Test
  void everyInvariantHasARule() {
    Set<String> codes = Set.of(Rule.values()).stream().map(Rule::code).collect(Collectors.toSet());
    IntStream.rangeClosed(1, 102)
        .forEach(n -> assertTrue(codes.contains("V%03d".formatted(n)), "invariant " + n));
  }
}
