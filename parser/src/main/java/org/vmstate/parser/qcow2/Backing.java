package org.vmstate.parser.qcow2;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vmstate.formats.error.UnsupportedFeatureException;
import org.vmstate.formats.qcow2.Qcow2Format;
import org.vmstate.formats.rule.Reason;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.FileSource;
import org.vmstate.parser.io.StructurePath;

/**
 * The backing file, as far as it matters: it ends before the VM state begins, so that a hole in the
 * state reads as zeros. Only its size is looked at.
 */
final class Backing {
  private final Path image;
  private final DiskHeader header;
  private final long stateStart;
  private boolean known;

  /**
   * Stands for the backing file of an image.
   *
   * @param image path of the image, null when it has none
   * @param stateStart offset on the virtual disk at which the VM state begins
   */
  Backing(Path image, DiskHeader header, long stateStart) {
    this.image = image;
    this.header = header;
    this.stateStart = stateStart;
    known = header.backingFile().isEmpty();
  }

  /** Makes sure that a hole at an offset of the state is one. */
  void requireShort(long offset, String path) throws UnsupportedFeatureException {
    if (known) {
      return;
    }
    long size = size();
    if (size < 0 || size > stateStart) {
      throw new UnsupportedFeatureException(
          Reason.DISK_BACKING_FILE,
          "VM state: expected clusters of its own, found a hole that the backing file "
              + header.backingFile()
              + (size < 0 ? " may fill, which cannot be opened" : " fills"),
          offset,
          path);
    }
    known = true;
  }

  private long size() {
    if (image == null || header.backingFile().contains(":")) {
      return -1;
    }
    Path folder = image.toAbsolutePath().getParent();
    try {
      Path file = folder.resolve(header.backingFile());
      if (!Files.isRegularFile(file)) {
        return -1;
      }
      try (ByteSource source = FileSource.open(file, new StructurePath())) {
        return source.peek32(0) == Qcow2Format.MAGIC
            ? DiskHeader.read(source).diskSize()
            : source.length();
      }
    } catch (IOException | IllegalArgumentException e) {
      return -1;
    }
  }
}
