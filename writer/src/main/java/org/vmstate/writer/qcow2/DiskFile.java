package org.vmstate.writer.qcow2;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** The file of a disk image: read and written anywhere, brought to disk when that is asked for. */
public interface DiskFile {

  /** Fills a buffer; what lies after the end is zero. */
  void read(long offset, ByteBuffer target) throws IOException;

  /** Writes all that remains in a buffer. */
  void write(long offset, ByteBuffer data) throws IOException;

  /** Returns when everything that was written is on disk. */
  void force() throws IOException;

  /** Returns the length of the file in bytes. */
  long size() throws IOException;

  /**
   * Gives the file a length, which is more than it has. XFS sets aside blocks after the end of a
   * file that grows; what it did is given back, and not done while places before the end are
   * written.
   */
  default void reach(long length) throws IOException {
    write(length - 1, ByteBuffer.allocate(1));
  }

  /** Returns a channel as such a file. */
  static DiskFile of(FileChannel channel) {
    return new DiskFile() {
      @Override
      public void read(long offset, ByteBuffer target) throws IOException {
        long at = offset;
        while (target.hasRemaining()) {
          int n = channel.read(target, at);
          if (n < 0) {
            if (at < channel.size()) {
              throw new IOException("ended at offset " + at + ", before its length");
            }
            target.put(new byte[target.remaining()]);
            return;
          }
          at += n;
        }
      }

      @Override
      public void write(long offset, ByteBuffer data) throws IOException {
        long at = offset;
        while (data.hasRemaining()) {
          at += channel.write(data, at);
        }
      }

      @Override
      public void reach(long length) throws IOException {
        long end = channel.size();
        // only a file that becomes shorter gives back
        write(length - 1, ByteBuffer.allocate(1));
        channel.truncate(end);
        write(length - 1, ByteBuffer.allocate(1));
      }

      @Override
      public void force() throws IOException {
        channel.force(true);
      }

      @Override
      public long size() throws IOException {
        return channel.size();
      }
    };
  }

  /** Reads a 64-bit word. */
  default long be64(long offset) throws IOException {
    ByteBuffer word = ByteBuffer.allocate(Long.BYTES);
    read(offset, word);
    return word.getLong(0);
  }

  /** Writes a 64-bit word. */
  default void be64(long offset, long value) throws IOException {
    write(offset, ByteBuffer.allocate(Long.BYTES).putLong(0, value));
  }
}
