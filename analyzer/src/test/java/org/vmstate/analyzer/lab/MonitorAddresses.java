package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vmstate.analyzer.extract.Extractor;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.io.ByteSource;

/**
 * What a paused guest's QEMU says of virtual addresses: where they are, by the walk through the
 * page tables that its gdb stub makes too, and what is there.
 */
final class MonitorAddresses {
  /** Registers of Linux that point into different parts of the kernel's addresses. */
  private static final Pattern BASES =
      Pattern.compile("\\b(?:RIP|RSP|RDI|RSI|GS =\\w+|[GI]DT=) *=? *([0-9a-f]{16})");

  private static final Pattern FOUND = Pattern.compile("gpa: (?:0x)?([0-9a-f]+)");
  private static final int SPREAD = 64 << 20;
  private static final int LENGTH = 64;
  private static final int READ = 8;

  private final int cpu;
  private final Map<Long, OptionalLong> places = new TreeMap<>(Long::compareUnsigned);
  private final Map<Long, byte[]> content = new TreeMap<>(Long::compareUnsigned);

  private MonitorAddresses(int cpu) {
    this.cpu = cpu;
  }

  /** Asks about addresses around the registers of a CPU, half of them close to those. */
  static MonitorAddresses ask(Qemu qemu, Path folder, int cpu, int count) throws IOException {
    MonitorAddresses result = new MonitorAddresses(cpu);
    List<Long> bases = new ArrayList<>();
    Matcher registers = BASES.matcher(result.monitor(qemu, "info registers"));
    while (registers.find()) {
      bases.add(Long.parseUnsignedLong(registers.group(1), 16));
    }
    assertTrue(bases.size() >= 4, "registers " + bases.size());
    Random random = new Random(18);
    while (result.places.size() < count) {
      long base = bases.get(random.nextInt(bases.size()));
      int spread = random.nextBoolean() ? SPREAD : 16 << 10;
      result.place(qemu, base + random.nextInt(2 * spread) - spread);
    }
    List<Long> mapped =
        result.places.keySet().stream().filter(a -> result.places.get(a).isPresent()).toList();
    assertTrue(mapped.size() > count / 8, mapped.size() + " of " + count + " are mapped");
    for (int i = 0; i < READ; i++) {
      result.read(qemu, folder, mapped.get(random.nextInt(mapped.size())) & -LENGTH);
    }
    return result;
  }

  private String monitor(Qemu qemu, String command) throws IOException {
    return qemu.call(
            "human-monitor-command",
            "{\"command-line\": \"%s\", \"cpu-index\": %s}".formatted(command, cpu))
        .asText();
  }

  private void place(Qemu qemu, long address) throws IOException {
    String said = monitor(qemu, "gva2gpa 0x" + Long.toHexString(address));
    Matcher found = FOUND.matcher(said);
    assertTrue(found.find() || said.contains("Unmapped"), said);
    places.put(
        address,
        said.contains("Unmapped")
            ? OptionalLong.empty()
            : OptionalLong.of(Long.parseUnsignedLong(found.group(1), 16)));
  }

  private void read(Qemu qemu, Path folder, long address) throws IOException {
    Path file = folder.resolve("memsave");
    Files.deleteIfExists(file);
    qemu.call(
        "memsave",
        "{\"val\": %s, \"size\": %s, \"filename\": \"%s\", \"cpu-index\": %s}"
            .formatted(address, LENGTH, file, cpu));
    if (Files.exists(file) && Files.size(file) == LENGTH) {
      content.put(address, Files.readAllBytes(file));
    }
  }

  /** Compares with what we make of the image. */
  void requireSame(Path image, Extractor extractor) throws IOException {
    try (ByteSource source = ImageReader.open(image)) {
      List<Long> addresses = List.copyOf(places.keySet());
      List<OptionalLong> ours = extractor.translate(source, cpu, addresses);
      for (int i = 0; i < addresses.size(); i++) {
        assertEquals(
            places.get(addresses.get(i)), ours.get(i), "0x" + Long.toHexString(addresses.get(i)));
      }
    }
    assertTrue(!content.isEmpty(), "nothing was read");
    for (Map.Entry<Long, byte[]> entry : content.entrySet()) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ByteSource source = ImageReader.open(image)) {
        extractor.virtual(source, cpu, entry.getKey(), LENGTH, bytes);
      }
      assertArrayEquals(
          entry.getValue(), bytes.toByteArray(), "0x" + Long.toHexString(entry.getKey()));
    }
    System.out.println(places.size() + " virtual addresses of CPU " + cpu + " as QEMU has them");
  }
}
