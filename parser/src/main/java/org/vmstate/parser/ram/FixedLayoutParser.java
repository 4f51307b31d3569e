package org.vmstate.parser.ram;

import java.io.IOException;
import java.util.Optional;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.ram.BitmapOrder;
import org.vmstate.formats.ram.MappedBlock;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.spec.FixedRam2022Header;
import org.vmstate.formats.spec.MappedRamHeader;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.SpecReader;

/**
 * Reads the header of a block in a fixed layout and passes over its bitmap and its pages. Header,
 * bitmap and pages must follow one another, so that no two overlap. Source: QEMU 10.0
 * migration/ram.c; fixed-ram RFC (2022).
 */
final class FixedLayoutParser {
  private static final int WORD_BITS = 64;

  private final ByteSource source;
  private final int pageSize;
  private final Optional<BitmapOrder> order;
  private final EventSink sink;
  private final long areasEnd;

  /**
   * @param areasEnd where the page areas of the blocks before end
   */
  FixedLayoutParser(
      ByteSource source, int pageSize, long areasEnd, Optional<BitmapOrder> order, EventSink sink) {
    this.source = source;
    this.pageSize = pageSize;
    this.areasEnd = areasEnd;
    this.order = order;
    this.sink = sink;
  }

  MappedBlock mappedHeader(long usedLength) throws IOException {
    long at = source.position();
    MappedRamHeader header =
        SpecReader.read(
            source, "mapped_ram_header", Reason.MAPPED_HEADER_VERSION, MappedRamHeader::new);
    if (header.version() > 1) {
      throw source.unsupported(
          Reason.MAPPED_HEADER_VERSION,
          "mapped-ram header version: expected 1, found " + header.version(),
          at,
          Facts.found(header.version()));
    }
    if (header.pageSize() != pageSize) {
      throw source.malformed(
          Reason.MAPPED_HEADER_PAGE_SIZE,
          "mapped-ram page size: expected "
              + pageSize
              + ", found "
              + Long.toUnsignedString(header.pageSize()),
          at + 4);
    }
    if (header.bitmapOffset() == 0 && header.pagesOffset() == 0) {
      // a shared block that x-ignore-shared leaves out (QEMU after 10.0)
      return new MappedBlock(header.version(), pageSize, at, 0, 0, 0, BitmapOrder.LITTLE);
    }
    long pages = (usedLength + pageSize - 1) / pageSize;
    long bitmapLength = (pages + WORD_BITS - 1) / WORD_BITS * 8;
    return place(
        header.version(),
        at,
        header.bitmapOffset(),
        bitmapLength,
        header.pagesOffset(),
        usedLength);
  }

  MappedBlock header2022(long usedLength) throws IOException {
    long at = source.position();
    FixedRam2022Header header =
        SpecReader.read(
            source, "fixed_ram_2022_header", Reason.BITMAP_LENGTH, FixedRam2022Header::new);
    long pages = (usedLength + pageSize - 1) / pageSize;
    if (header.lenBitmap() < (pages + 31) / 32 * 4) {
      throw source.malformed(
          Reason.BITMAP_LENGTH,
          "fixed-ram bitmap length: expected "
              + (pages + 63) / 64 * 8
              + ", found "
              + header.lenBitmap(),
          at);
    }
    return place(0, at, source.position(), header.lenBitmap(), header.pagesOffset(), usedLength);
  }

  private MappedBlock place(
      long version, long at, long bitmap, long bitmapLength, long pages, long usedLength)
      throws IOException {
    long headerEnd = source.position();
    long end = source.length();
    if (bitmap < headerEnd || bitmapLength > end - bitmap) {
      throw source.malformed(
          Reason.BITMAP_OUTSIDE,
          "bitmap offset: expected "
              + headerEnd
              + " or a later place inside the file, found "
              + Long.toUnsignedString(bitmap),
          at);
    }
    if (pages < 0 || usedLength > end - pages) {
      throw source.malformed(
          Reason.PAGES_PASS_FILE,
          "pages offset: expected room for "
              + usedLength
              + " bytes before the end of the file at "
              + end
              + ", found "
              + Long.toUnsignedString(pages),
          at);
    }
    if (pages < areasEnd) {
      throw source.malformed(
          Reason.PAGE_AREAS_OVERLAP,
          "page area: expected a place behind the other blocks' areas, which end at "
              + areasEnd
              + ", found "
              + pages,
          at);
    }
    // a 32-bit writer's bitmap may be four bytes shorter than 64-bit words need
    long length = bitmapLength;
    if (pages - bitmap == bitmapLength - 4) {
      length -= 4;
    }
    if (pages < bitmap + length) {
      throw source.malformed(
          Reason.PAGES_IN_BITMAP,
          "pages offset: expected "
              + (bitmap + length)
              + " (the end of the bitmap) or more, found "
              + pages,
          at);
    }
    MappedBlock block =
        new MappedBlock(version, pageSize, at, bitmap, length, pages, BitmapOrder.LITTLE);
    BitmapOrder found =
        order.isPresent() ? order.get() : new BitmapOrderFinder(source, usedLength, block).find();
    return new MappedBlock(version, pageSize, at, bitmap, length, pages, found);
  }

  /** Emits header, bitmap, page area and the gaps between them; the cursor ends after the area. */
  void pages(RamBlock block, long entryEnd) throws IOException {
    MappedBlock mapped = block.mapped().orElseThrow();
    long headerEnd = source.position();
    sink.accept(new Event.MappedHeader(new ByteRange(entryEnd, headerEnd), block));
    if (mapped.pagesOffset() == 0) {
      return;
    }
    gap(headerEnd, mapped.bitmapOffset());
    long bitmapEnd = mapped.bitmapOffset() + mapped.bitmapLength();
    sink.accept(
        new Event.PageBitmap(new ByteRange(mapped.bitmapOffset(), bitmapEnd), source, block));
    gap(bitmapEnd, mapped.pagesOffset());
    long areaEnd = mapped.pagesOffset() + block.usedLength();
    sink.accept(new Event.PageArea(new ByteRange(mapped.pagesOffset(), areaEnd), source, block));
    source.seek(areaEnd);
  }

  private void gap(long from, long to) throws IOException {
    if (to > from) {
      sink.accept(new Event.Gap(new ByteRange(from, to), source));
    }
  }
}
