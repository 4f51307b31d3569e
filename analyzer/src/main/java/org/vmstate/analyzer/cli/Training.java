package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;
import org.vmstate.analyzer.samples.Sample;
import org.vmstate.analyzer.samples.Samples;

/**
 * Run by the build to fill the JVM's ahead-of-time cache: goes through the commands as users do.
 * Writes down which Java it ran on, so that the launcher starts the one that fits the cache.
 */
final class Training {
  private static final int DICTIONARY = 1 << 20;

  /** The verbs that only read, and how people use them. */
  private static final Map<String, List<List<String>>> USES =
      Map.of(
          "info", List.of(List.of(), List.of("--output=json")),
          "dump",
              List.of(
                  List.of(),
                  List.of("--compat=analyze-migration"),
                  List.of("--memory=sha256", "--offsets")),
          "check", List.of(List.of("-v"), List.of("--output=json")),
          "map", List.of(List.of()));

  /** An older QEMU, as it says of itself. */
  private static final String TARGET =
      """
      {"format": "vmstate-img target", "version": 1, "qemu": "7.2.22", "arch": "x86_64",
       "machine": "pc-i440fx-7.2", "machines": ["pc-i440fx-7.2"], "ram_blocks": {},
       "ram_block_limits": {}, "capabilities": [], "known_capabilities": [],
       "cpu": {"type": "", "offered": [], "missing": []}, "devices": [], "virtio": [],
       "sections": [], "pci": {}, "description": "", "types": {}}
      """;

  private Training() {}

  /**
   * Takes the file into which the Java home is written, or the verb whose own cache is filled:
   * every class in a cache costs time at each start, and people wait for the verbs that only read.
   */
  public static void main(String[] args) throws IOException {
    Main.prepare(args);
    Main.warm(true);
    Path scratch = Files.createTempFile("vmstate-img", ".training");
    try (Output.Redirect _ = Output.redirect(new Nowhere())) {
      if (USES.containsKey(args[0])) {
        trainOne(args[0], scratch);
      } else {
        trainAll(scratch);
        Files.writeString(Path.of(args[0]), System.getProperty("java.home") + "\n");
      }
    }
    Files.delete(scratch);
  }

  private static void trainOne(String verb, Path scratch) throws IOException {
    for (Sample sample : Samples.list()) {
      Samples.unpack(sample.name(), scratch);
      use(verb, scratch);
    }
    compressed(scratch, verb);
  }

  private static void use(String verb, Path image) {
    for (List<String> options : USES.get(verb)) {
      List<String> words = new ArrayList<>(List.of(verb));
      words.addAll(options);
      words.add(image.toString());
      Main.run(words.toArray(String[]::new));
    }
  }

  private static void trainAll(Path scratch) throws IOException {
    Main.run("--version");
    Main.run("samples");
    for (Sample sample : Samples.list()) {
      Samples.unpack(sample.name(), scratch);
      for (String verb : List.of("info", "dump", "check", "map")) {
        use(verb, scratch);
      }
      trainConvert(scratch);
    }
    trainChanges(scratch);
    compressed(scratch, "info", "dump");
  }

  /**
   * Unlike {@link OutputStream#nullOutputStream} it can be used again after a command closed it.
   */
  private static final class Nowhere extends OutputStream {
    @Override
    public void write(int b) {}

    @Override
    public void write(byte[] data, int from, int length) {}
  }

  private static void trainConvert(Path image) throws IOException {
    Path out = image.resolveSibling(image.getFileName() + ".converted");
    for (String format : List.of("qemu", "qemu-mapped-ram")) {
      Main.run(
          "convert", "-q", "--force", "--no-sync", "-O", format, image.toString(), out.toString());
      for (String back : List.of("qemu", "qemu-mapped-ram")) {
        Main.run("convert", "-q", "-O", back, out.toString(), image + ".again");
        Files.deleteIfExists(Path.of(image + ".again"));
      }
    }
    for (String format : List.of("raw", "elf")) {
      Main.run(
          "extract", "-q", "--force", "--no-sync", "-O", format, image.toString(), out.toString());
    }
    Main.run("compare", image.toString(), image.toString());
    Files.deleteIfExists(out);
    Main.run("create", "-q", "--no-sync", out.toString());
    Files.deleteIfExists(out);
  }

  private static void trainChanges(Path scratch) throws IOException {
    Samples.unpack("pc", scratch);
    Path out = scratch.resolveSibling(scratch.getFileName() + ".changed");
    Path recipe = scratch.resolveSibling(scratch.getFileName() + ".recipe");
    Files.writeString(
        recipe, "{\"recipe\": \"training\", \"steps\": [{\"machine\": \"pc-i440fx-9.2\"}]}");
    Main.run(
        "edit", "-q", "--no-sync", "--set", "cpu#0.env.tsc=1", scratch.toString(), out.toString());
    Files.deleteIfExists(out);
    Main.run(
        "upgrade",
        "-q",
        "--no-sync",
        "--recipe",
        recipe.toString(),
        scratch.toString(),
        out.toString());
    Files.deleteIfExists(out);
    Files.writeString(recipe, TARGET);
    Main.run("check", "--target", recipe.toString(), scratch.toString());
    Main.run(
        "upgrade",
        "-q",
        "--no-sync",
        "--target",
        recipe.toString(),
        scratch.toString(),
        out.toString());
    Files.deleteIfExists(out);
    Files.delete(recipe);
  }

  /** The decompressors written in Java profit most from being known to the compiler beforehand. */
  private static void compressed(Path scratch, String... verbs) throws IOException {
    Samples.unpack("pc", scratch);
    byte[] image = Files.readAllBytes(scratch);
    LZMA2Options xz = new LZMA2Options();
    // the usual dictionary takes most of the heap, of which earlier commands may hold some still
    xz.setDictSize(DICTIONARY);
    for (Compressor compressor :
        List.<Compressor>of(
            GZIPOutputStream::new,
            BZip2CompressorOutputStream::new,
            out -> new XZOutputStream(out, xz))) {
      try (OutputStream out = compressor.open(Files.newOutputStream(scratch))) {
        out.write(image);
      }
      for (String verb : verbs) {
        Main.run(verb, scratch.toString());
      }
    }
  }

  /** Compresses what is written. */
  private interface Compressor {
    OutputStream open(OutputStream out) throws IOException;
  }
}
