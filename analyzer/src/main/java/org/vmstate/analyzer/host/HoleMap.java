package org.vmstate.analyzer.host;

import java.io.IOException;
import java.nio.file.Path;
import org.vmstate.analyzer.check.DataMap;

/** The holes of a file as its file system tells them. */
public final class HoleMap implements DataMap, AutoCloseable {
  private final HostFile file;

  private HoleMap(HostFile file) {
    this.file = file;
  }

  /** Opens a file. */
  public static HoleMap open(Path path) throws IOException {
    return new HoleMap(HostFile.open(path, HostFile.READ_ONLY));
  }

  @Override
  public long nextData(long offset, long end) throws IOException {
    long found = file.seek(offset, HostFile.SEEK_DATA);
    return found == -HostFile.NO_MORE ? end : checked(found);
  }

  @Override
  public long nextHole(long offset, long end) throws IOException {
    return Math.min(end, checked(file.seek(offset, HostFile.SEEK_HOLE)));
  }

  private static long checked(long result) throws IOException {
    if (result < 0) {
      throw new IOException("lseek: error " + -result);
    }
    return result;
  }

  @Override
  public void close() {
    file.close();
  }
}
