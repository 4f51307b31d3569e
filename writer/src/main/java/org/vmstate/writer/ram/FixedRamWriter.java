package org.vmstate.writer.ram;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.vmstate.formats.ram.BitmapOrder;
import org.vmstate.formats.ram.FixedFormat;
import org.vmstate.formats.ram.MappedBlock;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.writer.io.FileSink;

/**
 * Writes a RAM block list whose pages have fixed places: mapped-ram, or the proposal of 2022.
 * Source: QEMU 10.0 migration/ram.c; fixed-ram RFC (2022).
 */
public final class FixedRamWriter implements Closeable {
  private static final int CHUNK = 1 << 20;

  private final FileSink sink;
  private final boolean proposal2022;
  private final long alignment;
  private final List<RamBlock> blocks = new ArrayList<>();
  private final PlacedPages pages;

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
    this.pages = new PlacedPages(sink.isTransferable(), this::places);
  }

  /** Writes the list; the sink then stands after the last page area. */
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
      pages.add(blocks.getLast());
    }
    sink.reach();
    return List.copyOf(blocks);
  }

  private void places(RamBlock block, long from, long length, PlacedPages.Place place)
      throws IOException {
    place.at(from, length, sink, block.mapped().orElseThrow().pagesOffset() + from);
  }

  /** Returns what writes the pages once the list is written. */
  public PlacedPages pages() {
    return pages;
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

  /** Writes the bitmaps once all pages are there; holes stay where a part of one is empty. */
  public void finish() throws IOException {
    for (RamBlock block : blocks) {
      MappedBlock place = block.mapped().orElseThrow();
      PageBitmap bitmap = pages.bitmap(block.index());
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
    pages.close();
  }
}
