package org.vmstate.analyzer.cli;

import java.io.File;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.vmstate.formats.error.NamedIOException;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.NamedStream;

/** Standard input as an image. */
final class StandardInput {
  /** Where it is a file, its path. */
  static final Path PATH = Path.of("/dev/stdin");

  private static final Path LINK = Path.of("/proc/self/fd/0");
  private static final InputStream OWN = System.in;

  private StandardInput() {}

  /** Remembers what it is, before somebody puts something else in its place. */
  static void remember() {
    // this class is initialized now
  }

  /** Reports whether it is a file at its start, which can be read like one. */
  static boolean isRedirectedFile() throws IOException {
    if (System.in != OWN) {
      return false;
    }
    requireOpen();
    return Files.isRegularFile(PATH)
        && new FileInputStream(FileDescriptor.in).getChannel().position() == 0;
  }

  /** Opens it, as a file where it is one. */
  static ByteSource open() throws IOException {
    return isRedirectedFile()
        ? ImageReader.open(PATH)
        : ImageReader.open(new NamedStream(System.in, "standard input"));
  }

  /** Where it was closed, the JVM gave its number to the first file of its own. */
  private static void requireOpen() throws IOException {
    Path target;
    try {
      target = Files.readSymbolicLink(LINK);
    } catch (IOException e) {
      // a system without links says nothing
      return;
    }
    boolean own =
        target.startsWith(System.getProperty("java.home"))
            || Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .anyMatch(entry -> target.equals(Path.of(entry).toAbsolutePath()));
    if (own) {
      throw new NamedIOException("standard input is closed");
    }
  }
}
