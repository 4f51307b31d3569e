package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.vmstate.analyzer.samples.Sample;
import org.vmstate.analyzer.samples.Samples;
import org.vmstate.formats.FormatId;
import org.vmstate.testkit.Defects;
import org.vmstate.testkit.MappedParts;
import org.vmstate.testkit.Parts;
import org.vmstate.testkit.VmaBytes;

/** Whole images of every kind: the samples, those of the test kit, and each layout that is made. */
final class WholeImages {
  private static final String SAMPLE = "sample ";
  private static final String CREATED = "created ";
  private static final String GOOD = "good ";
  private static final String HELD = "state in ";
  private static final String FOUND = "file ";

  private WholeImages() {}

  static List<String> names() throws IOException {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < Defects.good().size(); i++) {
      names.add(GOOD + i);
    }
    names.add("no description");
    names.add("two blocks");
    for (FormatId format : FormatId.values()) {
      names.add(CREATED + format.label());
    }
    names.add(CREATED + "deltas");
    names.add(HELD + "qcow2");
    names.add(HELD + "vma");
    for (Sample sample : Samples.list()) {
      // what lies in a disk has no places of its own in the file
      if (!sample.name().contains("qcow2")) {
        names.add(SAMPLE + sample.name());
      }
    }
    names.addAll(found());
    return names;
  }

  /** Images that nobody tuned to, in the folder {@code -Dcompleteness.folder}. */
  private static List<String> found() throws IOException {
    String folder = System.getProperty("completeness.folder");
    if (folder == null) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(Path.of(folder))) {
      return files.sorted().map(file -> FOUND + file).toList();
    }
  }

  static boolean isSample(String name) {
    return name.startsWith(SAMPLE) || name.startsWith(FOUND);
  }

  /** Reports whether offsets of what a pass tells of are not those of the file. */
  static boolean isCompressed(String name) {
    return name.matches(".*libvirt-(gzip|bzip2|xz|lzop|zstd)|file .*[.](gz|bz2|xz|lzo|zst)");
  }

  /** Reports whether the image lies in a container, in places of the container's choice. */
  static boolean isHeld(String name) {
    return name.startsWith(HELD) || name.startsWith(FOUND) && name.endsWith(".qcow2");
  }

  static void write(String name, Path file) throws IOException {
    if (name.startsWith(FOUND)) {
      Files.copy(Path.of(name.substring(FOUND.length())), file);
    } else if (isSample(name)) {
      Samples.unpack(name.substring(SAMPLE.length()), file);
    } else if (name.startsWith(GOOD)) {
      int index = Integer.parseInt(name.substring(GOOD.length()));
      Files.write(file, Defects.good().get(index));
    } else if (isHeld(name)) {
      held(name.endsWith("qcow2"), file);
    } else if (name.startsWith(CREATED)) {
      create(name.substring(CREATED.length()), file);
    } else {
      boolean mapped = name.startsWith("two");
      Files.write(
          file,
          mapped
              ? new MappedParts().pagesOffset(8192).blocks(2).bitmap(3).toBytes()
              : Parts.sequential().without("description").toBytes());
    }
  }

  private static void held(boolean disk, Path file) throws IOException {
    Path state = file.resolveSibling("state");
    create("qemu", state);
    byte[] bytes = Files.readAllBytes(state);
    if (disk) {
      CommandRun.ok(
          "convert",
          "-q",
          "--force",
          "--no-sync",
          "-O",
          "qcow2",
          state.toString(),
          file.toString());
    } else {
      List<VmaBytes.Cluster> clusters = new ArrayList<>();
      for (int i = 0; i < bytes.length; i += VmaBytes.CLUSTER) {
        clusters.add(VmaBytes.cluster(2, bytes, i / VmaBytes.CLUSTER));
      }
      Files.write(file, new VmaBytes("drive-scsi0", "vmstate").extent(clusters).build());
    }
    Files.delete(state);
  }

  private static void create(String kind, Path file) throws IOException {
    boolean deltas = kind.equals("deltas");
    List<String> words = new ArrayList<>(List.of("create", "-q", "--force", "--no-sync", "-O"));
    words.add(deltas ? "qemu" : kind);
    words.addAll(List.of("--block", "pc.ram=64K", "--block", "pc.rom=8K", "--devices", "3"));
    if (deltas) {
      words.addAll(List.of("--iterations", "2", "--dirty-rate", "50", "--xbzrle", "current"));
    }
    words.add(file.toString());
    CommandRun.ok(words);
  }
}
