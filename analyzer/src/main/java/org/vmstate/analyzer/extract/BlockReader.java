package org.vmstate.analyzer.extract;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import org.vmstate.analyzer.memory.AbsentPages;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.memory.FinalMemory;
import org.vmstate.parser.memory.PageCursor;
import org.vmstate.parser.memory.PageState;
import org.vmstate.parser.memory.RamContents;

/** Reads the final memory of an image in any order. */
final class BlockReader implements Closeable {
  private static final ByteBuffer ZEROS = ByteBuffer.allocate(64 << 10).asReadOnlyBuffer();

  private final AbsentPages absent;
  private final EventSink also;
  private final FinalMemory memory =
      new FinalMemory() {
        @Override
        public void accept(Event event) throws IOException {
          super.accept(event);
          absent.accept(event);
          also.accept(event);
        }

        @Override
        public boolean wants(Want want) {
          return super.wants(want) || also.wants(want);
        }
      };

  private BlockReader(AbsentPages absent, EventSink also) {
    this.absent = absent;
    this.also = also;
  }

  /** Makes a pass over an image; a compressed stream is decompressed into a temporary file. */
  static BlockReader read(ByteSource image, ParseOptions options, AbsentPages absent)
      throws IOException {
    return read(image, options, absent, event -> {});
  }

  /** Makes a pass in which something else learns from the image, too. */
  static BlockReader read(
      ByteSource image, ParseOptions options, AbsentPages absent, EventSink also)
      throws IOException {
    BlockReader reader = new BlockReader(absent, also);
    try {
      reader.memory.read(image, options);
      return reader;
    } catch (IOException | RuntimeException | Error e) {
      reader.close();
      throw e;
    }
  }

  RamBlock block(String name) throws ConversionException {
    return memory
        .block(name)
        .orElseThrow(
            () -> new ConversionException("block " + name + ": no such block; info lists them"));
  }

  /** Returns a block as this pass found it. */
  private RamBlock own(RamBlock block) {
    return memory.blocks().get(block.index());
  }

  /** Requires that the image has a part of a block. */
  void require(RamBlock wanted, long from, long length, String target) throws IOException {
    RamBlock block = own(wanted);
    PageCursor cursor = memory.contents().cursor(block);
    long end = (from + length + block.pageSize() - 1) / block.pageSize();
    long missing = 0;
    for (long page = from / block.pageSize(); page < end; ) {
      cursor.moveTo(page);
      long next = Math.min(end, cursor.end());
      if (cursor.state() == PageState.LEFT_OUT) {
        absent.leftOut(block, target + " has no way to say so");
        return;
      }
      missing += cursor.state().isAbsent() ? next - page : 0;
      page = next;
    }
    absent.require(block, missing, target);
  }

  /** Copies a part of a block. */
  void copy(RamBlock wanted, long from, long length, WritableByteChannel out) throws IOException {
    RamBlock block = own(wanted);
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
                if (out instanceof ZeroTaking taking) {
                  taking.zeros(more);
                  return;
                }
                while (more > 0) {
                  more -=
                      out.write(ZEROS.duplicate().limit((int) Math.min(more, ZEROS.capacity())));
                }
              }

              @Override
              public void absent(long count) throws IOException {
                // required before, so that it is known to be a loss
                zeros(count);
              }
            });
  }

  @Override
  public void close() throws IOException {
    memory.close();
  }
}
