package org.vmstate.analyzer.upgrade;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmstate.analyzer.change.Change;
import org.vmstate.analyzer.change.ImageChanger;
import org.vmstate.analyzer.check.Target;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.ImageSource;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.testkit.ImageBytes;

/** The list of an Arm processor's registers becomes that of the target's. */
class ArmRegistersUpgradeTest {
  private static final long FIRST = 0x40200000200e0000L;
  private static final long IDENTITY = 0x603000000013c030L;
  private static final long OTHER_IDENTITY = 0x603000000013c031L;
  private static final long PLAIN = 0x603000000013df03L;

  @TempDir Path folder;

  private static byte[] image(Map<Long, Long> registers) {
    int count = registers.size();
    ImageBytes payload = new ImageBytes().be32(count);
    registers.keySet().forEach(payload::be64);
    registers.values().forEach(payload::be64);
    String array = "{\"name\": \"%s\", \"array_len\": %d, \"type\": \"uint64\", \"size\": 8}";
    return ImageBytes.withRam("r", 1)
        .again(3, 1)
        .be64(2)
        .name("r")
        .u8(0)
        .eos()
        .footer(1)
        .section(4, 2, "cpu", 0, 22)
        .raw(payload.u8(7).toBytes())
        .footer(2)
        .u8(0)
        .description(
            "{\"page_size\": 4096, \"devices\": [{\"name\": \"cpu\", \"instance_id\": 0,"
                + " \"vmsd_name\": \"cpu\", \"version\": 22, \"fields\": [{\"name\":"
                + " \"cpreg_vmstate_array_len\", \"type\": \"int32 le\", \"size\": 4}, "
                + array.formatted("cpreg_vmstate_indexes", count)
                + ", "
                + array.formatted("cpreg_vmstate_values", count)
                + ", {\"name\": \"power_state\", \"type\": \"uint8\", \"size\": 1}]}]}")
        .toBytes();
  }

  private byte[] upgraded(Map<Long, Long> sent, Map<Long, Long> own, List<String> notes)
      throws IOException {
    String registers =
        own.entrySet().stream()
            .map(e -> "\"0x%016x\": \"0x%016x\"".formatted(e.getKey(), e.getValue()))
            .collect(Collectors.joining(", "));
    Path json =
        Files.writeString(
            folder.resolve("target"),
            "{\"format\": \"vmstate-img target\", \"version\": 1, \"qemu\": \"10.0.2\","
                + " \"arch\": \"aarch64\", \"registers\": {"
                + registers
                + "}}");
    Path image = Files.write(folder.resolve("image"), image(sent));
    Path out = folder.resolve("out");
    List<Change> changes =
        new UpgradePlan(Target.read(json, null), false, notes::add)
            .changes(ImageSource.of(image), ParseOptions.DEFAULT);
    try (Destination destination = Destination.file(out, true, false)) {
      new ImageChanger(image, ParseOptions.DEFAULT, changes)
          .copy(destination, Progress.NONE, note -> {});
      destination.commit(Outcome.WHOLE, false);
    }
    return Files.readAllBytes(out);
  }

  /** What was not sent, a loader sets to what its memory held by chance. */
  @Test
  void registersThatTheTargetHasMoreAreAdded() throws IOException {
    Map<Long, Long> sent = new TreeMap<>(Map.of(FIRST, 1L, OTHER_IDENTITY, 2L, PLAIN, 3L));
    Map<Long, Long> own = new TreeMap<>(Map.of(FIRST, 8L, IDENTITY, 0x11120L, PLAIN, 0L));
    own.put(PLAIN + 1, 9L);
    own.put(PLAIN + 2, 0L);
    List<String> notes = new ArrayList<>();
    Map<Long, Long> expected =
        new TreeMap<>(
            Map.of(FIRST, 8L, IDENTITY, 0x11120L, PLAIN, 3L, PLAIN + 1, 9L, PLAIN + 2, 0L));
    assertArrayEquals(image(expected), upgraded(sent, own, notes));
    assertTrue(
        notes.getFirst().startsWith("cpu#0: 1 registers taken away, 3 of the target's added"),
        notes.toString());
  }

  /** Zero is what memory that was not used holds; another value of one that has one is refused. */
  @ParameterizedTest
  @CsvSource({"0, 0", "5, 1"})
  void registerThatIsMissedIsAddedWhereItIsNotZero(long value, int added) throws IOException {
    Map<Long, Long> sent = new TreeMap<>(Map.of(FIRST, 1L));
    Map<Long, Long> own = new TreeMap<>(Map.of(FIRST, 1L, PLAIN, value));
    List<String> notes = new ArrayList<>();
    assertArrayEquals(image(added == 0 ? sent : own), upgraded(sent, own, notes));
    assertEquals(added, notes.size(), notes.toString());
  }
}
