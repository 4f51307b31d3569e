package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.host.ImageWriters;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.DiskPlace;
import org.vmstate.analyzer.output.ImageSource;
import org.vmstate.analyzer.output.StoppedUpdate;
import org.vmstate.formats.FormatId;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/** Snapshots of each release are read, and each loads what is written here. */
class DiskReleasesLabTest {
  @TempDir Path folder;

  private Path disk(String kind) throws Exception {
    Path disk = folder.resolve("disk.qcow2");
    Files.deleteIfExists(disk);
    snapshots().create(disk, kind, "1M");
    return disk;
  }

  private Snapshots snapshots() {
    return new Snapshots(folder);
  }

  private Lab.Result image(String... words) throws Exception {
    return snapshots().image(words);
  }

  private void requireClean(Path disk, String what) throws Exception {
    snapshots().requireClean(disk, what);
  }

  private Qemu start(Release release, Path lab, Path disk, String... more) throws Exception {
    Path blank = Files.write(folder.resolve("blank.bin"), new byte[64 << 10]);
    List<String> words = new ArrayList<>(List.of("-M", "pc", "-m", "16", "-bios"));
    words.addAll(List.of(blank.toString(), "-nodefaults", "-S", "-accel", "tcg", "-blockdev"));
    words.add("driver=qcow2,node-name=d0,file.driver=file,file.filename=" + disk);
    words.addAll(List.of(more));
    return release.start(lab, folder, words);
  }

  @Test
  void everyReleasesSnapshotsAreReadAndItLoadsOurs() throws Exception {
    Path lab = Lab.require();
    for (Release release : Release.values()) {
      for (String kind : Snapshots.kinds()) {
        // the old packages were built without zstd
        if (!kind.contains("zstd") || release.knowsMappedRam()) {
          readsAndLoads(lab, release, kind);
        }
      }
    }
  }

  private void readsAndLoads(Path lab, Release release, String kind) throws Exception {
    String what = release + ", " + kind + ": ";
    Path disk = disk(kind);
    Path plain = folder.resolve("plain-" + release);
    boolean mapped = release == Release.V11_1;
    try (Qemu qemu = start(release, lab, disk)) {
      qemu.monitor("savevm one");
      // what a guest may write is read with a word, and not written; a migration ends that
      assertTrue(ImageWriters.has(disk), what);
      assertThrows(ConversionException.class, () -> DiskPlace.into(disk, "one"));
      try (ByteSource state = ImageSource.in(disk, Optional.of("one")).open()) {
        assertEquals(Outcome.WHOLE, ImageReader.read(state, ParseOptions.DEFAULT, _ -> {}));
      }
      if (mapped) {
        qemu.enable("mapped-ram");
        qemu.monitor("savevm mapped");
        qemu.call(
            "migrate-set-capabilities",
            "{\"capabilities\": [{\"capability\": \"mapped-ram\", \"state\": false}]}");
      }
      qemu.save(release.to(plain));
    }
    assertFalse(ImageWriters.has(disk), what);
    Snapshots.requireSame(disk, "one", ImageSource.of(plain), what);
    Snapshots.write(ImageSource.of(plain), disk, "one", FormatId.QEMU);
    Snapshots.write(ImageSource.of(plain), disk, "two", FormatId.QEMU);
    requireClean(disk, what);
    try (Qemu qemu = start(release, lab, disk, "-loadvm", "two")) {
      qemu.monitor("loadvm one");
      qemu.monitor("delvm two");
    }
    requireClean(disk, what);
    if (!kind.equals("compat=0.10")) {
      // the state lies where the disk ended when it was saved
      // when QEMU makes it smaller again, each cluster of 512 bytes costs time
      String size = kind.contains("size=512") ? "3M" : "700M";
      assertEquals(0, image("resize", "-q", disk.toString(), size).exitCode(), what);
      Snapshots.requireSame(disk, "one", ImageSource.of(plain), what);
      Snapshots.write(ImageSource.of(plain), disk, "larger", FormatId.QEMU);
      try (Qemu qemu = start(release, lab, disk, "-loadvm", "larger")) {
        qemu.monitor("loadvm one");
      }
      // QEMU's own loads between disks of two sizes leave unused clusters, with its own states, too
      int code = image("check", "-q", "-r", "leaks", disk.toString()).exitCode();
      assertTrue(code == 0 || code == 3, what + code);
      requireClean(disk, what);
    }
    if (mapped) {
      Snapshots.requireSame(disk, "mapped", ImageSource.of(plain), what);
      Snapshots.write(
          ImageSource.in(disk, Optional.of("mapped")), disk, "ours", FormatId.QEMU_MAPPED_RAM);
      requireClean(disk, what);
      try (Qemu qemu = start(release, lab, disk)) {
        qemu.enable("mapped-ram");
        qemu.monitor("loadvm ours");
        qemu.monitor("loadvm mapped");
      }
      requireClean(disk, what);
    }
  }

  @Test
  void oldStateLoadsAfterAKillBehindEveryWrite() throws Exception {
    Path lab = Lab.require();
    Path disk = disk("cluster_size=64K");
    Path plain = folder.resolve("plain");
    try (Qemu qemu = start(Release.V10_0, lab, disk)) {
      qemu.monitor("savevm old");
      qemu.save("file:" + plain);
    }
    byte[] image = Files.readAllBytes(disk);
    byte[] state = Files.readAllBytes(plain);
    for (String name : List.of("old", "new")) {
      boolean ended = false;
      int writes = 0;
      while (!ended) {
        Files.write(disk, image);
        ended = StoppedUpdate.run(disk, name, state, writes);
        int code = image("check", "-q", disk.toString()).exitCode();
        assertTrue(code == 0 || code == 3, name + " after " + writes + ": qemu-img check " + code);
        // a start of QEMU for some only
        if (ended || writes % 4 == 1) {
          try (Qemu qemu = start(Release.V10_0, lab, disk, "-loadvm", "old")) {
            qemu.call("query-status");
          }
          image("check", "-q", "-r", "leaks", disk.toString());
          requireClean(disk, name + " after " + writes + ": ");
        }
        writes++;
      }
      assertTrue(writes > 5, name);
    }
  }
}
