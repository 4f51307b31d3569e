package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

  private Training() {}

  /**
   * Takes the file into which the Java home is written, or the verb whose own cache is filled:
   * every class in a cache costs time at each start, and nobody waits as often as for {@code info}.
   */
  public static void main(String[] args) throws IOException {
    Main.prepare(args);
    Main.warm(true);
    if (args[0].equals("info")) {
      trainInfo();
    } else {
      trainAll();
      Files.writeString(Path.of(args[0]), System.getProperty("java.home") + "\n");
    }
  }

  private static void trainInfo() throws IOException {
    Path scratch = Files.createTempFile("vmstate-img", ".training");
    try (Output.Redirect _ = Output.redirect(new Nowhere())) {
      for (Sample sample : Samples.list()) {
        Samples.unpack(sample.name(), scratch);
        Main.run("info", scratch.toString());
        Main.run("info", "--output=json", scratch.toString());
      }
      compressed(scratch, "info");
    }
    Files.delete(scratch);
  }

  private static void trainAll() throws IOException {
    try (Output.Redirect _ = Output.redirect(new Nowhere())) {
      Main.run("--version");
      Main.run("samples");
    }
    Path scratch = Files.createTempFile("vmstate-img", ".training");
    for (Sample sample : Samples.list()) {
      Samples.unpack(sample.name(), scratch);
      try (Output.Redirect _ = Output.redirect(new Nowhere())) {
        Main.run("info", scratch.toString());
        Main.run("info", "--output=json", scratch.toString());
        Main.run("dump", scratch.toString());
        Main.run("dump", "--compat=analyze-migration", scratch.toString());
        Main.run("dump", "--memory=sha256", "--offsets", scratch.toString());
        Main.run("check", "-v", scratch.toString());
        Main.run("check", "--output=json", scratch.toString());
        Main.run("map", scratch.toString());
        trainConvert(scratch);
      }
    }
    trainChanges(scratch);
    try (Output.Redirect _ = Output.redirect(new Nowhere())) {
      compressed(scratch, "info", "dump");
    }
    Files.delete(scratch);
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
    try (Output.Redirect _ = Output.redirect(new Nowhere())) {
      Main.run(
          "edit",
          "-q",
          "--no-sync",
          "--set",
          "cpu#0.env.tsc=1",
          scratch.toString(),
          out.toString());
      Files.deleteIfExists(out);
      Main.run(
          "upgrade",
          "-q",
          "--no-sync",
          "--recipe",
          recipe.toString(),
          scratch.toString(),
          out.toString());
    }
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
