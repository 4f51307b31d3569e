package org.vmstate.analyzer.host;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

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

  /** The files whose locks this program has. */
  private static final Set<Object> OWN = ConcurrentHashMap.newKeySet();

  private final HostFile file;
  private final Object key;

  private ImageLock(HostFile file, Object key) {
    this.file = file;
    this.key = key;
  }

  /** Reports whether this program has the locks on an image. */
  static boolean isOwn(Path image) throws IOException {
    return OWN.contains(key(image));
  }

  private static Object key(Path image) throws IOException {
    return Files.readAttributes(image, BasicFileAttributes.class).fileKey();
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
    Object key = key(image);
    HostFile file = HostFile.open(image, HostFile.READ_WRITE);
    if (file.lock(HELD, LOCKS) && file.lock(DENIED, LOCKS)) {
      ImageLock lock = new ImageLock(file, key);
      OWN.add(lock.key);
      return lock;
    }
    file.close();
    throw new ImageInUseException(
        image + ": is in use by another program, perhaps a running QEMU; nothing was written");
  }

  @Override
  public void close() {
    OWN.remove(key);
    file.close();
  }
}
