package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.vmstate.analyzer.host.Restart;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.Limits;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.parser.libvirt.SaveHeaderParser;
import org.vmstate.parser.probe.Probe;

/**
 * Which compilers of the JVM a command wants. The launchers leave out the optimizing one: moving
 * pages is input and output, and compiling for it costs more than it saves, up to images of many
 * gigabytes. Compressions that are written in Java, and hashes, are computation and run twice as
 * fast with it.
 */
final class Compilers {
  private static final String FIRST_ONLY = "-XX:TieredStopAtLevel=1";
  private static final String ALL = "-XX:TieredStopAtLevel=4";

  /** Below this a restart costs more than it saves. */
  private static final long LARGE = 16 << 20;

  /** More than any magic number needs. */
  private static final int HEAD = 4096;

  private static final Set<Compression> IN_JAVA = EnumSet.of(Compression.BZIP2, Compression.XZ);

  private Compilers() {}

  /**
   * Begins anew with the optimizing compiler where it pays; comes before any input or output.
   * {@code info} reads the head of an image only, and is not kept waiting for the answer.
   */
  static void choose(String[] args) {
    if ((args.length == 0 || !args[0].equals("info")) && isWorth(List.of(args))) {
      Restart.with(FIRST_ONLY, ALL);
    }
  }

  /** Reports whether a command computes more than it moves. */
  static boolean isWorth(List<String> args) {
    boolean computes = false;
    boolean large = false;
    for (String arg : args) {
      String value = arg.substring(arg.startsWith("-") ? arg.indexOf('=') + 1 : 0);
      computes |= value.equals("sha256") || isInJava(FormatId.of(value));
      large |= arg.equals("-");
      try {
        Path file = Path.of(arg);
        if (Files.isRegularFile(file) && Files.size(file) >= LARGE) {
          large = true;
          computes |= isInJava(file);
        }
      } catch (InvalidPathException | IOException e) {
        // no file, or none that can be read: the command says so
      }
    }
    return computes && large;
  }

  private static boolean isInJava(Optional<FormatId> layout) {
    return layout.flatMap(FormatId::compression).filter(IN_JAVA::contains).isPresent();
  }

  /** Reports whether a file, or the stream in a libvirt image, has such a compression. */
  private static boolean isInJava(Path file) throws IOException {
    try {
      // most images are neither, which the first bytes tell without the means to read an image
      ByteSource head = new HeapSource(head(file), 0, new StructurePath());
      Optional<Compression> compression = Probe.compression(head);
      if (compression.isEmpty() && Probe.start(head) == Probe.Start.LIBVIRT) {
        compression = Optional.of(inLibvirtImage(file));
      }
      return compression.filter(IN_JAVA::contains).isPresent();
    } catch (StateFormatException e) {
      return false;
    }
  }

  private static byte[] head(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(HEAD);
    }
  }

  private static Compression inLibvirtImage(Path file) throws IOException {
    try (ByteSource source = ImageReader.open(file)) {
      return SaveHeaderParser.parse(source, Limits.DEFAULT, _ -> {}).compression();
    }
  }
}
