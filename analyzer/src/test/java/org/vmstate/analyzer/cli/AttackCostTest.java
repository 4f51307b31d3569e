package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What images may cost that are made to cost much, in a process with the program's usual heap: no
 * more temporary space than twice the image and 64 MiB, and never an internal error. {@code
 * .ci/bench-attacks} measures the same with larger ones.
 */
class AttackCostTest {
  private static final long CONSTANT = 64L << 20;
  private static final int MOST_SECONDS = 300;

  @TempDir Path folder;

  /** How a process ended. */
  private record Cost(int code, String out, String err, long space, long memory) {}

  private Cost run(byte[] image, String... words) throws Exception {
    Path file = Files.write(folder.resolve("image"), image);
    Path places = Files.createDirectories(folder.resolve("places"));
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + places,
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    for (String word : words) {
      command.add(word.equals("IMAGE") ? file.toString() : word);
    }
    File out = folder.resolve("out").toFile();
    File err = folder.resolve("err").toFile();
    Process process = new ProcessBuilder(command).redirectOutput(out).redirectError(err).start();
    long most = 0;
    long memory = 0;
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(MOST_SECONDS);
    do {
      most = Math.max(most, used(process.pid(), places));
      memory = Math.max(memory, resident(process.pid()));
      assertTrue(System.nanoTime() < end, () -> String.join(" ", words) + " does not end");
    } while (!process.waitFor(10, TimeUnit.MILLISECONDS));
    try (var left = Files.list(places)) {
      assertEquals(List.of(), left.toList());
    }
    Cost cost =
        new Cost(
            process.exitValue(),
            Files.readString(out.toPath()),
            Files.readString(err.toPath()),
            most,
            memory);
    String what = String.join(" ", words) + " exits " + cost.code + ": " + cost.err;
    assertFalse(cost.err.contains("\tat "), what);
    assertFalse(cost.err.contains("out of memory"), what);
    long lines = cost.err.lines().filter(l -> !l.startsWith("vmstate-img: note: ")).count();
    assertTrue(lines <= 2, what);
    assertTrue(most <= 2L * image.length + CONSTANT, what + ", temporary space " + most);
    return cost;
  }

  /** Bytes of memory that a process has, its own and of files. */
  private static long resident(long pid) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElse(0);
    } catch (IOException | UncheckedIOException e) {
      // ended meanwhile
      return 0;
    }
  }

  /** The length of what a process has open in a folder; such files have no name any more. */
  private static long used(long pid, Path places) {
    long total = 0;
    File[] open = new File("/proc/" + pid + "/fd").listFiles();
    for (File link : open == null ? new File[0] : open) {
      try {
        if (Files.readSymbolicLink(link.toPath()).startsWith(places)) {
          total += Files.size(link.toPath());
        }
      } catch (IOException e) {
        // closed meanwhile
      }
    }
    return total;
  }

  @Test
  void descriptionsThatAskForMuchAreReadOrRefused() throws Exception {
    assertEquals(0, run(AttackImages.elements(), "dump", "IMAGE").code());
    assertEquals(0, run(AttackImages.names(1_200_000), "dump", "IMAGE").code());
    assertEquals(0, run(AttackImages.nested(40, 3000), "dump", "IMAGE").code());
  }

  @Test
  void scatteredPagesTakeSpaceInProportionOrAreRefused() throws Exception {
    byte[] image = AttackImages.scattered(1 << 19);
    assertEquals(0, run(image, "compare", "IMAGE", "IMAGE").code());
    Cost cost = run(image, "map", "--pages", "IMAGE");
    assertEquals(ExitCode.UNSUPPORTED, cost.code());
    assertTrue(cost.err().contains("too scattered"), cost.err());
  }

  @Test
  void manyBlocksAndSectionsAreNoTrouble() throws Exception {
    assertEquals(0, run(AttackImages.blocks(64_000), "info", "IMAGE").code());
    assertEquals(0, run(AttackImages.sections(64_000), "check", "IMAGE").code());
  }

  /** A length that is declared and of which nothing comes. */
  @Test
  void memoryFollowsWhatIsSentAndNotWhatIsDeclared() throws Exception {
    byte[] image = AttackImages.empty(32L << 40);
    String out = folder.resolve("target").toString();
    for (String words :
        List.of(
            "measure -O qemu-mapped-ram IMAGE",
            "extract -O kdump IMAGE " + out,
            "extract -O raw IMAGE " + out,
            "stats --xbzrle=current IMAGE",
            "dump --memory=sha256 IMAGE")) {
      Cost cost = run(image, words.split(" "));
      assertTrue(cost.memory() > 10 << 20, words + " takes " + cost.memory());
      assertTrue(cost.memory() < 400 << 20, words + " takes " + cost.memory());
      assertFalse(Files.exists(Path.of(out)), words);
    }
  }

  @Test
  void measureRemembersWhatWasWrittenAndNotWhere() throws Exception {
    byte[] image = AttackImages.distant(4600, 1L << 30);
    Cost cost = run(image, "measure", "-O", "qemu-mapped-ram", "IMAGE");
    assertTrue(cost.err().contains("never sent"), cost.err());
  }

  @Test
  void pageMayHaveAnyNumberOfDeltas() throws Exception {
    byte[] image = AttackImages.deltas(4_600_000);
    assertEquals(0, run(image, "dump", "--memory=sha256", "IMAGE").code());
  }

  /** Without this the others might measure nothing. */
  @Test
  void spaceIsMeasured() throws Exception {
    Cost cost = run(AttackImages.compressed(24 << 20), "check", "IMAGE");
    assertEquals(ExitCode.ODD, cost.code());
    assertTrue(cost.space() > 8 << 20, "space " + cost.space());
  }
}
