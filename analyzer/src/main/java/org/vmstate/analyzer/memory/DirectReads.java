package org.vmstate.analyzer.memory;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.vmstate.formats.error.NamedIOException;
import org.vmstate.writer.io.DirectFile;

/** Reads that bypass the page cache (O_DIRECT), where offset, length and memory are aligned. */
public final class DirectReads implements Closeable {
  private static final int LEAST = 4096;

  private final FileChannel file;
  private final int alignment;

  private DirectReads(FileChannel file, int alignment) {
    this.file = file;
    this.alignment = alignment;
  }

  /**
   * Opens a file for reading so.
   *
   * @throws NamedIOException where the file system has no such reading
   */
  public static DirectReads open(Path path) throws IOException {
    int alignment = (int) Math.max(LEAST, Files.getFileStore(path).getBlockSize());
    try {
      return new DirectReads(
          FileChannel.open(path, StandardOpenOption.READ, DirectFile.option()), alignment);
    } catch (IOException | UnsupportedOperationException e) {
      throw new NamedIOException(path + ": no O_DIRECT on this file system", e);
    }
  }

  /** Returns an empty buffer of a size whose memory is aligned. */
  public ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocateDirect(bytes + alignment).alignedSlice(alignment);
  }

  /** Fills what remains of a buffer; false, with nothing read, where that is not possible. */
  public boolean read(long offset, ByteBuffer out) throws IOException {
    int start = out.position();
    if (offset % alignment != 0
        || out.remaining() % alignment != 0
        || !out.isDirect()
        || out.alignmentOffset(start, alignment) != 0) {
      return false;
    }
    while (out.hasRemaining()) {
      int n = file.read(out, offset + out.position() - start);
      if (n <= 0) {
        // the other way of reading says what is wrong
        out.position(start);
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      // it was only read
    }
  }
}
