package org.vmstate.analyzer.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Whether another program has a disk image open for writing, as the kernel's list of locks tells.
 * To look there needs no lock and no call of the C library.
 */
public final class ImageWriters {
  private static final Path LOCKS = Path.of("/proc/locks");

  /** The byte that QEMU locks while it may write: QEMU 10.2 block/file-posix.c. */
  private static final long WRITE = 101;

  private ImageWriters() {}

  /**
   * Reports whether another program holds QEMU's lock for writing; false where that cannot be
   * known.
   */
  public static boolean has(Path image) {
    try {
      // with all of them in this program nobody else has one; the list does not name the owner
      if (ImageLock.isOwn(image) || !Files.isReadable(LOCKS)) {
        return false;
      }
      String place = place(image);
      String locks = new String(Files.readAllBytes(LOCKS), StandardCharsets.ISO_8859_1);
      return locks.contains(place) && locks.lines().anyMatch(line -> isWriter(line, place));
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /** Device and inode as the list has them. */
  private static String place(Path image) throws IOException {
    long device = (Long) Files.getAttribute(image, "unix:dev");
    long inode = (Long) Files.getAttribute(image, "unix:ino");
    long major = device >>> 8 & 0xfff | device >>> 32 & ~0xfffL;
    long minor = device & 0xff | device >>> 12 & ~0xffL;
    return two(major) + ":" + two(minor) + ":" + inode;
  }

  private static String two(long value) {
    String digits = Long.toHexString(value);
    return digits.length() < 2 ? "0" + digits : digits;
  }

  /** A line: number, kind, advisory or not, read or write, process, place, first and last byte. */
  private static boolean isWriter(String line, String place) {
    List<String> words = List.of(line.replace("->", "").trim().split("\\s+"));
    if (words.size() != 8 || !words.get(5).equals(place) || words.get(1).equals("FLOCK")) {
      return false;
    }
    String last = words.get(7);
    return Long.parseLong(words.get(6)) <= WRITE
        && (last.equals("EOF") || Long.parseLong(last) >= WRITE)
        && Long.parseLong(words.get(4)) != ProcessHandle.current().pid();
  }
}
