package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.check.CheckOptions;
import org.vmstate.analyzer.check.CheckResult;
import org.vmstate.analyzer.check.Checker;
import org.vmstate.analyzer.check.DiskState;
import org.vmstate.analyzer.check.Finding;
import org.vmstate.analyzer.check.Target;
import org.vmstate.analyzer.host.DataMap;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.upgrade.TargetCheck;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.qcow2.Qcow2Format;
import org.vmstate.formats.rule.QemuRelease;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.container.Container;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.qcow2.NoSuchSnapshotException;

/** What makes a loadvm fail is said by a check, and QEMU says it when the disk is reverted. */
class DiskLoadsLabTest {
  private static final String TAG = "good";
  private static final List<String> RNG = List.of("-device", "virtio-rng-pci");

  @TempDir Path folder;

  /** By the arguments of the machine, whose type tells the release. */
  private final Map<List<String>, Target> targets = new HashMap<>();

  private Path lab;
  private Path plain;
  private Path disk;

  @BeforeEach
  void stateInADisk() throws Exception {
    lab = Lab.require();
    Files.write(folder.resolve("blank.bin"), new byte[64 << 10]);
    plain = folder.resolve("plain");
    disk = create("disk.qcow2");
    try (Qemu qemu = start(Release.V10_0, machine("pc-i440fx-10.0", 16, RNG), disk)) {
      qemu.monitor("savevm " + TAG);
      qemu.save("file:" + plain);
      qemu.quit();
    }
  }

  private Path create(String name) throws Exception {
    Path file = folder.resolve(name);
    new Snapshots(folder).create(file, "cluster_size=64K", "1M");
    return file;
  }

  private List<String> machine(String type, int mebibytes, List<String> devices) {
    List<String> words = new ArrayList<>(List.of("-M", type, "-m", "" + mebibytes, "-bios"));
    words.addAll(List.of(folder.resolve("blank.bin").toString(), "-nodefaults", "-S"));
    words.addAll(List.of("-accel", "tcg"));
    words.addAll(devices);
    return words;
  }

  private Qemu start(Release release, List<String> machine, Path file) throws Exception {
    List<String> words = new ArrayList<>(machine);
    words.add("-blockdev");
    words.add("driver=qcow2,node-name=d0,file.driver=file,file.filename=" + file);
    return release.start(lab, folder, words);
  }

  private Target facts(Release release, List<String> machine) throws Exception {
    Target known = targets.get(machine);
    if (known != null) {
      return known;
    }
    Target target = release.asked(lab, folder, machine);
    targets.put(machine, target);
    return target;
  }

  /** Returns the errors that a check finds and what it says of the loader. */
  private static String said(Path file, Release release, Optional<Target> target)
      throws IOException {
    QemuRelease number = QemuRelease.of(release.toString()).orElseThrow();
    CheckOptions options = new CheckOptions(DataMap.SOLID, 0, "", target, List.of()).with(number);
    CheckResult result;
    try (Container container = Container.open(ImageReader.open(file), file)) {
      Optional<DiskState> disk =
          container.disk().isEmpty()
              ? Optional.empty()
              : Optional.of(DiskState.of(container.disk().get(), Optional.of(TAG)));
      ByteSource state = container.state(Optional.of(TAG));
      result = new TargetCheck(ParseOptions.DEFAULT, options.in(disk)).check(state);
    } catch (StateFormatException e) {
      result = new Checker(ParseOptions.DEFAULT, options).unopened(e);
    }
    return Checks.errors(result).stream()
        .map((Finding f) -> f.text() + " " + f.loader(number))
        .collect(Collectors.joining("\n"));
  }

  /** Returns what QEMU says when it loads the state from a copy. */
  private String loaded(Path file, Release release, List<String> machine, String... capabilities)
      throws Exception {
    Path copy = folder.resolve("copy.qcow2");
    Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
    try (Qemu qemu = start(release, machine, copy)) {
      qemu.enable(capabilities);
      String words = qemu.monitorPrints("loadvm " + TAG);
      return words + qemu.printed();
    }
  }

  private void fails(String what, String message, Path file, Release release, List<String> machine)
      throws Exception {
    fails(what, message, message, file, release, machine);
  }

  /** Both speak of an error, QEMU in its words and the check quotes it or has its own. */
  private void fails(
      String what, String ours, String theirs, Path file, Release release, List<String> machine)
      throws Exception {
    byte[] before = Files.readAllBytes(file);
    String foretold = said(file, release, Optional.of(facts(release, machine)));
    assertTrue(foretold.contains(ours), what + ": check says '" + foretold + "'");
    assertEquals(ByteBuffer.wrap(before), ByteBuffer.wrap(Files.readAllBytes(file)), what);
    String words = loaded(file, release, machine);
    assertTrue(words.contains(theirs), what + ": QEMU says '" + words + "'");
  }

  private Path holding(byte[] state) throws Exception {
    Path file = folder.resolve("changed.qcow2");
    try (Destination target = Destination.newDisk(file, true, TAG)) {
      target.append(state);
      target.commit(Outcome.WHOLE, false);
    }
    return file;
  }

  private byte[] changed(String from, String to) throws IOException {
    String all = Files.readString(plain, StandardCharsets.ISO_8859_1);
    assertTrue(all.contains(from), from);
    return all.replace(from, to).getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Changes a word of the tables: one of the snapshot's L1 table, or of its L2 table. */
  private Path withTables(boolean inner, int index, long value) throws IOException {
    ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(disk));
    int snapshot = (int) all.getLong(64);
    int l1 = (int) all.getLong(snapshot);
    int place = l1 + Long.BYTES;
    if (inner) {
      place = (int) (all.getLong(place) & Qcow2Format.OFFSET_MASK) + index * Long.BYTES;
    }
    all.putLong(place, all.getLong(place) + value);
    return Files.write(folder.resolve("tables.qcow2"), all.array());
  }

  @Test
  void loadThatWouldFailIsForetold() throws Exception {
    List<String> same = machine("pc-i440fx-10.0", 16, RNG);
    Release now = Release.V10_0;
    assertEquals("", said(disk, now, Optional.of(facts(now, same))));
    assertEquals("", loaded(disk, Release.V11_1, same));

    Path file = holding(changed("virtio-rng", "virtio-xyz"));
    String unknown = "Unknown savevm section or instance '0000:00:02.0/virtio-xyz' 0";
    fails("device", unknown, file, now, same);
    file = holding(changed("pc-i440fx-10.0", "pc-i440fx-66.6"));
    fails("machine", "Machine type received is 'pc-i440fx-66.6'", file, now, same);
    file = holding(changed("QEVM", "QEVX"));
    fails("magic", "Not a migration stream", file, now, same);
    file = holding(changed("\5timer\0\0\0\0\0\0\0\2", "\5timer\0\0\0\0\0\0\0\143"));
    fails("version", "unsupported version 99 for 'timer'", file, now, same);
    byte[] state = Files.readAllBytes(plain);
    file = holding(Arrays.copyOf(state, state.length / 3));
    fails("cut", "no end of section", "Error", file, now, same);

    List<String> other = machine("pc-q35-10.0", 16, RNG);
    fails("q35", "Machine type received is 'pc-i440fx-10.0'", disk, now, other);
    other = machine("pc-i440fx-10.0", 16, List.of());
    unknown = "Unknown savevm section or instance '0000:00:02.0/virtio-rng' 0";
    fails("no device", unknown, disk, now, other);
    other = machine("pc-i440fx-10.0", 32, RNG);
    fails("memory", "Size mismatch: pc.ram: 0x1000000 != 0x2000000", disk, now, other);
    other = machine("pc-i440fx-7.2", 16, RNG);
    String machine = "Machine type received is 'pc-i440fx-10.0' and local is 'pc-i440fx-7.2'";
    fails("release", machine, disk, Release.V7_2, other);

    String lost = "Resource temporarily unavailable";
    String odd = "Input/output error";
    fails("L2 away", "L2 table: expected", lost, withTables(false, 0, 1L << 40), now, same);
    fails("L2 odd", "L2 table: expected", odd, withTables(false, 0, 512), now, same);
    fails("data away", "cluster: expected", lost, withTables(true, 1, 1L << 40), now, same);
    fails("data odd", "cluster: expected", odd, withTables(true, 1, 512), now, same);
  }

  @Test
  void diskThatQemuDoesNotRevertIsNamed() throws Exception {
    Path marked = Files.copy(disk, folder.resolve("marked.qcow2"));
    Snapshots images = new Snapshots(folder);
    assertEquals(0, images.image("bitmap", "--add", marked.toString(), "b0").exitCode());
    for (Release release : Release.values()) {
      List<String> same = machine("pc", 16, RNG);
      assertTrue(
          said(marked, release, Optional.empty()).contains("Device has active dirty bitmaps"));
      String words = loaded(marked, release, same);
      assertTrue(words.contains("Device has active dirty bitmaps"), release + ": " + words);
    }
    Path mapped = create("mapped.qcow2");
    List<String> same = machine("pc-i440fx-10.0", 16, RNG);
    try (Qemu qemu = start(Release.V11_1, same, mapped)) {
      qemu.enable("mapped-ram");
      qemu.monitor("savevm " + TAG);
      qemu.quit();
    }
    assertEquals("", said(mapped, Release.V11_1, Optional.empty()));
    assertTrue(
        said(mapped, Release.V10_0, Optional.empty()).contains("Error reading dirty bitmap"));
    String words = loaded(mapped, Release.V10_0, same, "mapped-ram");
    assertTrue(words.contains("Error reading dirty bitmap"), words);

    Path bare = create("bare.qcow2");
    assertEquals(0, images.image("snapshot", "-c", TAG, bare.toString()).exitCode());
    assertThrows(NoSuchSnapshotException.class, () -> said(bare, Release.V10_0, Optional.empty()));
    assertTrue(loaded(bare, Release.V10_0, same).contains("disk-only snapshot"));
  }

  /** Why to ask before: QEMU reverts first. */
  @Test
  void failedLoadHasRevertedTheDisk() throws Exception {
    Path errors = folder.resolve("errors");
    String file = disk.toString();
    assertEquals(0, Lab.run(errors, "qemu-io", "-c", "write -P 0xaa 0 64k", file).exitCode());
    assertEquals(0, Lab.run(errors, "qemu-io", "-c", "read -P 0xaa 0 64k", file).exitCode());
    List<String> without = machine("pc-i440fx-10.0", 16, List.of());
    try (Qemu qemu = start(Release.V10_0, without, disk)) {
      assertTrue(qemu.monitorPrints("loadvm " + TAG).contains("virtio-rng"));
      qemu.quit();
    }
    assertEquals(0, Lab.run(errors, "qemu-io", "-c", "read -P 0 0 64k", file).exitCode());
  }
}
