package org.vmstate.analyzer.samples;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.vmstate.formats.error.NamedIOException;
import org.vmstate.parser.io.TemporaryFile;
import org.vmstate.writer.io.OutputFile;

/**
 * Samples are stored compressed by zstd beside an index with a line for each: name, a tab,
 * description.
 */
public final class Samples {
  /** What stands in front of a sample's name wherever a file name is expected. */
  public static final String PREFIX = "sample:";

  private static final int CHUNK = 64 << 10;

  private Samples() {}

  /** Reports whether what stands for a file names a sample. */
  public static boolean is(String file) {
    return file.startsWith(PREFIX);
  }

  /** Lists the samples. */
  public static List<Sample> list() throws IOException {
    List<Sample> result = new ArrayList<>();
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(resource("index.tsv"), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (!line.isBlank() && !line.startsWith("#")) {
          String[] parts = line.split("\t", 2);
          result.add(new Sample(parts[0], parts[1]));
        }
      }
    }
    return result;
  }

  private static InputStream resource(String name) throws IOException {
    InputStream in = Samples.class.getResourceAsStream(name);
    if (in == null) {
      throw new IOException("no sample file " + name + " in this build");
    }
    return in;
  }

  /** Decompresses a sample into a file, in place of one that is there. */
  public static void unpack(String name, Path target) throws IOException {
    unpack(name, target, true);
  }

  /**
   * Decompresses a sample into a file, which appears when it is whole; runs of zeros become holes.
   *
   * @param replace whether a file of that name may be replaced
   */
  public static void unpack(String name, Path target, boolean replace) throws IOException {
    requireKnown(name);
    try (OutputFile file = OutputFile.create(target, replace)) {
      named(name, file.channel(), target);
      file.commit(false);
    }
  }

  /** Writes a sample to a stream. */
  public static void copy(String name, OutputStream out) throws IOException {
    requireKnown(name);
    try (InputStream in = new ZstdInputStream(resource(name + ".zst"))) {
      in.transferTo(out);
    }
  }

  private static void named(String name, FileChannel out, Path target) throws IOException {
    try {
      unpack(name, out);
    } catch (IOException e) {
      throw NamedIOException.of(target, e);
    }
  }

  private static void requireKnown(String name) throws IOException {
    if (list().stream().noneMatch(s -> s.name().equals(name))) {
      throw new NamedIOException(
          PREFIX + name + ": no such sample; 'vmstate-img samples' lists them");
    }
  }

  private static void unpack(String name, FileChannel out) throws IOException {
    try (InputStream in = new ZstdInputStream(resource(name + ".zst"))) {
      byte[] chunk = new byte[CHUNK];
      byte[] zeros = new byte[CHUNK];
      long at = 0;
      for (int n = in.readNBytes(chunk, 0, CHUNK); n > 0; n = in.readNBytes(chunk, 0, CHUNK)) {
        boolean last = n < CHUNK;
        if (last || !Arrays.equals(chunk, zeros)) {
          write(out, ByteBuffer.wrap(chunk, 0, n), at);
        }
        at += n;
      }
      if (out.size() < at) {
        out.write(ByteBuffer.wrap(new byte[1]), at - 1);
      }
    }
  }

  private static void write(FileChannel out, ByteBuffer bytes, long offset) throws IOException {
    for (long at = offset; bytes.hasRemaining(); ) {
      at += out.write(bytes, at);
    }
  }

  /** Decompresses a sample into a new temporary file, which the caller deletes. */
  public static Path temporary(String name) throws IOException {
    requireKnown(name);
    Path folder = Path.of(System.getProperty("java.io.tmpdir"));
    Path file;
    try {
      file = Files.createTempFile(folder, "vmstate-img-", ".sample");
    } catch (IOException e) {
      throw TemporaryFile.failed(folder, e);
    }
    try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
      unpack(name, out);
      return file;
    } catch (IOException e) {
      Files.deleteIfExists(file);
      throw TemporaryFile.failed(folder, e);
    } catch (RuntimeException | Error e) {
      Files.deleteIfExists(file);
      throw e;
    }
  }
}
