package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** What commands leave in a folder. */
final class FolderFiles {
  /** Physical memory may have its end at 4 GiB, far past anything but zeros. */
  private static final long MOST_HASHED = 17 << 20;

  private FolderFiles() {}

  /** Returns what is in a folder with a hash of each file, and empties it. */
  static TreeMap<String, Integer> take(Path folder) throws IOException {
    TreeMap<String, Integer> files = new TreeMap<>();
    List<Path> found;
    try (Stream<Path> all = Files.walk(folder)) {
      found = all.filter(path -> !path.equals(folder)).sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : found) {
      files.put(folder.relativize(path).toString(), Files.isRegularFile(path) ? hash(path) : 0);
      Files.delete(path);
    }
    return files;
  }

  /** Returns a hash of a file's length and bytes. */
  static int hash(Path file) throws IOException {
    CRC32C sum = new CRC32C();
    byte[] chunk = new byte[64 << 10];
    long left = MOST_HASHED;
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(chunk); n >= 0 && left > 0; n = in.read(chunk)) {
        sum.update(chunk, 0, n);
        left -= n;
      }
    }
    return (int) sum.getValue() * 31 + Long.hashCode(Files.size(file));
  }
}
