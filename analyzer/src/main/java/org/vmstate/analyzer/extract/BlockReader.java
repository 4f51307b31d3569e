package org.vmstate.analyzer.extract;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import org.vmstate.analyzer.convert.ConversionException;
import org.vmstate.analyzer.memory.FinalMemory;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.ram.RamContents;

/** Reads the final memory of an image in any order. */
final class BlockReader implements Closeable {
  private static final ByteBuffer ZEROS = ByteBuffer.allocate(64 << 10).asReadOnlyBuffer();

  private final FinalMemory memory = new FinalMemory();

  private BlockReader() {}

  /** Makes a pass over an image; a packed stream is unpacked into a temporary file. */
  static BlockReader read(ByteSource image, ParseOptions options) throws IOException {
    BlockReader reader = new BlockReader();
    try {
      reader.memory.read(image, options);
      return reader;
    } catch (IOException | RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  RamBlock block(String name) throws ConversionException {
    return memory.contents().blocks().stream()
        .filter(b -> b.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new ConversionException("block " + name + ": no such block"));
  }

  /** Copies a part of a block. */
  void copy(RamBlock wanted, long from, long length, WritableByteChannel out) throws IOException {
    RamBlock block = memory.contents().blocks().get(wanted.index());
    int size = block.pageSize();
    long first = from / size;
    long end = (from + length + size - 1) / size;
    memory
        .contents()
        .read(
            block,
            first,
            end,
            new RamContents.Sink() {
              private long skip = from - first * size;
              private long left = length;

              @Override
              public void bytes(ByteBuffer data) throws IOException {
                int start = (int) Math.min(skip, data.remaining());
                int count = (int) Math.min(left, data.remaining() - start);
                ByteBuffer part = data.slice(data.position() + start, count);
                skip -= start;
                left -= count;
                while (part.hasRemaining()) {
                  out.write(part);
                }
              }

              @Override
              public void zeros(long count) throws IOException {
                long start = Math.min(skip, count);
                long more = Math.min(left, count - start);
                skip -= start;
                left -= more;
                while (more > 0) {
                  more -=
                      out.write(ZEROS.duplicate().limit((int) Math.min(more, ZEROS.capacity())));
                }
              }
            });
  }

  @Override
  public void close() throws IOException {
    memory.close();
  }
}
