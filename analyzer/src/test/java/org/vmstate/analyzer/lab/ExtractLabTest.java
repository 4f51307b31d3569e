package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.analyzer.convert.Converter;
import org.vmstate.analyzer.extract.BlockFolder;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.formats.FormatId;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/** Memory and registers that we take out of an image are those that QEMU dumps of the guest. */
class ExtractLabTest {
  private static final String XML = "<domain type='qemu'><name>extract</name></domain>";

  @TempDir Path folder;

  private Libvirt libvirt;

  @AfterEach
  void stop() throws Exception {
    if (libvirt != null) {
      libvirt.destroy(Libvirt.NAME);
    }
  }

  private Path elf(Path image, boolean pipe) throws IOException {
    Path file = folder.resolve("our.core");
    try (Destination out = Destination.file(file, true, false);
        InputStream stream = Files.newInputStream(image);
        ByteSource source = pipe ? ImageReader.open(stream) : ImageReader.open(image)) {
      Conversions.extractor().elf(source, pipe ? null : image, out);
      out.commit(Outcome.WHOLE, false);
    }
    return file;
  }

  private Path converted(Path image, FormatId format) throws IOException {
    Path file = folder.resolve(format.label());
    ConvertOptions options = ConvertOptions.to(format);
    options = format.isLibvirt() ? options.withXml(XML) : options;
    try (Destination out = Destination.file(file, true, false);
        ByteSource source = ImageReader.open(image)) {
      new Converter(options, ParseOptions.DEFAULT, Progress.NONE, note -> {})
          .convert(source, image, out);
      out.commit(Outcome.WHOLE, false);
    }
    return file;
  }

  /** QEMU has no VMCOREINFO when the guest's kernel has no driver for the device. */
  private static List<String> registers(CoreFile core) {
    return core.notes().stream().filter(n -> !n.startsWith("VMCOREINFO")).toList();
  }

  private void equal(Path dump, Path image, boolean pipe) throws IOException {
    try (CoreFile theirs = CoreFile.open(dump);
        CoreFile ours = CoreFile.open(elf(image, pipe))) {
      assertEquals(theirs.kind(), ours.kind());
      assertEquals(theirs.ranges(), ours.ranges(), image.toString());
      assertEquals(registers(theirs), registers(ours), image.toString());
      assertEquals(-1, theirs.difference(ours), image.toString());
      assertEquals(
          -1,
          theirs.differenceFlat(Conversions.raw(image, folder.resolve("our.raw"))),
          image.toString());
    }
  }

  private void equalInEveryForm(Path dump, Path image) throws IOException {
    equal(dump, image, false);
    equal(dump, image, true);
    for (FormatId format :
        List.of(FormatId.QEMU_MAPPED_RAM, FormatId.LIBVIRT_ZSTD, FormatId.LIBVIRT_SPARSE)) {
      Path other = converted(image, format);
      equal(dump, other, false);
      Files.delete(other);
    }
  }

  private List<String> linux(Path lab) {
    List<String> all = new ArrayList<>(LinuxGuest.kernel(lab, 8));
    all.addAll(List.of("-serial", "file:" + folder.resolve("serial.log")));
    return all;
  }

  /** Waits until the guest's first program runs: kernel, page tables and all CPUs are up. */
  private void awaitLinux() throws Exception {
    Lab.await(folder.resolve("serial.log"), "TICK 2 OK");
  }

  private Path dump(Qemu qemu) throws IOException {
    Path dump = folder.resolve("qemu.core");
    qemu.call(
        "dump-guest-memory", "{\"paging\": false, \"protocol\": \"file:%s\"}".formatted(dump));
    return dump;
  }

  @ParameterizedTest
  @CsvSource({
    "x86_64, -M pc -m 128 -smp 4 -nodefaults",
    "x86_64, -M q35 -m 128 -smp 4 -nodefaults",
    "x86_64, '-M q35,max-ram-below-4g=64M -m 96 -nodefaults'",
    "x86_64, -M pc -m 64",
    "x86_64, -M q35 -m 64",
    "x86_64, -M isapc -m 32",
    "x86_64, -M microvm -m 64 -nodefaults",
    "x86_64, '-M q35 -m 192M,slots=2,maxmem=2G -nodefaults"
        + " -object memory-backend-ram,id=zz,size=128M -object memory-backend-ram,id=aa,size=64M"
        + " -numa node,memdev=zz -numa node,memdev=aa'",
    "aarch64, -M virt -cpu cortex-a57 -m 64 -smp 2 -nodefaults",
    "riscv64, -M virt -m 64 -smp 2 -nodefaults",
    "loongarch64, -M virt -m 1G -smp 2 -nodefaults",
    "s390x, -M s390-ccw-virtio -m 64 -smp 2 -nodefaults -no-shutdown",
    "ppc64, -M pseries -m 256 -nodefaults -vga none"
  })
  void coreIsThatOfQemu(String target, String machine) throws Exception {
    Path lab = Lab.require();
    List<String> arguments = new ArrayList<>(List.of(machine.split(" ")));
    arguments.addAll(List.of("-accel", "tcg"));
    boolean linux = machine.contains("-smp 4") || machine.contains("memdev");
    if (linux) {
      arguments.addAll(linux(lab));
    }
    Path image = folder.resolve("image");
    Path dump;
    MonitorAddresses seen = null;
    try (Qemu qemu = Qemu.start(folder, target, arguments)) {
      if (linux) {
        awaitLinux();
      } else {
        Thread.sleep(3000);
      }
      if (machine.contains("memdev")) {
        qemu.call(
            "object-add",
            "{\"qom-type\": \"memory-backend-ram\", \"id\": \"d0\", \"size\": 134217728}");
        qemu.call("device_add", "{\"driver\": \"pc-dimm\", \"id\": \"p\", \"memdev\": \"d0\"}");
        Thread.sleep(2000);
      }
      qemu.call("stop");
      dump = dump(qemu);
      if (machine.contains("-smp 4")) {
        seen = MonitorAddresses.ask(qemu, folder, 3, Integer.getInteger("addresses", 1000));
      }
      qemu.save("file:" + image);
    }
    equalInEveryForm(dump, image);
    if (machine.contains("-smp 4")) {
      seen.requireSame(image, Conversions.extractor());
      readByGdb(image);
    }
  }

  /** The debugger shows the registers of each CPU. */
  private void readByGdb(Path image) throws Exception {
    Path core = elf(image, false);
    Path said = folder.resolve("gdb.out");
    String script =
        "gdb -batch -nx -ex 'info threads' -ex 'info registers rip' -ex 'bt 1' -ex 'thread 2' -ex"
            + " 'p/x $rsp' -c '%s' >'%s' 2>&1";
    Lab.run(folder.resolve("err"), "sh", "-c", script.formatted(core, said));
    String text = Files.readString(said);
    assertTrue(text.contains("LWP 4"), text);
    // the first CPU may run a program; its threads are named by the address that they stand at
    Matcher rip = Pattern.compile("(?m)^rip +0x([0-9a-f]+) ").matcher(text);
    assertTrue(rip.find(), text);
    assertTrue(
        text.contains("#0  0x%016x in".formatted(Long.parseUnsignedLong(rip.group(1), 16))), text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mapped-ram", "xbzrle"})
  void liveAndMappedSavesHoldTheSame(String capability) throws Exception {
    Path lab = Lab.require();
    List<String> arguments =
        new ArrayList<>(List.of("-M", "q35", "-m", "128", "-nodefaults", "-accel", "tcg"));
    arguments.addAll(linux(lab));
    Path image = folder.resolve("image");
    Path dump;
    try (Qemu qemu = Qemu.start(folder, "x86_64", arguments)) {
      awaitLinux();
      qemu.enable(capability);
      if (capability.equals("xbzrle")) {
        qemu.call("migrate-set-parameters", "{\"max-bandwidth\": 30000000}");
      }
      qemu.save("file:" + image);
      dump = dump(qemu);
    }
    equal(dump, image, false);
  }

  @Test
  void libvirtImagesHoldTheSame() throws Exception {
    Path lab = Lab.require();
    libvirt = Libvirt.start(lab, folder);
    Path log = Libvirt.IMAGES.resolve(Libvirt.NAME + ".log");
    Files.deleteIfExists(log);
    Path xml = folder.resolve("domain.xml");
    Files.writeString(xml, Libvirt.domain(Libvirt.NAME, log, ""));
    libvirt.virsh("create", xml.toString());
    Lab.await(log, "TICK 2 OK");
    libvirt.virsh("suspend", Libvirt.NAME);
    Path dump = folder.resolve("virsh.core");
    libvirt.virsh("dump", Libvirt.NAME, dump.toString(), "--memory-only");
    for (String format : List.of("zstd", "sparse", "lzop")) {
      Path image = folder.resolve(format);
      libvirt.virsh("save", Libvirt.NAME, image.toString(), "--image-format", format, "--paused");
      equal(dump, image, false);
      libvirt.virsh("restore", image.toString(), "--paused");
    }
  }

  @Test
  void foldersOfBlocksAndPagesAreTheSameMemory() throws Exception {
    Lab.require();
    Path image = folder.resolve("image");
    try (Qemu qemu =
        Qemu.start(folder, "x86_64", "-M", "q35", "-m", "32", "-nodefaults", "-accel", "tcg")) {
      Thread.sleep(2000);
      qemu.call("stop");
      qemu.save("file:" + image);
    }
    Path blocks = folder.resolve("blocks");
    try (BlockFolder out = BlockFolder.create(blocks);
        ByteSource source = ImageReader.open(image)) {
      Conversions.extractor().blocks(source, image, out);
      out.commit(Outcome.WHOLE, false);
    }
    byte[] memory = Files.readAllBytes(blocks.resolve("pc.ram"));
    assertEquals(32 << 20, memory.length);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ByteSource source = ImageReader.open(image)) {
      Conversions.extractor().pages(source, "pc.ram", 0, -1, bytes);
    }
    assertTrue(Arrays.equals(memory, bytes.toByteArray()));
    try (Stream<Path> files = Files.list(blocks)) {
      assertEquals(Reads.hashes(image).size(), files.count());
    }
  }
}
