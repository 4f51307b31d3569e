package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.compare.Comparison;
import org.vmstate.analyzer.compare.Difference;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.analyzer.convert.Converter;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.DiskPlace;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.formats.FormatId;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.container.Container;
import org.vmstate.parser.io.ByteSource;

/** Snapshots that QEMU saves are read, and it loads those that are written here. */
class Qcow2LabTest {
  private static final String TICKS = "serial.log";

  @TempDir Path folder;

  private Qemu start(Path lab, Path disk, String... more) throws Exception {
    List<String> arguments =
        new ArrayList<>(List.of("-M", "q35", "-accel", "tcg", "-m", "160", "-nodefaults"));
    arguments.addAll(List.of("-serial", "file:" + folder.resolve(TICKS)));
    arguments.addAll(List.of("-kernel", lab.resolve("vmlinuz").toString()));
    arguments.addAll(List.of("-initrd", lab.resolve("initrd.gz").toString()));
    arguments.addAll(List.of("-append", "console=ttyS0 quiet FILL=16"));
    arguments.add("-blockdev");
    arguments.add("driver=qcow2,node-name=d0,file.driver=file,file.filename=" + disk);
    arguments.addAll(List.of(more));
    return Qemu.start(folder, "x86_64", arguments.toArray(String[]::new));
  }

  private Path create(String name, String options) throws Exception {
    Path disk = folder.resolve(name);
    String[] command = {"create", "-q", "-f", "qcow2", "-o", options, disk.toString(), "1M"};
    assertEquals(0, qemuImg(command).exitCode());
    return disk;
  }

  private Lab.Result qemuImg(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("qemu-img"));
    command.addAll(List.of(arguments));
    return Lab.run(folder.resolve("errors"), command.toArray(String[]::new));
  }

  private void requireClean(Path disk) throws Exception {
    Lab.Result result = qemuImg("check", disk.toString());
    assertEquals(0, result.exitCode(), new String(result.output(), StandardCharsets.UTF_8));
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
    assertEquals(List.of(), differences(disk, "paused", plain));

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
    ConvertOptions options = ConvertOptions.to(FormatId.QEMU);
    try (destination;
        ByteSource source = ImageReader.open(plain)) {
      Outcome outcome =
          new Converter(options, ParseOptions.DEFAULT, Progress.NONE, text -> {})
              .convert(source, plain, destination);
      destination.commit(outcome, false);
    }
  }

  /** The clock goes on while the guest is paused. */
  private static List<Difference> differences(Path disk, String snapshot, Path plain)
      throws Exception {
    try (Comparison comparison = new Comparison(false, Progress.NONE);
        ByteSource state =
            Container.open(ImageReader.open(disk), disk).state(Optional.of(snapshot));
        ByteSource stream = ImageReader.open(plain)) {
      comparison.readFirst(state, ParseOptions.DEFAULT);
      comparison.readSecond(stream, ParseOptions.DEFAULT);
      comparison.compare();
      return comparison.differences().stream()
          .filter(d -> !d.path().startsWith("mc146818rtc "))
          .toList();
    }
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
      try (Qemu qemu = Qemu.start(folder, "x86_64", arguments.toArray(String[]::new))) {
        qemu.snapshot("snapshot-save", "one", "d0");
        qemu.save("file:" + plain);
      }
      assertEquals(List.of(), differences(disk, "one", plain), kind);
      write(plain, Destination.intoDisk(DiskPlace.into(disk, "one")));
      write(plain, Destination.intoDisk(DiskPlace.into(disk, "two")));
      requireClean(disk);
      try (Qemu qemu = Qemu.start(folder, "x86_64", arguments.toArray(String[]::new))) {
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
