package org.vmstate.writer.ram;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.writer.io.FileSink;

/**
 * Writes pages to their places in a file. Pages come in any order and may come again; zero pages
 * stay holes. Different pages may be written by several threads at once. A part of a block may have
 * several places, or none.
 */
public final class PlacedPages implements Closeable {
  private static final int CHUNK = 1 << 20;

  private final boolean transferable;
  private final Placement placement;
  private final Arena arena = Arena.ofShared();
  private final BitmapMemory memory = new BitmapMemory(arena);
  private final List<RamBlock> blocks = new ArrayList<>();
  private final List<PageBitmap> bitmaps = new ArrayList<>();

  /** Where bytes of blocks stand in the file. */
  public interface Placement {
    /** Gives all places of a part of a block. */
    void places(RamBlock block, long from, long length, Place place) throws IOException;
  }

  /** Takes a place. */
  public interface Place {
    /**
     * Takes the place of some bytes.
     *
     * @param from offset in the block
     * @param length bytes
     * @param file the file
     * @param offset offset in the file
     */
    void at(long from, long length, FileSink file, long offset) throws IOException;
  }

  /**
   * Writes to one or more files.
   *
   * @param transferable whether {@link #transfer} may be used with all of them
   */
  public PlacedPages(boolean transferable, Placement placement) {
    this.transferable = transferable;
    this.placement = placement;
  }

  /** Accepts the next block of the list. */
  public void add(RamBlock block) {
    blocks.add(block);
    bitmaps.add(new PageBitmap(memory, block.pages()));
  }

  PageBitmap bitmap(int index) {
    return bitmaps.get(index);
  }

  /** Reports whether bytes may be moved by {@link #transfer}. */
  public boolean isTransferable() {
    return transferable;
  }

  /** Writes whole pages; the last page of a block may be cut off at the block's end. */
  public void put(int index, long first, ByteBuffer data) throws IOException {
    RamBlock block = blocks.get(index);
    int size = block.pageSize();
    long page = first;
    while (data.hasRemaining()) {
      int spanStart = data.position();
      int at = spanStart;
      while (at < data.limit() && !ZeroPages.isZero(data, at, Math.min(size, data.limit() - at))) {
        at = Math.min(data.limit(), at + size);
      }
      if (at > spanStart) {
        long count = (at - spanStart + size - 1) / size;
        write(block, page * size, data.slice(spanStart, at - spanStart));
        bitmaps.get(index).set(page, count);
        page += count;
      } else {
        at = Math.min(data.limit(), at + size);
        zero(index, page, 1);
        page++;
      }
      data.position(at);
    }
  }

  private void write(RamBlock block, long start, ByteBuffer data) throws IOException {
    placement.places(
        block,
        start,
        data.remaining(),
        (from, count, file, offset) ->
            file.writeAt(offset, data.slice(data.position() + (int) (from - start), (int) count)));
  }

  /** Makes pages zero; where there was data before, zeros are written over it. */
  public void zero(int index, long first, long count) throws IOException {
    RamBlock block = blocks.get(index);
    PageBitmap bitmap = bitmaps.get(index);
    long end = first + count;
    for (long page = bitmap.nextSet(first, end); page < end; page = bitmap.nextSet(page, end)) {
      // what has data is cleared a page at a time: it is rare
      long from = page * block.pageSize();
      int length = (int) Math.min(block.pageSize(), block.usedLength() - from);
      write(block, from, ZeroPages.zeros(length));
      bitmap.clear(page, 1);
    }
  }

  /** Fills pages with a byte that is not zero. */
  public void fill(int index, long first, long count, int value) throws IOException {
    int size = blocks.get(index).pageSize();
    ByteBuffer data = ByteBuffer.allocate((int) Math.min(count * size, Math.max(size, CHUNK)));
    Arrays.fill(data.array(), (byte) value);
    for (long page = first; page < first + count; page += data.capacity() / size) {
      long left = (first + count - page) * size;
      put(index, page, data.duplicate().limit((int) Math.min(data.capacity(), left)));
    }
  }

  /** Reads a page as it is so far. */
  public void get(int index, long page, ByteBuffer target) throws IOException {
    RamBlock block = blocks.get(index);
    int end = target.limit();
    target.duplicate().put(ZeroPages.zeros(target.remaining()));
    if (bitmaps.get(index).get(page)) {
      int start = target.position();
      long first = page * block.pageSize();
      long length = Math.min(target.remaining(), block.usedLength() - first);
      placement.places(
          block,
          first,
          length,
          (from, count, file, offset) -> {
            int at = start + (int) (from - first);
            target.limit(at + (int) count).position(at);
            file.readAt(offset, target);
          });
    }
    target.limit(end).position(end);
  }

  /**
   * Accepts pages from another file without looking at them.
   *
   * @param source a channel that no other thread uses
   * @param from offset of the first page in the source
   */
  public void transfer(int index, long first, long count, FileChannel source, long from)
      throws IOException {
    RamBlock block = blocks.get(index);
    long at = first * block.pageSize();
    long length = Math.min(count * block.pageSize(), block.usedLength() - at);
    placement.places(
        block,
        at,
        length,
        (start, n, file, offset) -> file.transferAt(source, from + start - at, n, offset));
    bitmaps.get(index).set(first, count);
  }

  @Override
  public void close() {
    arena.close();
  }
}
