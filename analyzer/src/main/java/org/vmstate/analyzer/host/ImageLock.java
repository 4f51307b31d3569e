package org.vmstate.analyzer.host;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The locks that QEMU takes on a disk image, all of them and against everybody: a byte for each
 * permission that a program has, and one for each that it denies to others. They belong to the open
 * file and not to the process, as QEMU's do, so that nothing that is opened or closed beside it
 * gives them up.
 *
 * <p>Source: QEMU 10.2 block/file-posix.c.
 */
public final class ImageLock implements Closeable {
  private static final int HELD = 100;
  private static final int DENIED = 200;
  private static final int LOCKS = 4;

  private final HostFile file;

  private ImageLock(HostFile file) {
    this.file = file;
  }

  /** Reports whether this system has such locks. */
  public static boolean isSupported() {
    return System.getProperty("os.name").equals("Linux");
  }

  /**
   * Takes the locks.
   *
   * @throws ImageInUseException when another program has one of them
   */
  public static ImageLock take(Path image) throws IOException {
    HostFile file = HostFile.open(image, HostFile.READ_WRITE);
    if (file.lock(HELD, LOCKS) && file.lock(DENIED, LOCKS)) {
      return new ImageLock(file);
    }
    file.close();
    throw new ImageInUseException(
        image + ": is in use by another program, perhaps a running QEMU; nothing was written");
  }

  @Override
  public void close() {
    file.close();
  }
}
