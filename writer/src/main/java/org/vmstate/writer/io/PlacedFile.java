package org.vmstate.writer.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.vmstate.formats.error.NamedIOException;

/**
 * An output over what stands from an offset on in a file or a block device that is there. What was
 * there is gone as soon as this starts: zeros come first, then everything but the first 4 KiB, and
 * those at last, each brought to disk before the next. So a part of an image is never taken for
 * one. A file ends where the output does.
 */
public final class PlacedFile implements Closeable {
  private final FileChannel channel;
  private final long offset;
  private final String name;
  private final HeldHead held;
  private final FileSink sink;

  private PlacedFile(FileChannel channel, String name, boolean regular, long offset) {
    this.channel = channel;
    this.offset = offset;
    this.name = name;
    held = new HeldHead(offset);
    sink = new FileSink(channel, offset, held, !regular).named(name);
  }

  /**
   * Starts an output.
   *
   * @param offset offset in the file of its first byte, at most its length
   */
  public static PlacedFile open(Path path, long offset) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    return on(channel, path.toString(), Files.isRegularFile(path), offset);
  }

  /**
   * Starts an output in an open file, which is closed when it is refused.
   *
   * @param regular false for a block device, whose length stays
   */
  static PlacedFile on(FileChannel channel, String name, boolean regular, long offset)
      throws IOException {
    try {
      long size = channel.size();
      if (offset > size) {
        throw new NamedIOException(
            name + ": expected an offset up to " + size + ", found " + offset);
      }
      PlacedFile file = new PlacedFile(channel, name, regular, offset);
      if (regular) {
        // holes of the output are zeros
        channel.truncate(offset);
      } else {
        file.write(new byte[HeldHead.LENGTH], Math.min(HeldHead.LENGTH, size - offset));
      }
      channel.force(true);
      return file;
    } catch (IOException e) {
      channel.close();
      throw NamedIOException.ofNameless(name, e);
    } catch (RuntimeException | Error e) {
      channel.close();
      throw e;
    }
  }

  /** Returns what takes the bytes; its offsets are those of the file. */
  public FileSink sink() {
    return sink;
  }

  private void write(byte[] bytes, long count) throws IOException {
    ByteBuffer data = ByteBuffer.wrap(bytes, 0, (int) count);
    while (data.hasRemaining()) {
      channel.write(data, offset + data.position());
    }
  }

  /**
   * Ends the output by its first bytes.
   *
   * @param sync whether everything is brought to disk before and after
   */
  public void commit(boolean sync) throws IOException {
    long length = sink.position() - offset;
    try {
      if (sync) {
        channel.force(true);
      }
      ByteBuffer head = ByteBuffer.allocate((int) Math.min(HeldHead.LENGTH, length));
      held.give(offset, head);
      write(head.array(), head.capacity());
      if (sync) {
        channel.force(true);
      }
    } catch (IOException e) {
      throw NamedIOException.of(name, e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
