package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.cli.CommandRun;

/**
 * What {@code measure} says of a real guest's image is what {@code stat} says after {@code convert}
 * on ext4 and XFS. -Dlab.wide=true takes all layouts and compressions.
 */
class MeasureLabTest {
  private static final boolean WIDE = Boolean.getBoolean("lab.wide");

  /** Blocks of 512 bytes. */
  private static final int EXTENTS = 8;

  @TempDir Path folder;

  /** A layout and its options. */
  private record Target(String format, List<String> options) {
    static Target of(String format, String... options) {
      return new Target(format, List.of(options));
    }

    List<String> words(String verb, Path xml, String... more) {
      List<String> words = new ArrayList<>(List.of(verb, "-O", format));
      if (format.startsWith("libvirt")) {
        words.addAll(List.of("-o", "xml=" + xml));
      }
      options.forEach(option -> words.addAll(List.of("-o", option)));
      words.addAll(List.of(more));
      return words;
    }
  }

  private static List<Target> targets() {
    List<Target> all =
        new ArrayList<>(
            List.of(
                Target.of("qemu"),
                Target.of("qemu-mapped-ram"),
                Target.of("libvirt-zstd"),
                Target.of("libvirt-sparse"),
                Target.of("qcow2"),
                Target.of("kdump"),
                Target.of("raw")));
    if (WIDE) {
      for (String align : List.of("4K", "64K", "4M")) {
        for (String fixed : List.of("qemu-mapped-ram", "qemu-fixed-ram", "libvirt-sparse")) {
          all.add(Target.of(fixed, "align=" + align));
        }
      }
      for (String format : List.of("raw", "gzip", "bzip2", "xz", "lzop")) {
        all.add(Target.of("libvirt-" + format));
      }
      all.add(Target.of("qcow2", "layout=qemu-mapped-ram"));
      for (String memory : List.of("elf", "lime", "kdump-zlib", "kdump-none")) {
        all.add(Target.of(memory));
      }
    }
    return all;
  }

  private Path saved() throws Exception {
    Path lab = Lab.require();
    Path log = folder.resolve("serial.log");
    Path image = folder.resolve("image");
    try (Qemu qemu = Qemu.start(folder, "x86_64", LinuxGuest.on("q35", 96, lab, 4, log))) {
      Lab.await(log, "TICK 1 OK");
      qemu.enable("xbzrle");
      qemu.call("migrate-set-parameters", "{\"max-bandwidth\": 60000000, \"downtime-limit\": 30}");
      qemu.save("file:" + image);
    }
    return image;
  }

  /** Some hundred KiB in several blocks, where what a file system sets aside would show. */
  private Path small() throws Exception {
    Path lab = Lab.require();
    Path image = folder.resolve("small");
    try (Qemu qemu =
        Release.V10_0.start(
            lab, folder, "-M", "q35", "-m", "16", "-nodefaults", "-accel", "tcg", "-S")) {
      qemu.save("file:" + image);
    }
    return image;
  }

  private static List<Target> holes() {
    return List.of(
        Target.of("qemu-mapped-ram", "align=64K"),
        Target.of("libvirt-sparse", "align=64K"),
        Target.of("qemu-fixed-ram", "align=4M"),
        Target.of("qcow2", "layout=qemu-mapped-ram"),
        Target.of("qcow2"));
  }

  @Test
  void convertedImagesAreAsLongAsMeasured() throws Exception {
    areAsMeasured(saved(), targets());
  }

  @Test
  void holesOfSmallImagesStayHoles() throws Exception {
    areAsMeasured(small(), holes());
  }

  private void areAsMeasured(Path image, List<Target> targets) throws Exception {
    Path xml =
        Files.writeString(folder.resolve("xml"), "<domain type='qemu'><name>a</name></domain>");
    List<JsonNode> measured = new ArrayList<>();
    for (Target target : targets) {
      String out =
          CommandRun.ok(target.words("measure", xml, "--output=json", image.toString())).out();
      measured.add(new ObjectMapper().readTree(out).path("outputs").path(0));
    }
    for (String device : List.of("512 ext4", "4096 xfs")) {
      Path place = Mounts.mount(folder, device);
      try {
        for (int i = 0; i < measured.size(); i++) {
          Path out = place.resolve("out");
          CommandRun.ok(
              targets.get(i).words("convert", xml, "-q", image.toString(), out.toString()));
          same(device, targets.get(i), measured.get(i), out);
          Files.delete(out);
        }
      } finally {
        Mounts.unmount(folder, place);
      }
    }
  }

  private void same(String device, Target target, JsonNode measured, Path out) throws Exception {
    assertEquals(Files.size(out), measured.path("size").asLong(), device + target);
    Lab.Result stat = Lab.run(folder.resolve("err"), "stat", "-c", "%b", out.toString());
    long blocks = Long.parseLong(new String(stat.output(), StandardCharsets.US_ASCII).strip());
    long said = measured.path("blocks").asLong();
    String text =
        String.format(
            Locale.ROOT,
            "%s %s %s: size %d, measured %d blocks, %d on disk, %+.2f %%",
            device,
            target.format(),
            target.options(),
            Files.size(out),
            said,
            blocks,
            100.0 * (said - blocks) / blocks);
    if (WIDE) {
      System.out.println(text);
    }
    // or what ext4 takes for a list of more than four extents
    assertTrue(Math.abs(said - blocks) <= Math.max(EXTENTS, blocks / 100), text);
  }
}
