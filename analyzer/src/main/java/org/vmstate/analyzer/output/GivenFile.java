package org.vmstate.analyzer.output;

import java.nio.file.Files;
import java.nio.file.Path;

/** A file that the user names beside the image. */
public final class GivenFile {
  private GivenFile() {}

  /** Refuses a folder, of which the system says only when it is read that it is one. */
  public static void requireFile(Path file) throws ConversionException {
    if (Files.isDirectory(file)) {
      throw ConversionException.named(file + ": is a directory; give a file");
    }
  }
}
