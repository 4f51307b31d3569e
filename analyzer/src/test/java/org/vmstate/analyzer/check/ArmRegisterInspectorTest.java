package org.vmstate.analyzer.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmstate.formats.rule.QemuRelease;
import org.vmstate.formats.rule.Severity;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.ImageBytes;

/** A loader reads as many numbers and values as the state says, whatever is described. */
class ArmRegisterInspectorTest {
  private static final String REFUSED =
      "error while loading state for instance 0x0 of device 'cpu'";

  private static byte[] image(int count, int numbers, int values) {
    ImageBytes payload = new ImageBytes().be32(count);
    for (int i = 0; i < numbers + values; i++) {
      payload.be64(i);
    }
    String array = "{\"name\": \"%s\", \"array_len\": %d, \"type\": \"uint64\", \"size\": 8}";
    return ImageBytes.withRam("r", 1)
        .again(3, 1)
        .be64(2)
        .name("r")
        .u8(0)
        .eos()
        .footer(1)
        .section(4, 2, "cpu", 0, 22)
        .raw(payload.toBytes())
        .footer(2)
        .u8(0)
        .description(
            "{\"page_size\": 4096, \"devices\": [{\"name\": \"cpu\", \"instance_id\": 0,"
                + " \"vmsd_name\": \"cpu\", \"version\": 22, \"fields\": [{\"name\":"
                + " \"cpreg_vmstate_array_len\", \"type\": \"int32 le\", \"size\": 4}, "
                + array.formatted("cpreg_vmstate_indexes", numbers)
                + ", "
                + array.formatted("cpreg_vmstate_values", values)
                + "]}]}")
        .toBytes();
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
