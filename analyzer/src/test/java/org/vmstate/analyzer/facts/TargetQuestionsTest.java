package org.vmstate.analyzer.facts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.analyzer.report.JsonReport;
import org.vmstate.analyzer.report.JsonTree;

/** Targets that answer as they should, that answer garbage, and that do not answer. */
class TargetQuestionsTest {
  private static final String GREETING = "{\"QMP\": {\"version\": {}}}";

  @TempDir Path folder;

  private static TargetQuestions questions(int seconds) {
    return new TargetQuestions(Duration.ofSeconds(seconds), note -> {});
  }

  private TargetFacts ask(Map<String, String> answers) throws IOException {
    try (FakeMonitor monitor = new FakeMonitor(folder.resolve("qmp"), GREETING, answers)) {
      return questions(20).ofRunning(monitor.socket());
    }
  }

  private static final Map<String, String> GOOD =
      Map.of(
          "query-version",
          "{\"qemu\": {\"major\": 10, \"minor\": 0, \"micro\": 2}}",
          "query-target",
          "{\"arch\": \"x86_64\"}",
          "query-machines",
          "[{\"name\": \"pc-q35-10.0\", \"alias\": \"q35\"}]",
          "qom-get /machine type",
          "\"pc-q35-10.0-machine\"",
          "query-migrate-capabilities",
          "[{\"capability\": \"xbzrle\", \"state\": false},"
              + " {\"capability\": \"multifd\", \"state\": true}]",
          "human-monitor-command",
          "\"  Block Name  PSize Offset Used Total\\r\\n"
              + "   pc.ram    4 KiB  0x0000000000000000 0x0000000002000000 0x0000000002000000\\r\\n"
              + "   /rom@etc/x  4 KiB  0x00 0x0000000000020000 0x0000000000200000  rw\\r\\n\"",
          "qom-list /machine",
          "[{\"name\": \"n1\", \"type\": \"child<virtio-net-pci>\"},"
              + " {\"name\": \"r\", \"type\": \"child<memory-region>\"}]",
          "qom-list /machine/n1",
          "[{\"name\": \"realized\", \"type\": \"bool\"},"
              + " {\"name\": \"addr\", \"type\": \"int32\"},"
              + " {\"name\": \"multifunction\", \"type\": \"bool\"},"
              + " {\"name\": \"virtio-backend\", \"type\": \"child<virtio-net-device>\"}]",
          "qom-get /machine/n1 addr",
          "17",
          "qom-list /machine/n1/virtio-backend",
          "[{\"name\": \"realized\", \"type\": \"bool\"},"
              + " {\"name\": \"mq\", \"type\": \"bool\"}]");

  @Test
  void answersBecomeFactsOfTheSchemaAndAreReadAgain() throws IOException {
    TargetFacts facts = ask(GOOD);
    assertEquals("10.0.2", facts.qemu());
    assertEquals("pc-q35-10.0", facts.machine());
    assertEquals(List.of("pc-q35-10.0", "q35"), facts.machines());
    assertEquals(Map.of("pc.ram", 0x2000000L, "/rom@etc/x", 0x20000L), facts.blocks());
    assertEquals(Map.of("/rom@etc/x", 0x200000L), facts.limits());
    assertEquals(List.of("multifd"), facts.capabilities());
    assertEquals("0000:00:02.1", facts.devices().getFirst().address());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonReport json = new JsonReport(bytes)) {
      TargetJson.write(facts, json);
    }
    Map<?, ?> tree = JsonTree.object("", new ByteArrayInputStream(bytes.toByteArray()));
    assertTrue(TargetJson.is(tree));
    assertEquals(facts, TargetJson.read(tree));
    String schema = Files.readString(Path.of("..", "docs", "schema", "target.schema.json"));
    JsonNode node = new ObjectMapper().readTree(bytes.toByteArray());
    assertEquals(
        Set.of(),
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(schema)
            .validate(node));
  }

  @Test
  void devicesThatCannotBeMovedAreNamedInTheirOrder() throws IOException {
    Map<String, String> answers = new HashMap<>(GOOD);
    answers.put(
        "query-migrate",
        "{\"blocked-reasons\": [\"non-migratable device: 0000:00:02.0/nvme\","
            + " \"Migration is disabled when VirtFS export path is mounted\","
            + " \"non-migratable device: 0000:00:01.0/virtio-crypto\"]}");
    assertEquals(
        List.of("0000:00:01.0/virtio-crypto", "0000:00:02.0/nvme"), ask(answers).blocking());
    assertEquals(
        List.of("b", "a", "c"),
        Blocking.ofRefusal(
            List.of("a", "b", "c"), "migrate: State blocked by non-migratable device 'b'"));
    assertEquals(List.of("a"), Blocking.ofRefusal(List.of("a"), "migrate: no"));
  }

  /** QEMU before 6.0 has no such answer. */
  @ParameterizedTest
  @CsvSource({"5, 2, 1", "6, 0, 0"})
  void runningTargetThatDoesNotNameThemIsANote(int major, int minor, int notes) throws IOException {
    Map<String, String> answers = new HashMap<>(GOOD);
    answers.put(
        "query-version",
        "{\"qemu\": {\"major\": %s, \"minor\": %s, \"micro\": 0}}".formatted(major, minor));
    List<String> said = new ArrayList<>();
    try (FakeMonitor monitor = new FakeMonitor(folder.resolve("qmp"), GREETING, answers)) {
      new TargetQuestions(Duration.ofSeconds(20), said::add).ofRunning(monitor.socket());
    }
    assertEquals(notes, said.stream().filter(n -> n.contains("keeps it from loading")).count());
  }

  /** Of a bridge's own bus, the devices stand inside of it. */
  @Test
  void monitorSaysKindAndBaseAddressesOfFunctions() throws IOException {
    Map<String, String> answers = new HashMap<>(GOOD);
    String inner =
        "{\"slot\": 3, \"function\": 0, \"qdev_id\": \"\","
            + " \"id\": {\"vendor\": 32902, \"device\": 1}, \"class_info\": {\"class\": 258}}";
    answers.put(
        "query-pci",
        "[{\"bus\": 0, \"devices\": [{\"slot\": 2, \"function\": 1, \"qdev_id\": \"\","
            + " \"class_info\": {\"class\": 1540}, \"id\": {\"vendor\": 6966, \"device\": 12},"
            + " \"regions\": [{\"bar\": 0, \"type\": \"memory\", \"prefetch\": true,"
            + " \"mem_type_64\": true, \"size\": 4096}, {\"bar\": 2, \"type\": \"io\","
            + " \"size\": 32}, {\"bar\": 3, \"type\": \"io\", \"size\": 8}, {\"bar\": 6,"
            + " \"type\": \"memory\"}], \"pci_bridge\": {\"devices\": ["
            + inner
            + "]}}]}]");
    answers.put("qom-get /machine/n1 multifunction", "true");
    Map<String, String> functions = ask(answers).functions();
    String bases = "xcxxxxxx" + "xxxxxxxx" + "x1xxxxxx";
    assertEquals(
        "361b0c00" + "xxxxxxxxxxxx" + "0406" + "xxxx" + "81" + "xx" + bases + "x".repeat(72),
        functions.get("0000:00:02.1"));
    assertTrue(functions.get("0000:00:02.1:03.0").startsWith("86800100"), functions.toString());
    assertEquals(2, functions.size());
  }

  @Test
  void runningTargetIsNeverAskedWhatEndsSomeReleases() throws IOException {
    try (FakeMonitor monitor = new FakeMonitor(folder.resolve("qmp"), GREETING, GOOD)) {
      questions(20).ofRunning(monitor.socket());
      assertFalse(monitor.asked().isEmpty());
      for (String command : monitor.asked()) {
        assertTrue(
            command.matches("qmp_capabilities|query-[a-z-]+|qom-(list|get).*|human.*"), command);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hello\n",
        "{}\n",
        "[1]\n",
        "\n",
        "{\"QMP\": 1}\n{\"return\": \n",
        "{\"QMP\": 1}\n7\n",
        "\0\0\0\n",
        "ends"
      })
  void garbageIsOneLine(String said) throws IOException {
    try (FakeMonitor monitor = FakeMonitor.saying(folder.resolve("qmp"), said, false)) {
      TargetException e =
          assertThrows(TargetException.class, () -> questions(20).ofRunning(monitor.socket()));
      assertTrue(e.getMessage().lines().count() == 1, e.getMessage());
    }
  }

  private static final String READY = GREETING + "\n{\"return\": {}}\n";

  @Test
  void targetThatHangsUpOrFallsSilentInsideAnAnswerIsOneLine() throws IOException {
    for (String said :
        List.of(
            GREETING.substring(0, 9),
            GREETING + "\n",
            GREETING + "\n{\"ret",
            READY,
            READY + "{\"return\": {\"qemu\": {\"major\": 1",
            READY + "{\"event\": \"STOP\"}\n")) {
      for (boolean waits : new boolean[] {false, true}) {
        try (FakeMonitor monitor = FakeMonitor.saying(folder.resolve("qmp"), said, waits)) {
          TargetException e =
              assertThrows(
                  TargetException.class, () -> questions(1).ofRunning(monitor.socket()), said);
          assertEquals(1, e.getMessage().lines().count(), e.getMessage());
          String expected = waits ? "no answer within 1 s" : "the connection ended";
          assertTrue(e.getMessage().contains(expected), said + e.getMessage());
        }
      }
    }
  }

  @Test
  void wordsOfATargetStayInOneLine() throws IOException {
    String said = GREETING + "\n{\"error\": {\"desc\": \"a\\nb\\u001b[2J\"}}\n";
    try (FakeMonitor monitor = FakeMonitor.saying(folder.resolve("qmp"), said, true)) {
      TargetException e =
          assertThrows(TargetException.class, () -> questions(20).ofRunning(monitor.socket()));
      assertTrue(e.getMessage().endsWith("qmp_capabilities: a\\x0ab\\x1b[2J"), e.getMessage());
    }
  }

  @Test
  void eventsWithoutEndAreBounded() throws IOException {
    String events = ("{\"event\": \"" + "x".repeat(1 << 20) + "\"}\n").repeat(40);
    try (FakeMonitor monitor = FakeMonitor.repeating(folder.resolve("qmp"), READY, events)) {
      TargetException e =
          assertThrows(TargetException.class, () -> questions(60).ofRunning(monitor.socket()));
      assertTrue(e.getMessage().contains("longer than any of QMP"), e.getMessage());
    }
  }

  @Test
  void deepAndEndlessAnswersAreBounded() throws IOException {
    String deep = "{\"a\":".repeat(100_000);
    for (String said : List.of(deep + "\n", "x".repeat(17 << 20))) {
      try (FakeMonitor monitor = FakeMonitor.saying(folder.resolve("qmp"), said, false)) {
        assertThrows(TargetException.class, () -> questions(20).ofRunning(monitor.socket()));
      }
      Files.deleteIfExists(folder.resolve("qmp"));
    }
  }

  @Test
  void answersOfOtherTypesAreTakenAsNotSaid() throws IOException {
    TargetFacts facts = ask(Map.of("query-version", "[]", "query-machines", "{\"name\": []}"));
    assertEquals("", facts.machine());
    assertEquals(List.of(), facts.machines());
  }

  @Test
  void treeWithoutEndIsBounded() throws IOException {
    try (FakeMonitor monitor =
        new FakeMonitor(folder.resolve("qmp"), GREETING, GOOD).withTreeWithoutEnd()) {
      TargetException e =
          assertThrows(TargetException.class, () -> questions(60).ofRunning(monitor.socket()));
      assertTrue(e.getMessage().contains("objects"), e.getMessage());
    }
  }

  @Test
  void silenceEnds() throws IOException {
    try (FakeMonitor monitor = FakeMonitor.saying(folder.resolve("qmp"), "", true)) {
      TargetException e =
          assertThrows(TargetException.class, () -> questions(1).ofRunning(monitor.socket()));
      assertTrue(e.getMessage().contains("no answer within 1 s"), e.getMessage());
    }
    TargetException e =
        assertThrows(
            TargetException.class, () -> questions(1).ofRunning(folder.resolve("nothing")));
    assertTrue(e.getMessage().contains("cannot be connected to"), e.getMessage());
  }

  private String script(String text) throws IOException {
    Path script = Files.writeString(folder.resolve("qemu"), "#!/bin/sh\n" + text + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    return script.toString();
  }

  @Test
  void programThatIsNoQemuIsEnded() throws IOException {
    Path pid = folder.resolve("pid");
    String hangs = script("echo $$ > " + pid + "; sleep 600");
    TargetException late =
        assertThrows(
            TargetException.class, () -> questions(1).ofCommand(hangs, List.of("-M", "q35")));
    assertTrue(late.getMessage().contains("no answer within"), late.getMessage());
    long number = Long.parseLong(Files.readString(pid).strip());
    assertTrue(ProcessHandle.of(number).filter(ProcessHandle::isAlive).isEmpty());
    String fails = script("echo first; echo 'qemu: no such machine' >&2; exit 1");
    TargetException e =
        assertThrows(TargetException.class, () -> questions(20).ofCommand(fails, List.of()));
    assertEquals("the target: qemu: no such machine", e.getMessage());
    String silent = script("exit 0");
    TargetException said =
        assertThrows(TargetException.class, () -> questions(20).ofCommand(silent, List.of()));
    assertEquals(
        silent + ": -dump-vmstate wrote nothing; expected a QEMU for whole systems",
        said.getMessage());
    TargetException none =
        assertThrows(TargetException.class, () -> questions(20).ofCommand("/no/such", List.of()));
    assertTrue(none.getMessage().startsWith("/no/such: cannot be started"), none.getMessage());
  }

  /** QEMU says what is wrong, then what may help; warnings come before. */
  @Test
  void errorIsToldWithTheHintAfterIt() throws IOException {
    String fails =
        script(
            "echo 'qemu-system-x86_64: warning: old'"
                + "; echo 'qemu-system-x86_64: unsupported machine type: \"pc-9\"'"
                + "; echo 'Use -machine help to list supported machines'; exit 1");
    TargetException e =
        assertThrows(TargetException.class, () -> questions(20).ofCommand(fails, List.of()));
    assertEquals(
        "the target: qemu-system-x86_64: unsupported machine type: \"pc-9\""
            + " Use -machine help to list supported machines",
        e.getMessage());
  }

  /** A machine's other properties name what other options make. */
  @Test
  void descriptionsAreAskedOfTheTypeOfTheMachineAlone() throws IOException {
    String says = script("for last; do :; done; : >$last; echo \"$*\" >&2; exit 1");
    List<String> guest =
        List.of("-L", "/roms", "-M", "q35,memory-backend=pc.ram", "--machine", "hpet=off,type=pc");
    List<String> all = new ArrayList<>(guest);
    all.addAll(List.of("-machine", "usb=on", "-object", "memory-backend-ram,id=pc.ram,size=1M"));
    TargetException e =
        assertThrows(TargetException.class, () -> questions(20).ofCommand(says, all));
    String expected = "the target: -L /roms -machine q35 -machine pc -dump-vmstate ";
    assertTrue(e.getMessage().startsWith(expected), e.getMessage());
  }

  /** Where it stops, its state is cut; that is not what is wrong. */
  @Test
  void targetThatDiesWhileItSavesIsToldWithItsLastWords() throws IOException {
    Path socket = folder.resolve("socket");
    Path asked = folder.resolve("asked");
    String dies =
        script(
            "for last; do :; done; case \"$*\" in *-dump-vmstate*) echo '{}' > $last; exit;; esac; "
                + "echo \"$last\" > "
                + socket
                + ".new; mv "
                + socket
                + ".new "
                + socket
                + "; while ! test -e "
                + asked
                + "; do sleep 0.02; done; echo 'qemu: Assertion failed'; exit 134");
    Thread monitor =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  try {
                    while (!Files.exists(socket)) {
                      Thread.sleep(20);
                    }
                    String path =
                        Files.readString(socket).replaceFirst("unix:", "").replaceFirst(",.*", "");
                    try (FakeMonitor fake =
                        new FakeMonitor(Path.of(path.strip()), GREETING, GOOD)) {
                      while (!fake.asked().contains("migrate")) {
                        Thread.sleep(20);
                      }
                      Files.createFile(asked);
                    }
                  } catch (IOException | InterruptedException e) {
                    // the target is not asked
                  }
                });
    TargetException e =
        assertThrows(TargetException.class, () -> questions(20).ofCommand(dies, List.of()));
    assertEquals(
        "the target: ended with code 134 while it saved its own state: qemu: Assertion failed",
        e.getMessage());
    monitor.interrupt();
  }
}
