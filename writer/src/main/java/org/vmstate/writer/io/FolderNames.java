package org.vmstate.writer.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.vmstate.formats.error.NamedIOException;

/** Brings the names in a folder to disk. */
@FunctionalInterface
public interface FolderNames {
  /** Those of the file system. */
  FolderNames ON_DISK = folder -> FileChannel.open(folder, StandardOpenOption.READ);

  /** Opens a folder for reading. */
  FileChannel open(Path folder) throws IOException;

  /** Gives something its name. */
  interface Renaming {
    /** Renames. */
    void rename() throws IOException;
  }

  /**
   * Gives a file or a folder, all of which is on disk, its name there.
   *
   * @param shown the path that errors name
   * @throws IOException when it has not got its name; or, as the message says, when it has but the
   *     name is perhaps not on disk
   */
  default void give(Path target, Path shown, Renaming renaming) throws IOException {
    // opened before, so that as little as possible can fail after the name is given
    try (FileChannel names = open(target.toAbsolutePath().getParent())) {
      renaming.rename();
      try {
        names.force(true);
      } catch (IOException e) {
        throw new NamedIOException(
            shown + ": is whole, but its name is perhaps not on disk: " + e.getMessage(), e);
      }
    }
  }
}
