package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.DiskPlace;
import org.vmstate.analyzer.output.ImageSource;
import org.vmstate.formats.FormatId;

/** Snapshots that QEMU saves are read, and it loads those that are written here. */
class Qcow2LabTest {
  private static final String TICKS = "serial.log";

  @TempDir Path folder;

  private Qemu start(Path lab, Path disk, String... more) throws Exception {
    List<String> arguments = LinuxGuest.on("q35", 160, lab, 16, folder.resolve(TICKS));
    arguments.add("-blockdev");
    arguments.add("driver=qcow2,node-name=d0,file.driver=file,file.filename=" + disk);
    arguments.addAll(List.of(more));
    return Qemu.start(folder, "x86_64", arguments);
  }

  private Path create(String name, String options) throws Exception {
    Path disk = folder.resolve(name);
    new Snapshots(folder).create(disk, options, "1M");
    return disk;
  }

  private void requireClean(Path disk) throws Exception {
    new Snapshots(folder).requireClean(disk, "");
  }

  @Test
  void statesOfARealGuestAreReadAndWrittenBack() throws Exception {
    Path lab = Lab.require();
    Path disk = create("disk.qcow2", "cluster_size=64K");
    Path plain = folder.resolve("plain");
    try (Qemu qemu = start(lab, disk)) {
      Lab.await(folder.resolve(TICKS), "TICK 2 OK");
      qemu.snapshot("snapshot-save", "first", "d0");
      qemu.call("stop");
      qemu.snapshot("snapshot-save", "paused", "d0");
      qemu.save("file:" + plain);
    }
    Snapshots.requireSame(disk, "paused", ImageSource.of(plain), "");

    Path fresh = folder.resolve("fresh.qcow2");
    write(plain, Destination.newDisk(fresh, false, "ours"));
    requireClean(fresh);
    ticksAfterLoading(lab, fresh, "ours");

    write(plain, Destination.intoDisk(DiskPlace.into(disk, "first")));
    write(plain, Destination.intoDisk(DiskPlace.into(disk, "added")));
    requireClean(disk);
    ticksAfterLoading(lab, disk, "first");
    ticksAfterLoading(lab, disk, "added");
  }

  private static void write(Path plain, Destination destination) throws Exception {
    Snapshots.convert(ImageSource.of(plain), ConvertOptions.to(FormatId.QEMU), destination);
  }

  private void ticksAfterLoading(Path lab, Path disk, String tag) throws Exception {
    Files.delete(folder.resolve(TICKS));
    try (Qemu qemu = start(lab, disk, "-S")) {
      qemu.snapshot("snapshot-load", tag, "d0");
      qemu.call("cont");
      Lab.await(folder.resolve(TICKS), " OK");
    }
    requireClean(disk);
  }

  /** QEMU puts the state into the first disk that takes one, and a variable store comes first. */
  @Test
  void stateAmongUefiVariablesIsReadAndWritten() throws Exception {
    Lab.require();
    Path firmware = Path.of("/usr/share/OVMF");
    Path variables = folder.resolve("variables.qcow2");
    String[] copy = {"convert", "-O", "qcow2", firmware + "/OVMF_VARS_4M.fd", variables.toString()};
    assertEquals(0, new Snapshots(folder).image(copy).exitCode());
    Path disk = create("disk.qcow2", "cluster_size=64K");
    String code = "if=pflash,format=raw,readonly=on,file=" + firmware + "/OVMF_CODE_4M.fd";
    String[] machine = {
      "-M",
      "q35",
      "-m",
      "32",
      "-nodefaults",
      "-S",
      "-accel",
      "tcg",
      "-drive",
      code,
      "-drive",
      "if=pflash,format=qcow2,file=" + variables,
      "-drive",
      "if=none,id=d,file=" + disk,
      "-device",
      "virtio-blk-pci,drive=d",
      "-loadvm",
      "one"
    };
    Path plain = folder.resolve("plain");
    String[] fresh = Arrays.copyOf(machine, machine.length - 2);
    try (Qemu qemu = Qemu.start(folder, "x86_64", fresh)) {
      qemu.monitor("savevm one");
      qemu.save("file:" + plain);
      qemu.quit();
    }
    assertEquals(List.of("one"), Snapshots.names(variables, true));
    assertEquals(List.of(), Snapshots.names(disk, true));
    assertEquals(List.of("one"), Snapshots.names(disk, false));
    Snapshots.requireSame(variables, "one", ImageSource.of(plain), "UEFI");
    Snapshots.write(ImageSource.of(plain), variables, "one", FormatId.QEMU);
    requireClean(variables);
    try (Qemu qemu = Qemu.start(folder, "x86_64", machine)) {
      qemu.monitor("loadvm one");
      qemu.quit();
    }
    requireClean(variables);
  }

  @Test
  void everyKindOfImageIsReadAndWritten() throws Exception {
    Lab.require();
    Path blank = Files.write(folder.resolve("blank.bin"), new byte[64 << 10]);
    List<String> kinds =
        List.of(
            "compat=0.10",
            "cluster_size=512",
            "cluster_size=2M,refcount_bits=64",
            "extended_l2=on,refcount_bits=8");
    for (String kind : kinds) {
      Path disk = create("kind" + kinds.indexOf(kind), kind);
      Path plain = folder.resolve("plain" + kinds.indexOf(kind));
      String[] machine = {"-M", "pc", "-m", "16", "-bios", blank.toString(), "-nodefaults", "-S"};
      List<String> arguments = new ArrayList<>(List.of(machine));
      arguments.addAll(List.of("-accel", "tcg", "-blockdev"));
      arguments.add("driver=qcow2,node-name=d0,file.driver=file,file.filename=" + disk);
      try (Qemu qemu = Qemu.start(folder, "x86_64", arguments)) {
        qemu.snapshot("snapshot-save", "one", "d0");
        qemu.save("file:" + plain);
      }
      Snapshots.requireSame(disk, "one", ImageSource.of(plain), kind);
      write(plain, Destination.intoDisk(DiskPlace.into(disk, "one")));
      write(plain, Destination.intoDisk(DiskPlace.into(disk, "two")));
      requireClean(disk);
      try (Qemu qemu = Qemu.start(folder, "x86_64", arguments)) {
        qemu.snapshot("snapshot-load", "two", "d0");
        qemu.snapshot("snapshot-load", "one", "d0");
        qemu.snapshot("snapshot-delete", "two", "d0");
      }
      requireClean(disk);
      // the active tables name the state's clusters now
      write(plain, Destination.intoDisk(DiskPlace.into(disk, "one")));
      requireClean(disk);
    }
  }
}
