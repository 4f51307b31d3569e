package org.vmstate.writer.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.vmstate.formats.error.NamedIOException;

/**
 * A handle that bypasses the page cache (O_DIRECT). Offset, length and memory address of every
 * write are multiples of what the file system asks for, and of 4096, so that no page of the cache
 * is shared with what goes through the other handle.
 */
public final class DirectFile implements Closeable {
  private static final int PAGE = 4096;
  private static final int CHUNK = 1 << 20;

  private final FileChannel file;
  private final int alignment;
  private final ThreadLocal<ByteBuffer> aligned;

  /** Writes to an open file by multiples of the alignment. */
  DirectFile(FileChannel file, int alignment) {
    this.file = file;
    this.alignment = alignment;
    this.aligned =
        ThreadLocal.withInitial(
            () -> ByteBuffer.allocateDirect(CHUNK + alignment).alignedSlice(alignment));
  }

  /** Opens a second handle on a file that exists. */
  public static DirectFile open(Path path) throws IOException {
    int alignment = (int) Math.max(PAGE, Files.getFileStore(path).getBlockSize());
    try {
      return new DirectFile(
          FileChannel.open(path, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS, option()),
          alignment);
    } catch (IOException | UnsupportedOperationException e) {
      throw new NamedIOException(path.getParent() + ": no O_DIRECT on this file system", e);
    }
  }

  /**
   * Returns O_DIRECT. The option is public, but javac warns of its package, which cannot be
   * switched off.
   */
  public static OpenOption option() {
    try {
      return (OpenOption)
          Class.forName("com.sun.nio.file.ExtendedOpenOption").getField("DIRECT").get(null);
    } catch (ReflectiveOperationException e) {
      throw new UnsupportedOperationException(e);
    }
  }

  long roundUp(long offset) {
    return (offset + alignment - 1) / alignment * alignment;
  }

  long roundDown(long offset) {
    return offset / alignment * alignment;
  }

  void write(long offset, ByteBuffer data) throws IOException {
    long at = offset;
    if (data.isDirect() && data.alignmentOffset(data.position(), alignment) == 0) {
      while (data.hasRemaining()) {
        at += file.write(data, at);
      }
      return;
    }
    ByteBuffer copy = aligned.get();
    while (data.hasRemaining()) {
      int n = Math.min(data.remaining(), CHUNK);
      copy.clear().put(data.slice(data.position(), n)).flip();
      data.position(data.position() + n);
      while (copy.hasRemaining()) {
        at += file.write(copy, at);
      }
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
