package org.vmstate.analyzer.host;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The holes of a file as its file system tells them. The file is opened when it is first asked
 * about, because to link the C library's functions takes longer than to check a small image.
 */
public final class HoleMap implements DataMap, AutoCloseable {
  private static final long UNKNOWN = -1;

  private final Path path;

  /** Null while nothing was asked, and where holes are not known. */
  private HostFile file;

  private HoleMap(Path path) {
    this.path = path;
  }

  /** Returns the holes of a file; where the system has no such calls, holes are not known. */
  public static HoleMap of(Path path) {
    return new HoleMap(path);
  }

  @Override
  public long nextData(long offset, long end) throws IOException {
    long found = seek(offset, HostFile.SEEK_DATA);
    if (found == -HostFile.NO_MORE) {
      return end;
    }
    // a file system that does not know its holes
    return found < 0 ? offset : found;
  }

  @Override
  public long nextHole(long offset, long end) throws IOException {
    long found = seek(offset, HostFile.SEEK_HOLE);
    return found < 0 ? end : Math.min(end, found);
  }

  private long seek(long offset, int whence) throws IOException {
    if (!System.getProperty("os.name").equals("Linux")) {
      return UNKNOWN;
    }
    if (file == null) {
      file = HostFile.open(path, HostFile.READ_ONLY);
    }
    return file.seek(offset, whence);
  }

  @Override
  public void close() {
    if (file != null) {
      file.close();
    }
  }
}
