package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.io.ByteSource;

/**
 * What we read at virtual addresses of a Linux guest is what a debugger reads there. QEMU's stub
 * for riscv64 refuses pages that the CPU's mode may not read, those of the kernel while a program
 * runs and the other way round; we ask only whether a page is mapped. Devices are not read: QEMU's
 * interrupt controller for Arm wants to know which CPU reads, for the debugger none does, and QEMU
 * ends by a signal.
 */
class VirtualAddressesLabTest {
  private static final Pattern REGISTER = Pattern.compile("\\b[0-9a-f]{16}\\b");
  private static final Pattern PHYSICAL = Pattern.compile("gpa: (?:0x)?([0-9a-f]+)");
  private static final Pattern MEMORY =
      Pattern.compile("([0-9a-f]{16})-([0-9a-f]{16}) \\(prio \\d+, ram\\)");
  private static final int CPUS = 2;
  private static final int SPREAD = 64 << 20;
  private static final int NEAR = 16 << 10;
  private static final int LENGTH = 8;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "x86_64, ., -M q35, ttyS0",
    "aarch64, arm64, -M virt -cpu cortex-a57, ttyAMA0",
    "s390x, s390x, -M s390-ccw-virtio, ttyS0",
    "riscv64, riscv64, -M virt, ttyS0"
  })
  void memoryIsThatOfTheDebugger(String target, String arch, String machine, String console)
      throws Exception {
    Path lab = Lab.require().resolve(arch);
    Path serial = folder.resolve("serial");
    Path stub = Path.of("/tmp", "vmstate-gdb-" + ProcessHandle.current().pid());
    List<String> arguments = new ArrayList<>(List.of(machine.split(" ")));
    arguments.addAll(List.of("-accel", "tcg", "-m", "256", "-smp", "" + CPUS, "-nodefaults"));
    arguments.addAll(List.of("-serial", "file:" + serial));
    arguments.addAll(List.of("-gdb", "unix:" + stub + ",server=on,wait=off"));
    arguments.addAll(List.of("-kernel", lab.resolve("vmlinuz").toString()));
    arguments.addAll(List.of("-initrd", lab.resolve("initrd.gz").toString()));
    arguments.addAll(List.of("-append", "console=" + console + " quiet FILL=8"));
    Path image = folder.resolve("image");
    List<Map<Long, Optional<byte[]>>> seen = new ArrayList<>();
    try (Qemu qemu = Qemu.start(folder, target, arguments)) {
      Lab.await(serial, "TICK 1 OK");
      qemu.call("stop");
      qemu.save("file:" + image);
      try (DebuggerStub debugger = DebuggerStub.connect(stub)) {
        Memory memory = Memory.of(qemu);
        for (int cpu = 0; cpu < CPUS; cpu++) {
          debugger.choose(cpu);
          List<Long> bases = registers(qemu, cpu);
          Asked asked = new Asked(qemu, memory, debugger, cpu);
          seen.add(asked.around(bases, Integer.getInteger("addresses", 1000) / CPUS));
        }
      }
    } finally {
      Files.deleteIfExists(stub);
    }
    Path raw = Conversions.raw(image, folder.resolve("raw"));
    for (int cpu = 0; cpu < CPUS; cpu++) {
      requireSame(image, raw, cpu, seen.get(cpu), target.equals("riscv64"));
    }
  }

  private static List<Long> registers(Qemu qemu, int cpu) throws IOException {
    List<Long> bases = new ArrayList<>();
    Matcher registers = REGISTER.matcher(monitor(qemu, cpu, "info registers"));
    while (registers.find()) {
      long value = Long.parseUnsignedLong(registers.group(), 16);
      if (value >>> 12 != 0) {
        bases.add(value);
      }
    }
    return bases;
  }

  private static String monitor(Qemu qemu, int cpu, String command) throws IOException {
    return qemu.call(
            "human-monitor-command",
            "{\"command-line\": \"%s\", \"cpu-index\": %d}".formatted(command, cpu))
        .asText();
  }

  /** Which physical addresses are memory and not devices or ROM, as QEMU tells it. */
  private record Memory(NavigableMap<Long, Long> ends) {
    static Memory of(Qemu qemu) throws IOException {
      NavigableMap<Long, Long> ends = new TreeMap<>(Long::compareUnsigned);
      for (String view : monitor(qemu, 0, "info mtree -f").split("FlatView ")) {
        if (view.contains("AS \"memory\"")) {
          view.lines()
              .map(MEMORY::matcher)
              .filter(Matcher::find)
              .forEach(
                  m ->
                      ends.put(
                          Long.parseUnsignedLong(m.group(1), 16),
                          Long.parseUnsignedLong(m.group(2), 16)));
        }
      }
      assertFalse(ends.isEmpty(), "memory");
      return new Memory(ends);
    }

    boolean holds(long address) {
      Map.Entry<Long, Long> range = ends.floorEntry(address);
      return range != null && Long.compareUnsigned(address, range.getValue()) <= 0;
    }
  }

  /** Asks for the memory of a CPU. */
  private record Asked(Qemu qemu, Memory memory, DebuggerStub debugger, int cpu) {
    /** Reads around what registers point to: half of the addresses close to it. */
    Map<Long, Optional<byte[]>> around(List<Long> bases, int count) throws IOException {
      assertTrue(bases.size() >= 4, "registers " + bases.size());
      Map<Long, Optional<byte[]>> seen = new TreeMap<>(Long::compareUnsigned);
      Random random = new Random(18);
      while (seen.size() < count) {
        int spread = random.nextBoolean() ? SPREAD : NEAR;
        long base = bases.get(random.nextInt(bases.size()));
        long address = base + random.nextInt(2 * spread) - spread & -LENGTH;
        if (!isDevice(address)) {
          seen.put(address, debugger.read(address, LENGTH));
        }
      }
      return seen;
    }

    private boolean isDevice(long address) throws IOException {
      String said = monitor(qemu, cpu, "gva2gpa 0x" + Long.toHexString(address));
      Matcher physical = PHYSICAL.matcher(said);
      return physical.find() && !memory.holds(Long.parseUnsignedLong(physical.group(1), 16));
    }
  }

  private static void requireSame(
      Path image, Path raw, int cpu, Map<Long, Optional<byte[]>> seen, boolean checksPrivilege)
      throws IOException {
    List<Long> addresses = List.copyOf(seen.keySet());
    List<OptionalLong> ours;
    try (ByteSource source = ImageReader.open(image)) {
      ours = Conversions.extractor().translate(source, cpu, addresses);
    }
    int mapped = 0;
    int refused = 0;
    try (FileChannel memory = FileChannel.open(raw)) {
      for (int i = 0; i < addresses.size(); i++) {
        long address = addresses.get(i);
        String name = "CPU " + cpu + " 0x" + Long.toHexString(address);
        Optional<byte[]> theirs = seen.get(address);
        if (ours.get(i).isEmpty()) {
          assertEquals(Optional.empty(), theirs, name);
          continue;
        }
        long physical = ours.get(i).getAsLong();
        name += ", ours 0x" + Long.toHexString(physical);
        if (theirs.isEmpty()) {
          assertTrue(checksPrivilege, name + ", is not mapped");
          refused++;
          continue;
        }
        ByteBuffer bytes = ByteBuffer.allocate(LENGTH);
        memory.read(bytes, physical);
        assertArrayEquals(theirs.get(), bytes.array(), name);
        mapped++;
      }
    }
    // a processor that waits before it has paging points to little: 21 of 500 were seen
    assertTrue(mapped > addresses.size() / 50, mapped + " of " + addresses.size() + " are mapped");
    long one = addresses.stream().filter(a -> seen.get(a).isPresent()).findFirst().orElseThrow();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ByteSource source = ImageReader.open(image)) {
      Conversions.extractor().virtual(source, cpu, one, LENGTH, bytes);
    }
    assertArrayEquals(seen.get(one).get(), bytes.toByteArray(), "0x" + Long.toHexString(one));
    System.out.println(
        addresses.size()
            + " virtual addresses of CPU "
            + cpu
            + ", "
            + mapped
            + " with memory, "
            + refused
            + " refused");
  }
}
