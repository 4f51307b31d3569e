package org.vmstate.analyzer.host;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.vmstate.formats.error.NamedIOException;

/**
 * What direct I/O needs in a place.
 *
 * @param align offsets and lengths must be multiples of this number of bytes
 * @param origin who says so
 */
public record DirectNeeds(long align, String origin) {
  private static final int LARGEST = 1 << 20;
  private static final int LEAST = 512;

  /**
   * Asks the kernel ({@code statx}, Linux 6.1), or tries it out on a file that is there or made for
   * that.
   *
   * @param place a file or a folder
   */
  public static DirectNeeds of(Path place) throws IOException {
    if (!Files.exists(place)) {
      throw new NoSuchFileException(place.toString());
    }
    if (!System.getProperty("os.name").equals("Linux")) {
      throw new NamedIOException("--for: only Linux is asked; give --align");
    }
    Path probe = Files.isRegularFile(place) && Files.size(place) >= 2L * LARGEST ? place : null;
    if (probe != null) {
      return of(probe, place);
    }
    Path folder = Files.isDirectory(place) ? place : place.toAbsolutePath().getParent();
    Path made = null;
    try {
      made = Files.createTempFile(folder, ".vmstate-img", ".probe");
      Files.write(made, new byte[2 * LARGEST]);
      return of(made, place);
    } catch (FileSystemException e) {
      // whoever asks knows nothing of the file
      throw new NamedIOException(
          place + ": no file can be made there to try direct I/O; give --align", e);
    } finally {
      if (made != null) {
        Files.delete(made);
      }
    }
  }

  private static DirectNeeds of(Path probe, Path place) throws IOException {
    int[] told = HostFile.directAlignment(probe);
    if (told[1] > 0) {
      return new DirectNeeds(told[1], "the kernel, for " + place);
    }
    int direct = directFlag();
    try (HostFile file = HostFile.open(probe, HostFile.READ_ONLY | direct)) {
      for (int align = LEAST; align <= LARGEST; align *= 2) {
        if (file.canRead(align, align)) {
          return new DirectNeeds(align, "reads that were tried in " + place);
        }
      }
    }
    throw new NamedIOException(place + ": direct I/O is not possible there");
  }

  /** {@code O_DIRECT} is not the same number everywhere. */
  private static int directFlag() {
    return switch (System.getProperty("os.arch")) {
      case "aarch64", "arm" -> 0x10000;
      case "ppc64", "ppc64le" -> 0x20000;
      default -> 0x4000;
    };
  }
}
