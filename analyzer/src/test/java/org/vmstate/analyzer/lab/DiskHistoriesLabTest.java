package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.output.ImageSource;
import org.vmstate.formats.FormatId;

/**
 * A disk with a past: states that were loaded and replaced by smaller ones, deleted, written over,
 * of a disk of another size, with names that are other snapshots' ids. Each is what a plain save of
 * the same paused guest is, and what is written beside them loads.
 */
class DiskHistoriesLabTest {
  private static final int NOISE_AT = 0x10000;
  private static final int NOISE = 0x80000;
  private static final int BIOS = 64 << 10;

  /**
   * Firmware that makes the noise zeros and halts: for ES from 1000 to 8000, 32768 words each. It
   * is started by the jump at its end, where the processor begins.
   */
  private static final String CODE = "b800108ec031ff89c331c0b90080f3ab89d80500103d009075e9f4ebfd";

  private static final String JUMP = "ea000000f0";

  @TempDir Path folder;

  private Path lab;
  private Path disk;
  private List<String> machine;

  /** Plain saves by the name of the snapshot that was made at the same time. */
  private final Map<String, Path> saves = new LinkedHashMap<>();

  @BeforeEach
  void prepare() throws IOException {
    lab = Lab.require();
    disk = folder.resolve("disk.qcow2");
    byte[] bios = new byte[BIOS];
    byte[] code = HexFormat.of().parseHex(CODE);
    System.arraycopy(code, 0, bios, 0, code.length);
    byte[] jump = HexFormat.of().parseHex(JUMP);
    System.arraycopy(jump, 0, bios, BIOS - 16, jump.length);
    Path firmware = Files.write(folder.resolve("bios"), bios);
    byte[] bytes = new byte[NOISE];
    new Random(15).nextBytes(bytes);
    Path noise = Files.write(folder.resolve("noise"), bytes);
    machine = new ArrayList<>(List.of("-M", "pc", "-m", "16", "-nodefaults", "-S"));
    machine.addAll(List.of("-accel", "tcg", "-vga", "std", "-bios", firmware.toString()));
    machine.add("-drive");
    machine.add("if=none,id=d,format=qcow2,file=" + disk);
    machine.addAll(List.of("-device", "virtio-blk-pci,drive=d", "-device"));
    machine.add("loader,force-raw=on,addr=" + NOISE_AT + ",file=" + noise);
  }

  /** All releases and kinds of disks are tried by hand, with -Dlab.disks=all. */
  @Test
  void eachStateIsWhatAPlainSaveIs() throws Exception {
    List<Release> releases =
        Snapshots.kinds().size() > 1
            ? List.of(Release.values())
            : List.of(Release.V5_2, Release.V11_1);
    for (Release release : releases) {
      for (String kind : Snapshots.kinds()) {
        // the old packages were built without zstd
        if (!kind.contains("zstd") || release.knowsMappedRam()) {
          history(release, kind);
        }
      }
    }
  }

  private void history(Release release, String kind) throws Exception {
    String what = release + ", " + kind + ": ";
    saves.clear();
    Files.deleteIfExists(disk);
    Snapshots snapshots = new Snapshots(folder);
    snapshots.create(disk, kind, "4M");
    try (Qemu qemu = release.start(lab, folder, machine.toArray(String[]::new))) {
      live(qemu, release, kind);
      qemu.quit();
    }
    assertEquals(List.copyOf(saves.keySet()), Snapshots.names(disk, true), what);
    requireSaved(what);
    long bigger = Files.size(saves.get("2"));
    long smaller = Files.size(saves.get("a smaller one"));
    assertTrue(bigger - smaller > NOISE / 2, what + bigger + " and " + smaller);
    snapshots.requireClean(disk, what);
    // the place of the last state is another's now, and of another length
    Snapshots.write(ImageSource.of(saves.get("2")), disk, "snapshot.name=1", FormatId.QEMU);
    Snapshots.write(ImageSource.of(saves.get("1")), disk, "ours", FormatId.QEMU);
    snapshots.requireClean(disk, what);
    saves.put("ours", saves.get("1"));
    saves.put("1", saves.get("2"));
    try (Qemu qemu = release.start(lab, folder, machine.toArray(String[]::new))) {
      for (String name : saves.keySet()) {
        load(qemu, name, what);
      }
      qemu.quit();
    }
    requireSaved(what);
  }

  private static void load(Qemu qemu, String name, String what) throws IOException {
    if (name.equals("mapped")) {
      loadMapped(qemu, what);
    } else {
      qemu.monitor("loadvm \"" + name + "\"");
      // V208: for the name that is an id, the snapshot of that id, which is without noise
      assertEquals(!name.equals("1"), isZero(qemu), what + name);
    }
  }

  /** V206: the pages of a paused guest stay where the state has zeros. */
  private static void loadMapped(Qemu qemu, String what) throws IOException {
    qemu.monitor("loadvm \"1\"");
    mappedRam(qemu, true);
    qemu.monitor("loadvm mapped");
    assertFalse(isZero(qemu), what + "paused");
    qemu.call("cont");
    qemu.monitor("loadvm mapped");
    assertTrue(isZero(qemu), what + "running");
    qemu.call("stop");
    mappedRam(qemu, false);
  }

  private static boolean isZero(Qemu qemu) throws IOException {
    return qemu.monitorPrints("xp /1wx " + (NOISE_AT + NOISE - 4)).endsWith("0x00000000");
  }

  private void requireSaved(String what) throws IOException {
    for (Map.Entry<String, Path> save : saves.entrySet()) {
      String name = save.getKey();
      Snapshots.requireSame(
          disk, "snapshot.name=" + name, ImageSource.of(save.getValue()), what + name);
    }
  }

  private void live(Qemu qemu, Release release, String kind) throws Exception {
    save(qemu, release, "a");
    save(qemu, release, "small");
    qemu.monitor("loadvm a");
    // its id is 3
    save(qemu, release, "2");
    // the clusters of the loaded state are its own, too, and it ends before they do
    save(qemu, release, "a smaller one");
    qemu.monitor("delvm a");
    saves.remove("a");
    qemu.monitor("qemu-io d \"write -q -P 7 1M 2M\"");
    // its id is 5
    save(qemu, release, "1");
    if (!kind.equals("compat=0.10")) {
      qemu.call("block_resize", "{\"device\": \"d\", \"size\": 7340032}");
      save(qemu, release, "after a resize");
      qemu.monitor("loadvm small");
      qemu.monitor("qemu-io d \"write -q -P 9 3M 1M\"");
      save(qemu, release, "small again");
    }
    if (release == Release.V11_1) {
      mappedRam(qemu, true);
      qemu.monitor("savevm mapped");
      mappedRam(qemu, false);
      saves.put("mapped", plain(qemu, release, "mapped"));
    }
  }

  /** Saves into the disk and beside it, and lets the guest go on to its end. */
  private void save(Qemu qemu, Release release, String name) throws Exception {
    qemu.monitor("savevm \"" + name + "\"");
    saves.put(name, plain(qemu, release, name));
    runToHalt(qemu);
  }

  private Path plain(Qemu qemu, Release release, String name) throws Exception {
    Path file = folder.resolve(name.replace(' ', '-') + ".img");
    qemu.save(release.to(file));
    return file;
  }

  private static void runToHalt(Qemu qemu) throws Exception {
    qemu.call("cont");
    for (int i = 0; i < 600 && !qemu.monitorPrints("info registers").contains("HLT=1"); i++) {
      Thread.sleep(20);
    }
    qemu.call("stop");
    assertTrue(isZero(qemu));
  }

  private static void mappedRam(Qemu qemu, boolean on) throws IOException {
    qemu.call(
        "migrate-set-capabilities",
        "{\"capabilities\": [{\"capability\": \"mapped-ram\", \"state\": " + on + "}]}");
  }
}
