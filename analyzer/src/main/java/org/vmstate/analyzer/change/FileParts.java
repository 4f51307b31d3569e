package org.vmstate.analyzer.change;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.vmstate.analyzer.host.DataMap;
import org.vmstate.analyzer.host.HoleMap;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;

/** Copies ranges of a file, in which those of a fixed layout have holes where pages are zero. */
final class FileParts implements Closeable {
  /** Length of a file in which it pays to look for holes, of however many bytes of it then. */
  private static final long LARGE = 16 << 20;

  private final Path file;
  private final FileChannel channel;
  private final HoleMap holes;
  private final boolean sparse;

  private FileParts(Path file, FileChannel channel, boolean sparse) {
    this.file = file;
    this.channel = channel;
    this.holes = HoleMap.of(file);
    this.sparse = sparse;
  }

  /**
   * Opens a file.
   *
   * @param sparse whether it may have holes
   */
  static FileParts open(Path file, boolean sparse) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return new FileParts(file, channel, sparse && channel.size() >= LARGE);
    } catch (IOException | RuntimeException | Error e) {
      channel.close();
      throw e;
    }
  }

  /** Appends a range to an output, in which a hole stays one. */
  void copy(long from, long to, Destination target, Progress progress) throws IOException {
    DataMap map = sparse ? holes : DataMap.SOLID;
    for (long at = from; at < to; ) {
      long data = Math.min(to, map.nextData(at, to));
      target.zeros(data - at);
      at = data < to ? map.nextHole(data, to) : to;
      target.append(channel, file, data, at, progress);
    }
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      holes.close();
    }
  }
}
