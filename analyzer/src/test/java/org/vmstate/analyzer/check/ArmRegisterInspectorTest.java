package org.vmstate.analyzer.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmstate.analyzer.facts.ArmImage;
import org.vmstate.formats.rule.QemuRelease;
import org.vmstate.formats.rule.Severity;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;

/** A loader reads as many numbers and values as the state says, whatever is described. */
class ArmRegisterInspectorTest {
  private static final String REFUSED =
      "error while loading state for instance 0x0 of device 'cpu'";

  private static byte[] image(int count, int numbers, int values) {
    return ArmImage.of(count, upTo(numbers), upTo(values));
  }

  private static List<Long> upTo(int end) {
    return LongStream.range(0, end).boxed().toList();
  }

  @ParameterizedTest
  @CsvSource({"2, 2, 2, 0", "2, 3, 2, 1", "2, 2, 3, 1", "3, 3, 2, 1", "3, 2, 2, 1"})
  void listsHaveAsManyValuesAsTheStateSays(int count, int numbers, int values, int errors)
      throws IOException {
    for (QemuRelease release : QemuRelease.KNOWN) {
      List<String> words =
          new Checker(ParseOptions.DEFAULT, CheckOptions.DEFAULT.with(release))
                  .check(new HeapSource(image(count, numbers, values), 0, new StructurePath()))
                  .findings()
                  .list()
                  .stream()
                  .filter(f -> f.severity() == Severity.ERROR)
                  .map(f -> f.loader(release))
                  .toList();
      assertEquals(errors == 0 ? List.of() : List.of(REFUSED), words);
    }
  }
}
