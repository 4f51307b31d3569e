package org.vmstate.writer.ram;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.vmstate.formats.layout.FixedLayout;
import org.vmstate.formats.ram.MappedBlock;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.writer.io.FileSink;
import org.vmstate.writer.io.StreamSink;

/**
 * Writes a RAM block list whose pages have fixed places, in one of the layouts that have them.
 * Source: QEMU 10.0 migration/ram.c; fixed-ram RFC (2022).
 */
public final class FixedRamWriter implements Closeable {
  private static final int CHUNK = 1 << 20;

  private final FileSink sink;
  private final FixedLayout layout;
  private final long alignment;
  private final List<RamBlock> blocks = new ArrayList<>();
  private final PlacedPages pages;

  /**
   * Writes to a file.
   *
   * @param alignment alignment of page areas in the file, a power of two
   */
  public FixedRamWriter(FileSink sink, FixedLayout layout, long alignment) {
    this.sink = sink;
    this.layout = layout;
    this.alignment = alignment;
    this.pages = new PlacedPages(sink.isTransferable(), this::places);
  }

  /**
   * Writes the list; the sink then stands after the last page area. The file gets its length first:
   * where it grows from header to header, XFS sets aside blocks after each, which stay in the
   * holes.
   */
  public List<RamBlock> list(List<RamBlock> wanted) throws IOException {
    ByteArrayOutputStream entries = new ByteArrayOutputStream();
    StreamSink head = new StreamSink(entries);
    BlockListWriter out = new BlockListWriter(head);
    out.total(wanted.stream().mapToLong(RamBlock::usedLength).sum());
    List<byte[]> pieces = new ArrayList<>();
    long end = sink.position();
    for (RamBlock block : wanted) {
      out.entry(block);
      head.flush();
      long at = end + entries.size();
      MappedBlock place = layout.place(at, block.pages(), block.pageSize(), alignment);
      out.header(layout, place);
      head.flush();
      pieces.add(entries.toByteArray());
      entries.reset();
      end = Math.addExact(place.pagesOffset(), block.usedLength());
      blocks.add(block.withMapped(Optional.of(place)));
      pages.add(blocks.getLast());
    }
    head.flush();
    pieces.add(entries.toByteArray());
    sink.reach(end);
    for (int i = 0; i < pieces.size(); i++) {
      sink.write(ByteBuffer.wrap(pieces.get(i)));
      sink.skipTo(i < blocks.size() ? end(blocks.get(i)) : sink.position());
    }
    return List.copyOf(blocks);
  }

  private static long end(RamBlock block) {
    return block.mapped().orElseThrow().pagesOffset() + block.usedLength();
  }

  private void places(RamBlock block, long from, long length, PlacedPages.Place place)
      throws IOException {
    place.at(from, length, sink, block.mapped().orElseThrow().pagesOffset() + from);
  }

  /** Returns what writes the pages once the list is written. */
  public PlacedPages pages() {
    return pages;
  }

  /** Writes the bitmaps once all pages are there; holes stay where a part of one is empty. */
  public void finish() throws IOException {
    for (RamBlock block : blocks) {
      MappedBlock place = block.mapped().orElseThrow();
      PageBitmap bitmap = pages.bitmap(block.index());
      long end = block.pages();
      for (long page = bitmap.nextSet(0, end); page < end; ) {
        long at = page / Byte.SIZE / CHUNK * CHUNK;
        int length = (int) Math.min(CHUNK, place.bitmapLength() - at);
        sink.writeAt(place.bitmapOffset() + at, bitmap.bytes(at, length));
        page = bitmap.nextSet(Math.min(end, (at + CHUNK) * Byte.SIZE), end);
      }
    }
  }

  @Override
  public void close() {
    pages.close();
  }
}
