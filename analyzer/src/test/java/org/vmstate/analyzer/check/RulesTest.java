package org.vmstate.analyzer.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.rule.LoaderMessage;
import org.vmstate.formats.rule.QemuRelease;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Rule;
import org.vmstate.testkit.Defect;
import org.vmstate.testkit.Defects;

/** Rules, their page in the documentation and their tests belong together. */
class RulesTest {
  private static final Path PAGE = Path.of("..", "docs", "checks.md");
  private static final String TABLE = "| code | image that violates it | test |\n|---|---|---|\n";

  private static final String REASONS =
      """

      ## Each way in which a rule is broken

      The name is what programs may go by. Kinds: *malformed*, *truncated*, *unsupported*, *limit* and
      *unrecognized* end the reading, after a *note* it goes on. N and NAME in the messages of QEMU 11.1
      and libvirt 12.8 stand for what was found.

      | code | reason | kind | what is wrong | what the loader prints |
      |---|---|---|---|---|
      """;

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
    tests.put("V095", "an edit whose strings do not fit | `SaveHeaderEditorTest`");
    tests.put("V096", "an edit that moves pages without their offsets | `SaveHeaderEditorTest`");
    tests.put("V204", "an error without a rule; no image is known | `ParseErrorsTest`");
    tests.put("V206", "by the disk | `DiskStatesTest`, `DiskLoadsLabTest`");
    tests.put("V208", "by the disk | `SnapshotNamesTest`");
    for (int n = 211; n <= 217; n++) {
      tests.put("V" + n, "by the target | `TargetTest`, `CheckLabTest`");
    }
    tests.put("V218", "by the target | `TargetLabTest`");
    tests.put("V219", "by the target | `TargetFactsTest`");
    tests.put("V220", "by the host | `HostCpuTest`");
    tests.put("V221", "by the target | `TargetLabTest`, `TargetMatrixLabTest`");
    tests.put("V222", "by the target | `TargetFactsTest`, `TargetLabTest`");
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

  private static String reasons() {
    StringBuilder table = new StringBuilder(REASONS);
    for (Rule rule : Rule.values()) {
      for (Reason reason : Reason.values()) {
        if (reason.rule() == rule) {
          String loader =
              LoaderMessage.pattern(reason, QemuRelease.DEFAULT)
                  .replaceAll("%(\\d\\$)?s", "NAME")
                  .replaceAll("%(\\d\\$)?\\d*[dx]", "N");
          table
              .append("| ")
              .append(rule.code())
              .append(" | `")
              .append(reason.name())
              .append("` | ")
              .append(reason.kind().label())
              .append(" | ")
              .append(reason.meaning())
              .append(loader.isEmpty() ? " | |\n" : " | `" + loader + "` |\n");
        }
      }
    }
    return table.toString();
  }

  @Test
  void tablesAreThoseOfTheDocumentation() throws IOException {
    String page = Files.readString(PAGE);
    String head = page.contains(TABLE) ? page.substring(0, page.indexOf(TABLE)) : page;
    if ("update".equals(System.getProperty("transcripts"))) {
      Files.writeString(PAGE, head + table() + reasons());
    }
    assertEquals(head + table() + reasons(), Files.readString(PAGE));
  }

  @Test
  void everyRuleHasASectionAndATest() throws IOException {
    String page = Files.readString(PAGE);
    Set<String> tested = new HashSet<>(ELSEWHERE.keySet());
    Defects.all().forEach(d -> tested.add(d.code()));
    for (Rule rule : Rule.values()) {
      String heading =
          String.format(
              Locale.ROOT,
              "\n### %s %s (%s)\n\n%s.\n",
              rule.code(),
              rule.label(),
              rule.severity().label(),
              Character.toUpperCase(rule.meaning().charAt(0))
                  + rule.meaning().substring(1).replaceAll("<\\w+>", "`$0`"));
      assertTrue(page.contains(heading), heading);
      assertTrue(tested.contains(rule.code()), rule + ": no test");
    }
    assertEquals(Rule.values().length, page.split("\n### V", -1).length - 1, "sections");
  }

  @Test
  void everyInvariantHasARule() {
    Set<String> codes = Set.of(Rule.values()).stream().map(Rule::code).collect(Collectors.toSet());
    IntStream.rangeClosed(1, 102)
        .forEach(
            n ->
                assertTrue(
                    codes.contains(String.format(Locale.ROOT, "V%03d", n)), "invariant " + n));
  }
}
