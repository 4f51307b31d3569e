package org.vmstate.analyzer.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.rule.Reason;

/** Reasons and the places where they are met belong together. */
class ReasonsTest {
  private static final Pattern THROWN =
      Pattern.compile(
          "\\b(malformed|unsupported|limitExceeded|"
              + "(?:MalformedData|TruncatedData|UnsupportedFeature|UnrecognizedFormat|"
              + "LimitExceeded)Exception)\\(([^\",;{]*)");
  private static final Pattern NAMED = Pattern.compile("Reason\\.([A-Z0-9_]+)");
  private static final Map<String, Reason.Kind> KINDS =
      Map.of(
          "malformed", Reason.Kind.MALFORMED,
          "MalformedDataException", Reason.Kind.MALFORMED,
          "TruncatedDataException", Reason.Kind.TRUNCATED,
          "unsupported", Reason.Kind.UNSUPPORTED,
          "UnsupportedFeatureException", Reason.Kind.UNSUPPORTED,
          "UnrecognizedFormatException", Reason.Kind.UNRECOGNIZED,
          "limitExceeded", Reason.Kind.LIMIT,
          "LimitExceededException", Reason.Kind.LIMIT);

  private static List<String> mainSources() throws IOException {
    List<String> sources = new ArrayList<>();
    for (Path file : Tree.sources()) {
      String name = file.toString();
      if (name.contains("/src/main/java/") && !name.contains("/formats/rule/")) {
        sources.add(Files.readString(file));
      }
    }
    return sources;
  }

  @Test
  void everyReasonIsThrownAsItsKind() throws IOException {
    int seen = 0;
    for (String source : mainSources()) {
      Matcher thrown = THROWN.matcher(source);
      while (thrown.find()) {
        Matcher named = NAMED.matcher(thrown.group(2));
        while (named.find()) {
          Reason reason = Reason.valueOf(named.group(1));
          assertEquals(KINDS.get(thrown.group(1)), reason.kind(), reason.name());
          seen++;
        }
      }
    }
    assertTrue(seen > 70, () -> "the pattern finds too few places");
  }

  @Test
  void everyReasonIsMet() throws IOException {
    List<String> sources = mainSources();
    List<Reason> unused =
        Arrays.stream(Reason.values())
            .filter(r -> sources.stream().noneMatch(s -> s.contains("Reason." + r.name())))
            .toList();
    assertEquals(List.of(), unused);
  }
}
