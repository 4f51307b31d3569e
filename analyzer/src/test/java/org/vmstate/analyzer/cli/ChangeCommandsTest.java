package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vmstate.analyzer.cli.CommandRun.ok;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.host.HoleMap;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.samples.Samples;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.container.Container;
import org.vmstate.parser.io.ByteSource;

/** What edit, upgrade and extract accept, and how they say what they do not. */
class ChangeCommandsTest {
  private static final String SAMPLE = "sample:pc";
  private static final String SWITCHOVER = "bundled:switchover-10.0-to-7.2";

  @TempDir Path folder;

  private String out() {
    return folder.resolve("out").toString();
  }

  private void refused(String expected, String... words) throws IOException {
    CommandRun run = CommandRun.of(words);
    assertEquals(1, run.code(), run.err());
    assertTrue(run.err().contains(expected), run.err());
    assertFalse(Files.exists(Path.of(out())));
  }

  private String target(String machine, String offered) throws IOException {
    String facts =
        """
        {"format": "vmstate-img target", "version": 1, "qemu": "7.2.0", "arch": "x86_64",
         "machine": "%s", "machines": ["%s"], "ram_blocks": {}, "ram_block_limits": {},
         "capabilities": [], "known_capabilities": [],
         "cpu": {"type": "", "offered": [], "missing": []}, "devices": [], "virtio": [],
         "sections": [], "pci": {}, "description": "", "types": {}}
        """
            .formatted(machine, offered);
    return Files.writeString(folder.resolve("target.json"), facts).toString();
  }

  @Test
  void machineTypeThatTheTargetLacksBecomesItsOwn() throws IOException {
    String target = target("pc-i440fx-7.2", "pc-i440fx-7.2");
    CommandRun run = ok("upgrade", "--target", target, SAMPLE, out());
    assertTrue(run.err().contains("machine pc-i440fx-7.2"), run.err());
    assertTrue(run.err().contains("drop-command switchover-start"), run.err());
    CommandRun check = ok("check", "--target", target, out());
    assertTrue(check.out().contains("no errors"), check.out());
  }

  @Test
  void commandThatIsNotBetweenThePagesIsNotDropped() throws IOException {
    String target = target("pc-i440fx-7.2", "pc-i440fx-7.2");
    String without = folder.resolve("without").toString();
    ok("edit", "--drop-command", "switchover-start", SAMPLE, without);
    CommandRun run = ok("upgrade", "--target", target, without, out());
    assertFalse(run.err().contains("drop-command"), run.err());
    String expected = folder.resolve("expected").toString();
    ok("edit", "--machine", "pc-i440fx-7.2", without, expected);
    assertEquals(-1, Files.mismatch(Path.of(out()), Path.of(expected)));
  }

  @Test
  void holesOfAFixedLayoutStayHoles() throws IOException {
    Path image = folder.resolve("image");
    ok(
        "create",
        "-O",
        "qemu-mapped-ram",
        "--block",
        "pc.ram=64M",
        "--pages",
        "zero=100",
        "" + image);
    ok("edit", "-q", "--machine", "other", "" + image, out());
    try (HoleMap before = HoleMap.of(image);
        HoleMap after = HoleMap.of(Path.of(out()))) {
      long pages = 2 << 20;
      long end = pages + (60 << 20);
      assertEquals(before.nextData(pages, end), after.nextData(pages, end));
    }
  }

  @Test
  void machineTypeThatTheTargetOffersIsCuredByItsCommandLine() throws IOException {
    String target = target("pc-i440fx-11.1", "pc-i440fx-10.0");
    refused(
        "start the target with -M pc-i440fx-10.0", "upgrade", "--target", target, SAMPLE, out());
  }

  @Test
  void machineTypeOfAnotherFamilyIsNotPromisedACure() throws IOException {
    String target = target("pc-q35-7.2", "pc-q35-7.2");
    CommandRun check = CommandRun.of("check", "--target", target, SAMPLE);
    assertTrue(check.out().contains("does not offer pc-i440fx-10.0"), check.out());
    assertFalse(check.out().contains("upgrade --target gives it"), check.out());
    refused("start a target that offers it", "upgrade", "--target", target, SAMPLE, out());
  }

  @Test
  void fieldOfACompressedStreamIsChanged() throws IOException {
    Path file = folder.resolve("image.gz");
    try (OutputStream packed = new GZIPOutputStream(Files.newOutputStream(file))) {
      Samples.copy("pc", packed);
    }
    CommandRun run = ok("edit", "--set", "timer.cpu_ticks_offset=7", file.toString(), out());
    assertTrue(run.err().contains("not compressed"), run.err());
    String expected = folder.resolve("expected").toString();
    ok("edit", "-q", "--set", "timer.cpu_ticks_offset=7", SAMPLE, expected);
    assertEquals(-1, Files.mismatch(Path.of(out()), Path.of(expected)));
  }

  @Test
  void stateInADiskIsUpgradedIntoAFile() throws IOException {
    String disk = folder.resolve("disk.qcow2").toString();
    ok("convert", "-q", "-O", "qcow2", "-o", "snapshot=one", SAMPLE, disk);
    ok("convert", "-q", "--into", disk, "-o", "snapshot=two", SAMPLE);
    refused("-l", "upgrade", "--recipe", SWITCHOVER, disk, out());
    ok("upgrade", "-l", "two", "--recipe", SWITCHOVER, disk, out());
    String expected = folder.resolve("expected").toString();
    ok("upgrade", "--recipe", SWITCHOVER, SAMPLE, expected);
    assertEquals(-1, Files.mismatch(Path.of(out()), Path.of(expected)));
    Files.delete(Path.of(out()));
    refused("is not a disk", "upgrade", "-l", "x", "--recipe", SWITCHOVER, expected, out());
  }

  @Test
  void recipeThatIsNotThereIsBlamedInsteadOfTheImage() throws IOException {
    refused("img: bundled:no: expected one of", "upgrade", "--recipe", "bundled:no", SAMPLE, out());
    refused(SWITCHOVER.substring(8), "upgrade", "--recipe", "bundled:no", SAMPLE, out());
    refused("img: no.yaml: is no file", "upgrade", "--recipe", "no.yaml", SAMPLE, out());
  }

  /** What xemu puts in front of a stream, of which it reads the length only. */
  private byte[] xemu(Path file) throws IOException {
    ByteBuffer front = ByteBuffer.allocate(22).put("xemu".getBytes(StandardCharsets.US_ASCII));
    front.putInt(1).putInt(10).put("0123456789".getBytes(StandardCharsets.US_ASCII));
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(front.array());
      Samples.copy("pc", out);
    }
    return front.array();
  }

  @Test
  void frontOfXemuIsKept() throws IOException {
    Path file = folder.resolve("xemu.bin");
    byte[] front = xemu(file);
    String drop = "vmmouse";
    ok("edit", "--drop", drop, file.toString(), out());
    byte[] changed = Files.readAllBytes(Path.of(out()));
    assertArrayEquals(front, Arrays.copyOf(changed, front.length));
    Path expected = folder.resolve("expected");
    ok("edit", "--drop", drop, SAMPLE, expected.toString());
    assertArrayEquals(
        Files.readAllBytes(expected), Arrays.copyOfRange(changed, front.length, changed.length));
    Files.delete(Path.of(out()));
    refused("give OUT", "edit", "--in-place", "--drop", drop, file.toString());
  }

  @Test
  void stateOfXemuIsChangedInPlace() throws IOException {
    Path file = folder.resolve("xemu.bin");
    byte[] front = xemu(file);
    byte[] before = Files.readAllBytes(file);
    String set = "cpu#0.env.tsc=0x1234";
    ok("edit", "--in-place", "--set", set, file.toString());
    byte[] changed = Files.readAllBytes(file);
    assertEquals(before.length, changed.length);
    assertArrayEquals(front, Arrays.copyOf(changed, front.length));
    ok("edit", "--set", set, SAMPLE, out());
    assertArrayEquals(
        Files.readAllBytes(Path.of(out())),
        Arrays.copyOfRange(changed, front.length, changed.length));
  }

  @Test
  void frontOfXemuIsKeptInADisk() throws IOException {
    Path file = folder.resolve("xemu.bin");
    byte[] front = xemu(file);
    Path disk = folder.resolve("disk.qcow2");
    try (Destination target = Destination.newDisk(disk, false, "xemu")) {
      target.append(Files.readAllBytes(file));
      target.commit(Outcome.WHOLE, false);
    }
    ok("edit", "--in-place", "--drop", "vmmouse", disk.toString());
    try (Container container = Container.open(ImageReader.open(disk), disk);
        ByteSource whole = container.whole(Optional.empty())) {
      assertEquals(front.length, Container.front(whole));
      ByteBuffer start = ByteBuffer.allocate(front.length);
      whole.copy(0, start);
      assertArrayEquals(front, start.array());
    }
    assertFalse(ok("dump", disk.toString()).out().contains("\"vmmouse\""));
  }

  @Test
  void longerBlockHasZeroPages() throws IOException {
    for (String sample : List.of("pc", "pc-mapped", "pc-xbzrle", "libvirt-zstd")) {
      ok("edit", "--force", "--resize-block", "pc.rom=256K", "sample:" + sample, out());
      CommandRun check = ok("check", out());
      assertTrue(check.out().contains("no errors"), check.out());
    }
  }

  @Test
  void subsectionsAreNearestToASubsection() throws IOException {
    refused("nearest are cpu#0.cpu/", "edit", "--remove-subsection", "cpu#0.env.no", SAMPLE, out());
  }

  @Test
  void sizesHaveTheUnitsOfCreate() throws IOException {
    refused("found 109951162777600", "edit", "--resize-block", "pc.ram=100t", SAMPLE, out());
  }

  @Test
  void samplesAreReadAndNotChangedInPlace() throws IOException {
    String set = "cpu.env.eip=0xfff0";
    refused("a sample is bundled", "edit", "--in-place", "--set", set, SAMPLE);
    refused("a sample is bundled", "edit", "--in-place", "--paused", SAMPLE);
    refused("samples' lists them", "edit", "--set", set, "sample:no", out());
    refused("samples' lists them", "edit", "--paused", "sample:no", out());
    refused("samples' lists them", "upgrade", "--recipe", SWITCHOVER, "sample:no", out());
    ok("edit", "--set", set, SAMPLE, out());
  }

  @Test
  void lastPartOfADevicePathNamesASection() throws IOException {
    ok("extract", "--device", "I440FX", SAMPLE, out());
    Files.delete(Path.of(out()));
    ok("edit", "--drop", "piix4_pm#0", SAMPLE, out());
    Files.delete(Path.of(out()));
    refused("nearest are 0000:00:00.0/I440FX#0", "edit", "--drop", "i440FX", SAMPLE, out());
    List<String> several = List.of("i8259#0", "i8259#1");
    refused(String.join(", ", several), "extract", "--device", "i8259", SAMPLE, out());
    CommandRun run = CommandRun.of("extract", "--device", "i8259", SAMPLE);
    assertTrue(run.err().contains(String.join(", ", several)), run.err());
    assertEquals("", run.out());
    assertEquals(16, ok("extract", "--device", several.getLast(), SAMPLE).out().length());
    refused(String.join(", ", several), "edit", "--drop", "i8259", SAMPLE, out());
    ok("extract", "--device", several.getLast(), SAMPLE, out());
  }
}
