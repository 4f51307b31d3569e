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
import org.vmstate.analyzer.facts.ArmImage;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.ImageSource;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;

/** The list of an Arm processor's registers becomes that of the target's. */
class ArmRegistersUpgradeTest {
  private static final long FIRST = 0x40200000200e0000L;
  private static final long IDENTITY = 0x603000000013c030L;
  private static final long OTHER_IDENTITY = 0x603000000013c031L;
  private static final long PLAIN = 0x603000000013df03L;

  @TempDir Path folder;

  private static byte[] image(Map<Long, Long> registers) {
    return ArmImage.of(registers.size(), registers.keySet(), registers.values());
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
