package org.vmstate.analyzer.host;

import java.io.IOException;
import java.nio.file.Path;
import org.vmstate.analyzer.check.DataMap;

/** The holes of a file as its file system tells them. */
public final class HoleMap implements DataMap, AutoCloseable {
  /** Null where holes are not known. */
  private final HostFile file;

  private HoleMap(HostFile file) {
    this.file = file;
  }

  /** Opens a file; where the system has no such calls, holes are not known. */
  public static HoleMap open(Path path) throws IOException {
    boolean linux = System.getProperty("os.name").equals("Linux");
    return new HoleMap(linux ? HostFile.open(path, HostFile.READ_ONLY) : null);
  }

  @Override
  public long nextData(long offset, long end) {
    if (file == null) {
      return offset;
    }
    long found = file.seek(offset, HostFile.SEEK_DATA);
    if (found == -HostFile.NO_MORE) {
      return end;
    }
    // a file system that does not know its holes
    return found < 0 ? offset : found;
  }

  @Override
  public long nextHole(long offset, long end) {
    if (file == null) {
      return end;
    }
    long found = file.seek(offset, HostFile.SEEK_HOLE);
    return found < 0 ? end : Math.min(end, found);
  }

  @Override
  public void close() {
    if (file != null) {
      file.close();
    }
  }
}
