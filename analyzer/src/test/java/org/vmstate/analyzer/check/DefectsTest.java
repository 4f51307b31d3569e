package org.vmstate.analyzer.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vmstate.analyzer.host.DataMap;
import org.vmstate.formats.rule.ReasonsOnly;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.Corruptor;
import org.vmstate.testkit.Defect;
import org.vmstate.testkit.Defects;
import org.vmstate.testkit.MappedParts;
import org.vmstate.testkit.Oracle;
import org.vmstate.testkit.Parts;

/** Each rule finds the image that violates it, and finds nothing else in it. */
class DefectsTest {
  static Stream<Defect> defects() {
    return Defects.all().stream();
  }

  static Stream<byte[]> good() {
    return Defects.good().stream();
  }

  private static CheckResult check(ByteSource source) throws IOException {
    return new Checker(ParseOptions.DEFAULT, CheckOptions.DEFAULT).check(source);
  }

  static CheckResult check(byte[] image) throws IOException {
    return check(new HeapSource(image, 0, new StructurePath()));
  }

  private static Set<String> codes(CheckResult result, Severity least) {
    return result.findings().list().stream()
        .filter(f -> f.severity().compareTo(least) >= 0)
        .map(f -> f.rule().code())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @ParameterizedTest
  @MethodSource("defects")
  void defectIsFoundAndNothingElse(Defect defect) throws IOException {
    CheckResult result = check(defect.bytes());
    List<Finding> found = result.findings().list();
    assertTrue(codes(result, Severity.INFO).contains(defect.code()), () -> defect + ": " + found);
    Set<String> others = codes(result, Severity.WARNING);
    others.remove(defect.code());
    assertEquals(Set.of(), others, () -> defect + ": " + found);
    assertTrue(found.stream().allMatch(f -> f.offset() <= defect.bytes().length), found.toString());
  }

  /** What a finding says apart from its text. */
  private record Said(
      Rule rule,
      Severity severity,
      long offset,
      String path,
      Map<String, Object> facts,
      String loader) {
    static List<Said> of(CheckResult result) {
      return result.findings().list().stream()
          .map(f -> new Said(f.rule(), f.severity(), f.offset(), f.path(), f.facts(), f.loader()))
          .toList();
    }
  }

  /** Messages are for people: their reason's name in their place changes no answer. */
  @ParameterizedTest
  @MethodSource("defects")
  void nothingDependsOnWords(Defect defect) throws IOException {
    CheckResult nameless = ReasonsOnly.call(() -> check(defect.bytes()));
    assertEquals(Said.of(check(defect.bytes())), Said.of(nameless));
    nameless
        .error()
        .ifPresent(e -> assertEquals(e.reason().name(), e.words(), "the words were replaced"));
  }

  @ParameterizedTest
  @MethodSource("defects")
  void pipeGivesTheSameVerdict(Defect defect) throws IOException {
    CheckResult file = check(defect.bytes());
    try (ByteSource pipe = ImageReader.open(new ByteArrayInputStream(defect.bytes()))) {
      CheckResult result = check(pipe);
      // memory that came through a pipe is gone when the devices come
      boolean gone = defect.code().equals(Rule.VIRTQUEUE.code());
      if (!gone && !codes(result, Severity.INFO).contains(Rule.MAPPED_SEEKABLE.code())) {
        assertEquals(file.verdict(), result.verdict(), defect.toString());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("good")
  void nothingIsFoundInGoodImages(byte[] image) throws IOException {
    assertEquals(List.of(), check(image).findings().list());
  }

  /** What lies in a hole cannot be data; a byte there is not found, because it is not looked at. */
  @Test
  void holesAreNotRead() throws IOException {
    byte[] image = new MappedParts().secondPage(5).toBytes();
    DataMap holes =
        new DataMap() {
          @Override
          public long nextData(long offset, long end) {
            return end;
          }

          @Override
          public long nextHole(long offset, long end) {
            throw new AssertionError("asked past a hole");
          }
        };
    CheckOptions options = new CheckOptions(holes, 0, "", Optional.empty(), List.of());
    CheckResult result =
        new Checker(ParseOptions.DEFAULT, options)
            .check(new HeapSource(image, 0, new StructurePath()));
    assertEquals(0, result.findings().count(Rule.STALE_DATA));
    assertEquals(1, check(image).findings().count(Rule.STALE_DATA));
  }

  /** The two ways to read an image are two oracles. */
  @Test
  void fileAndPipeAgreeOnEveryDamage() throws Exception {
    Oracle file = image -> answer(check(image));
    Oracle pipe = image -> answer(check(ImageReader.open(new ByteArrayInputStream(image))));
    byte[] good = Parts.sequential().toBytes();
    assertEquals(List.of(), Oracle.compare(file, pipe, Corruptor.prefixes(good)));
  }

  private static Oracle.Answer answer(CheckResult result) {
    return switch (result.verdict()) {
      case GOOD, ODD -> Oracle.Answer.LOADS;
      case BAD -> Oracle.Answer.REFUSES;
      case UNSUPPORTED -> Oracle.Answer.UNKNOWN;
    };
  }
}
