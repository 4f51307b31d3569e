package org.vmstate.analyzer.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.analyzer.host.DataMap;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.formats.rule.Rule;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.ImageBytes;
import org.vmstate.testkit.Parts;

/** A device called timer with a field of four bytes and a subsection, against dumps of targets. */
class TargetTest {
  private static final String GOOD =
      """
      {"vmschkmachine": {"Name": "test-1.0"},
       "timer-type": {"Name": "timer-type", "Description": {
         "name": "timer", "version_id": 3, "minimum_version_id": 1,
         "Fields": [{"field": "n", "size": 4}],
         "Subsections": [{"name": "timer/more", "version_id": 1, "minimum_version_id": 1,
           "Fields": [{"field": "m", "size": 1}]}]}}}
      """;

  @TempDir Path folder;

  private static Parts parts() {
    byte[] device =
        new ImageBytes()
            .section(4, 2, "timer", 0, 1)
            .be32(7)
            .u8(5)
            .name("timer/more")
            .be32(1)
            .u8(9)
            .footer(2)
            .toBytes();
    return Parts.sequential()
        .with("device", device)
        .json(
            "{\"page_size\": 4096, \"devices\": [{\"name\": \"timer\", \"instance_id\": 0,"
                + " \"vmsd_name\": \"timer\", \"version\": 1, \"fields\": [{\"name\": \"n\","
                + " \"type\": \"uint32\", \"size\": 4}], \"subsections\": [{\"vmsd_name\":"
                + " \"timer/more\", \"version\": 1, \"fields\": [{\"name\": \"m\", \"type\":"
                + " \"uint8\", \"size\": 1}]}]}]}");
  }

  private Set<Rule> found(String dump, String configuration) throws IOException {
    return found(parts().toBytes(), dump, configuration);
  }

  private Set<Rule> found(byte[] image, String dump, String configuration) throws IOException {
    Path dumpFile = Files.writeString(folder.resolve("dump"), dump);
    Path more = configuration == null ? null : folder.resolve("more");
    if (more != null) {
      Files.writeString(more, configuration);
    }
    CheckOptions options =
        new CheckOptions(DataMap.SOLID, 0, "", Optional.of(Target.read(dumpFile, more)), List.of());
    return new Checker(ParseOptions.DEFAULT, options)
        .check(new HeapSource(image, 0, new StructurePath())).findings().list().stream()
            .map(Finding::rule)
            .collect(Collectors.toSet());
  }

  @Test
  void targetThatFitsIsNotBlamed() throws IOException {
    assertEquals(Set.of(), found(GOOD, null));
    assertEquals(
        Set.of(),
        found(
            GOOD,
            "{\"page_size\": 4096, \"ram_blocks\": {\"pc.ram\": 16384}, \"capabilities\": []}"));
  }

  /** Set in a file it is a wish; a QEMU without KVM's ring refuses it. */
  @Test
  void dirtyLimitNeedsAnotherHost() throws IOException {
    assertEquals(
        Set.of(Rule.TARGET_RAM), found(GOOD, "{\"capabilities\": [\"dirty-limit\", \"events\"]}"));
    assertEquals(Set.of(), found(GOOD, "{\"capabilities\": [\"events\"]}"));
  }

  @Test
  void otherMachineIsFound() throws IOException {
    assertEquals(Set.of(Rule.TARGET_MACHINE), found(GOOD.replace("test-1.0", "best-1.0"), null));
  }

  @Test
  void olderAndNewerVersionsAreFound() throws IOException {
    String newer =
        GOOD.replace("\"minimum_version_id\": 1,\n   \"F", "\"minimum_version_id\": 2,\n   \"F");
    assertEquals(Set.of(Rule.TARGET_VERSION), found(newer, null));
    assertEquals(
        Set.of(Rule.TARGET_VERSION),
        found(GOOD.replace("\"version_id\": 3", "\"version_id\": 0"), null));
  }

  @Test
  void otherSizeIsFound() throws IOException {
    assertEquals(
        Set.of(Rule.TARGET_FIELD), found(GOOD.replace("\"size\": 4", "\"size\": 8"), null));
  }

  @Test
  void unknownSubsectionIsFound() throws IOException {
    assertEquals(
        Set.of(Rule.TARGET_SUBSECTION), found(GOOD.replace("timer/more", "timer/other"), null));
  }

  @Test
  void otherMemoryAndCapabilitiesAreFound() throws IOException {
    for (String more :
        List.of(
            "{\"page_size\": 8192}",
            "{\"ram_blocks\": {\"pc.ram\": 8192}}",
            "{\"ram_blocks\": {\"ram\": 16384}}",
            "{\"capabilities\": [\"mapped-ram\"]}")) {
      assertEquals(Set.of(Rule.TARGET_RAM), found(GOOD, more), more);
    }
  }

  @Test
  void commandsThatNeedACapabilityAreFound() throws IOException {
    byte[] advice = new ImageBytes().u8(8).be16(3).be16(16).be64(4096).be64(4096).toBytes();
    byte[] colo = new ImageBytes().u8(8).be16(8).be16(0).toBytes();
    for (byte[] command : List.of(advice, colo)) {
      byte[] image = parts().after("part", command).toBytes();
      Set<Rule> without = found(image, GOOD, "{\"capabilities\": []}");
      assertTrue(without.contains(Rule.TARGET_RAM), without.toString());
      Set<Rule> with = found(image, GOOD, "{\"capabilities\": [\"postcopy-ram\", \"x-colo\"]}");
      assertFalse(with.contains(Rule.TARGET_RAM), with.toString());
    }
  }

  @Test
  void streamWithoutConfigurationIsFoundWhereItIsNeeded() throws IOException {
    byte[] image = parts().without("configuration").toBytes();
    assertFalse(found(image, GOOD, null).contains(Rule.TARGET_MACHINE));
    assertTrue(
        found(image, GOOD.replace("test-1.0", "test-2.4"), null).contains(Rule.TARGET_MACHINE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"a\": 1, \"b\": [], \"c\": {}}",
        "{\"machine\": \"pc\"}",
        "{\"return\": {\"qemu\": {\"major\": 10}}}"
      })
  void whatDescribesNoTargetIsRefused(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("x.json"), text);
    ConversionException e = assertThrows(ConversionException.class, () -> Target.read(file, null));
    assertEquals(
        file + ": expected what target-facts, -dump-vmstate or virsh domcapabilities prints",
        e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"vmschkmachine\": {\"Name\": \"pc\"}}",
        "{\"e1000\": {\"Name\": \"e1000\", \"version_id\": 1}}",
        "{\"note\": 1, \"e1000\": {\"Name\": \"e1000\"}}"
      })
  void dumpOfDescriptionsIsTaken(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("x.json"), text);
    assertEquals(Optional.empty(), Target.read(file, null).facts());
  }
}
