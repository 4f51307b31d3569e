package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.analyzer.check.CheckResult;
import org.vmstate.analyzer.check.CheckResult.Verdict;
import org.vmstate.analyzer.check.Finding;
import org.vmstate.analyzer.check.Target;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.testkit.Corruptor;
import org.vmstate.testkit.Corruptor.Damaged;

/**
 * Gives damaged images to QEMU and to {@code check} and compares what they say. The system property
 * {@code mutants} sets how many of each layout, {@code seed} which.
 */
class DifferentialLabTest {
  private static final String[] MACHINE = {
    "-M", "pc", "-m", "16", "-nodefaults", "-accel", "tcg", "-bios"
  };

  /** Damage that only the device itself can tell: its own limits, or what it needs elsewhere. */
  private static final Pattern DEVICE =
      Pattern.compile(
          "error while loading state for instance|Failed to load |Input validation failed"
              + "|expecting positive value| != |Size mismatch|Length mismatch"
              + "|Mismatched RAM page size|Unknown ramblock|Unknown savevm section or instance"
              + "|unsupported version|is too new|is too old|Detected duplicate|not 0x");

  @TempDir Path folder;

  private final AtomicCounts counts = new AtomicCounts();

  /** Outcomes, by what both said. */
  private static final class AtomicCounts {
    private final Map<String, Integer> cells = new TreeMap<>();
    private final List<String> unexplained = new ArrayList<>();

    synchronized void add(String cell) {
      cells.merge(cell, 1, Integer::sum);
    }

    synchronized void unexplained(String what) {
      unexplained.add(what);
    }
  }

  private List<String> command(String image, boolean mapped) {
    List<String> command = new ArrayList<>(List.of("qemu-system-x86_64"));
    command.addAll(List.of(MACHINE));
    command.add(folder.resolve("bios").toString());
    command.addAll(List.of("-display", "none", "-S"));
    if (mapped) {
      command.addAll(List.of("-global", "migration.mapped-ram=on"));
    }
    command.addAll(List.of("-incoming", "file:" + image));
    return command;
  }

  @ParameterizedTest
  @ValueSource(strings = {"sequential", "mapped"})
  void checkAndQemuAgreeOnDamagedImages(String layout) throws Exception {
    Lab.require();
    boolean mapped = layout.equals("mapped");
    Files.write(folder.resolve("bios"), new byte[64 << 10]);
    Path good = folder.resolve("good");
    List<String> arguments = new ArrayList<>(List.of(MACHINE));
    arguments.add(folder.resolve("bios").toString());
    arguments.add("-S");
    try (Qemu qemu = Qemu.start(folder, "x86_64", arguments)) {
      if (mapped) {
        qemu.enable("mapped-ram");
      }
      qemu.save("file:" + good);
    }
    Target target = target(good, mapped);
    assertEquals(Verdict.GOOD, Checks.check(good, target).verdict());
    assertTrue(loads(good.toString(), mapped).isEmpty(), "QEMU does not load its own image");

    byte[] image = Files.readAllBytes(good);
    List<Event> elements = elements(good);
    int mutants = Integer.getInteger("mutants", 150);
    long seed = Long.getLong("seed", 1);
    try (ExecutorService workers = Executors.newFixedThreadPool(3)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < mutants; i++) {
        Random random = new Random(seed * 1_000_003 + i);
        Path file = folder.resolve("mutant" + i);
        Callable<Void> work =
            () -> {
              Event element = elements.get(random.nextInt(elements.size()));
              int length = (int) Math.min(element.range().length(), 4096);
              int at = (int) element.range().start() + random.nextInt(length);
              Damaged damaged = Corruptor.random(random, image, at, Math.min(length, 64));
              return compare(damaged, element, file, mapped, target);
            };
        all.add(workers.submit(work));
      }
      for (Future<?> f : all) {
        f.get();
      }
    }
    System.out.println(layout + ", " + mutants + " mutants, ours/QEMU: " + counts.cells);
    assertEquals(List.of(), counts.unexplained);
  }

  private Void compare(Damaged damaged, Event element, Path file, boolean mapped, Target target)
      throws Exception {
    Files.write(file, damaged.bytes());
    CheckResult result = Checks.check(file, target);
    // QEMU is told what check tells
    String offset =
        result.findings().list().stream()
            .filter(f -> f.rule() == Rule.STREAM_MAGIC && f.severity() == Severity.INFO)
            .map(f -> ",offset=" + f.facts().get("start"))
            .collect(Collectors.joining());
    String said = loads(file + offset, mapped);
    Files.delete(file);
    boolean refused = !said.isEmpty();
    boolean refuses = result.verdict() == Verdict.BAD || result.verdict() == Verdict.UNSUPPORTED;
    String cell =
        (refuses ? "refuse" : result.verdict() == Verdict.ODD ? "odd" : "good")
            + "/"
            + (refused ? "refuse" : "load");
    String why = refuses == refused ? "" : explanation(refuses, result, element, said);
    counts.add(why == null || why.isEmpty() ? cell : cell + " (" + why + ")");
    if (why == null) {
      counts.unexplained(
          damaged.defect()
              + " in "
              + element.getClass().getSimpleName()
              + element.range()
              + ": "
              + cell
              + ": "
              + result.findings().list()
              + " QEMU: "
              + said.strip());
    }
    return null;
  }

  /** Returns why they may differ, or null. */
  private static String explanation(
      boolean refuses, CheckResult result, Event element, String said) {
    if (!refuses) {
      if (element instanceof Event.Device) {
        return "only the device knows";
      }
      if (result.findings().count(Rule.DESCRIPTION_VERSION) > 0) {
        return "fields of another version";
      }
      return DEVICE.matcher(said).find() ? "only the device knows" : null;
    }
    Finding first =
        result.findings().list().stream()
            .filter(f -> f.severity() == Severity.ERROR)
            .findFirst()
            .orElseThrow();
    if (element instanceof Event.Description) {
      return "QEMU does not read the description";
    }
    return switch (first.rule()) {
      case MAPPED_PAGE_SIZE -> "QEMU does not check the page size";
      case MACHINE_NAME -> "QEMU compares as much of the name as it gets";
      case HOOK -> "QEMU passes over HOOK";
      case DEVICE_DECODES -> "the description no longer fits";
      case TRAILING_BYTES -> "QEMU loads it without what follows the end mark";
      case MEMORY_LOST, BITMAP_ORDER -> "QEMU loads it without its memory";
      case BITMAP_INSIDE, OFFSETS_ABSOLUTE, PAGES_AFTER_BITMAP -> "QEMU follows any offset";
      default -> null;
    };
  }

  /** Returns nothing when QEMU loads an image, else what it printed. */
  private String loads(String image, boolean mapped) throws IOException, InterruptedException {
    Path output = Files.createTempFile(folder, "out", "");
    ProcessBuilder builder =
        new ProcessBuilder(new ArrayList<>(command(image, mapped))).redirectErrorStream(true);
    builder.command().addAll(List.of("-qmp", "stdio"));
    builder.redirectOutput(output.toFile());
    Process process = builder.start();
    try {
      byte[] start = "{\"execute\": \"qmp_capabilities\"}\n".getBytes();
      byte[] query = "{\"execute\": \"query-migrate\"}\n".getBytes();
      process.getOutputStream().write(start);
      for (int i = 0; i < 600; i++) {
        if (!process.isAlive()) {
          return Files.readString(output, StandardCharsets.ISO_8859_1)
              + "exit "
              + process.exitValue();
        }
        process.getOutputStream().write(query);
        process.getOutputStream().flush();
        Thread.sleep(10);
        String text = Files.readString(output, StandardCharsets.ISO_8859_1);
        if (text.contains("\"completed\"")) {
          return "";
        }
      }
      return "no end after 6 seconds";
    } catch (IOException gone) {
      process.waitFor(5, TimeUnit.SECONDS);
      return Files.readString(output, StandardCharsets.ISO_8859_1) + "exit";
    } finally {
      process.destroyForcibly();
      process.waitFor();
      Files.delete(output);
    }
  }

  private static List<Event> elements(Path image) throws IOException {
    List<Event> found = new ArrayList<>();
    try (ByteSource source = ImageReader.open(image)) {
      ImageReader.read(
          source,
          ParseOptions.DEFAULT,
          event -> {
            boolean big = event instanceof Event.Gap || event instanceof Event.PageArea;
            if (!big && event.covers()) {
              found.add(event);
            }
          });
    }
    return found;
  }

  /** Describes the QEMU that made the image and is to load it. */
  private Target target(Path good, boolean mapped) throws Exception {
    Path dump = folder.resolve("dump.json");
    Lab.run(
        folder.resolve("err"), "qemu-system-x86_64", "-M", "pc", "-dump-vmstate", dump.toString());
    Map<String, Long> blocks = new TreeMap<>();
    for (Event element : elements(good)) {
      if (element instanceof Event.RamBlockEntry e) {
        blocks.put(e.block().name(), e.block().usedLength());
      }
    }
    Path json = folder.resolve("target.json");
    StringBuilder text = new StringBuilder("{\"page_size\": 4096, \"capabilities\": [");
    text.append(mapped ? "\"mapped-ram\"" : "").append("], \"ram_blocks\": {");
    blocks.forEach(
        (name, length) ->
            text.append(text.charAt(text.length() - 1) == '{' ? "" : ", ")
                .append('"')
                .append(name)
                .append("\": ")
                .append(length));
    Files.writeString(json, text.append("}}"));
    return Target.read(dump, json);
  }
}
