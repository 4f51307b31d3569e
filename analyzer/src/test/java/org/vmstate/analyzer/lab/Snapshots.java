package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.vmstate.analyzer.compare.Comparison;
import org.vmstate.analyzer.compare.Difference;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.analyzer.convert.Converter;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.DiskPlace;
import org.vmstate.analyzer.output.ImageSource;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.formats.FormatId;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.qcow2.Qcow2Disk;
import org.vmstate.parser.qcow2.Snapshot;

/** Snapshots in qcow2 disks: made, read and written. */
final class Snapshots {
  private final Path folder;

  /**
   * Works with disks in a folder.
   *
   * @param folder where messages go
   */
  Snapshots(Path folder) {
    this.folder = folder;
  }

  /** All kinds of disks are tried by hand, with -Dlab.disks=all. */
  static List<String> kinds() {
    return "all".equals(System.getProperty("lab.disks"))
        ? List.of(
            "cluster_size=64K",
            "compat=0.10",
            "cluster_size=512",
            "cluster_size=2M",
            "extended_l2=on",
            "refcount_bits=64",
            "refcount_bits=8,lazy_refcounts=on",
            "compression_type=zstd",
            "preallocation=metadata")
        : List.of("cluster_size=64K");
  }

  /** Runs qemu-img. */
  Lab.Result image(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("qemu-img"));
    command.addAll(List.of(words));
    return Lab.run(folder.resolve("errors"), command.toArray(String[]::new));
  }

  /** Makes an empty disk. */
  void create(Path disk, String options, String size) throws IOException, InterruptedException {
    String[] words = {"create", "-q", "-f", "qcow2", "-o", options, disk.toString(), size};
    assertEquals(0, image(words).exitCode(), disk.toString());
  }

  /** Requires that qemu-img finds nothing wrong and nothing unused. */
  void requireClean(Path disk, String what) throws IOException, InterruptedException {
    Lab.Result result = image("check", disk.toString());
    assertEquals(0, result.exitCode(), what + new String(result.output(), StandardCharsets.UTF_8));
  }

  /** Returns the names of all snapshots, or of those with VM state. */
  static List<String> names(Path disk, boolean withState) throws IOException {
    try (ByteSource source = ImageReader.open(disk)) {
      Qcow2Disk all = Qcow2Disk.open(source, disk);
      return (withState ? all.states() : all.snapshots()).stream().map(Snapshot::name).toList();
    }
  }

  /** Writes an image as a snapshot's state. */
  static void write(ImageSource image, Path disk, String name, FormatId layout) throws IOException {
    convert(image, ConvertOptions.to(layout), Destination.intoDisk(DiskPlace.into(disk, name)));
  }

  /** Converts an image, wherever it lies. */
  static void convert(ImageSource image, ConvertOptions options, Destination target)
      throws IOException {
    try (target;
        ByteSource source = image.open()) {
      Outcome outcome =
          new Converter(options, ParseOptions.DEFAULT, Progress.NONE, text -> {})
              .convert(source, image.file().orElse(null), target);
      target.commit(outcome, false);
    }
  }

  /** Requires the same state but for the board's clock, which goes on while the guest is paused. */
  static void requireSame(Path disk, String name, ImageSource plain, String what)
      throws IOException {
    try (Comparison comparison = new Comparison(false, Progress.NONE);
        ByteSource state = ImageSource.in(disk, Optional.of(name)).open();
        ByteSource stream = plain.open()) {
      comparison.readFirst(state, ParseOptions.DEFAULT);
      comparison.readSecond(stream, ParseOptions.DEFAULT);
      comparison.compare();
      List<Difference> found =
          comparison.differences().stream()
              .filter(d -> !d.path().startsWith("mc146818rtc "))
              .toList();
      assertEquals(List.of(), found, what);
    }
  }
}
