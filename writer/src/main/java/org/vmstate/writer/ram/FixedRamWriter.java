package org.vmstate.writer.ram;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.vmstate.formats.ram.BitmapOrder;
import org.vmstate.formats.ram.FixedFormat;
import org.vmstate.formats.ram.MappedBlock;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.writer.io.FileSink;

/**
 * Writes a RAM block list whose pages have fixed places: mapped-ram, or the proposal of 2022. Pages
 * come in any order and may come again; zero pages stay holes. Different pages may be written by
 * several threads at once. Source: QEMU 10.0 migration/ram.c; fixed-ram RFC (2022).
 */
public final class FixedRamWriter implements Closeable {
  private static final int CHUNK = 1 << 20;

  private final FileSink sink;
  private final boolean proposal2022;
  private final long alignment;
  private final Arena arena = Arena.ofShared();
  private final List<RamBlock> blocks = new ArrayList<>();
  private final List<PageBitmap> bitmaps = new ArrayList<>();

  /**
   * Writes to a file.
   *
   * @param proposal2022 true for the layout of 2022
   * @param alignment alignment of page areas in the file, a power of two
   */
  public FixedRamWriter(FileSink sink, boolean proposal2022, long alignment) {
    this.sink = sink;
    this.proposal2022 = proposal2022;
    this.alignment = alignment;
  }

  /** Writes the list; the sink then stands behind the last page area. */
  public List<RamBlock> list(List<RamBlock> wanted) throws IOException {
    BlockListWriter out = new BlockListWriter(sink);
    out.total(wanted.stream().mapToLong(RamBlock::usedLength).sum());
    for (RamBlock block : wanted) {
      out.entry(block);
      MappedBlock place = place(block);
      if (proposal2022) {
        out.header2022(place);
      } else {
        out.mappedHeader(place);
      }
      sink.skipTo(Math.addExact(place.pagesOffset(), block.usedLength()));
      blocks.add(block.withMapped(Optional.of(place)));
      bitmaps.add(new PageBitmap(arena, block.pages()));
    }
    return List.copyOf(blocks);
  }

  private MappedBlock place(RamBlock block) {
    long header = sink.position();
    int headerLength = proposal2022 ? FixedFormat.HEADER_LENGTH_2022 : FixedFormat.HEADER_LENGTH;
    long bitmap = header + headerLength;
    long length = FixedFormat.bitmapLength(block.pages());
    long pages = Math.addExact(bitmap + length, alignment - 1) & -alignment;
    return new MappedBlock(
        proposal2022 ? 0 : FixedFormat.VERSION,
        block.pageSize(),
        header,
        bitmap,
        length,
        pages,
        BitmapOrder.LITTLE);
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
        sink.writeAt(offset(block, page), data.slice(spanStart, at - spanStart));
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

  /** Makes pages zero; where there was data before, zeros are written over it. */
  public void zero(int index, long first, long count) throws IOException {
    RamBlock block = blocks.get(index);
    PageBitmap bitmap = bitmaps.get(index);
    long end = first + count;
    for (long page = bitmap.nextSet(first, end); page < end; page = bitmap.nextSet(page, end)) {
      // what has data is cleared a page at a time: it is rare
      sink.writeAt(offset(block, page), ZeroPages.zeros(block.pageSize()));
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
    if (bitmaps.get(index).get(page)) {
      sink.readAt(offset(blocks.get(index), page), target);
    } else {
      target.put(ZeroPages.zeros(target.remaining()));
    }
  }

  /**
   * Takes pages from another file without looking at them.
   *
   * @param source a channel that no other thread uses
   * @param from offset of the first page in the source
   */
  public void transfer(int index, long first, long count, FileChannel source, long from)
      throws IOException {
    RamBlock block = blocks.get(index);
    long at = first * block.pageSize();
    long length = Math.min(count * block.pageSize(), block.usedLength() - at);
    sink.transferAt(source, from, length, offset(block, first));
    bitmaps.get(index).set(first, count);
  }

  private static long offset(RamBlock block, long page) {
    return block.mapped().orElseThrow().pagesOffset() + page * block.pageSize();
  }

  /** Writes the bitmaps once all pages are there; holes stay where a part of one is empty. */
  public void finish() throws IOException {
    for (RamBlock block : blocks) {
      MappedBlock place = block.mapped().orElseThrow();
      PageBitmap bitmap = bitmaps.get(block.index());
      for (long at = 0; at < place.bitmapLength(); at += CHUNK) {
        int length = (int) Math.min(CHUNK, place.bitmapLength() - at);
        ByteBuffer bytes = bitmap.slice(at, length);
        if (!ZeroPages.isZero(bytes, 0, length)) {
          sink.writeAt(place.bitmapOffset() + at, bytes);
        }
      }
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
