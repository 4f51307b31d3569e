package org.vmstate.parser.ram;

import io.kaitai.struct.KaitaiStream;
import io.kaitai.struct.KaitaiStruct;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.layout.FixedLayout;
import org.vmstate.formats.ram.BitmapOrder;
import org.vmstate.formats.ram.MappedBlock;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Reason;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.SpecReader;

/**
 * Reads the header of a block in a fixed layout and passes over its bitmap and its pages. Header,
 * bitmap and pages must follow one another, so that no two overlap. Source: QEMU 10.0
 * migration/ram.c; fixed-ram RFC (2022).
 */
final class FixedLayoutParser {
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

  /** Reads the header of a block in a layout, and makes sure that its places make sense. */
  MappedBlock header(FixedLayout layout, long usedLength) throws IOException {
    MappedBlock read =
        layout.read(new HeaderOf(source), (usedLength + pageSize - 1) / pageSize, pageSize);
    return read.bitmapOffset() == 0 && read.pagesOffset() == 0 ? read : place(read, usedLength);
  }

  private MappedBlock place(MappedBlock read, long usedLength) throws IOException {
    long at = read.headerOffset();
    long bitmap = read.bitmapOffset();
    long bitmapLength = read.bitmapLength();
    long pages = read.pagesOffset();
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
          at,
          Facts.found(pages, usedLength));
    }
    if (pages < areasEnd) {
      throw source.malformed(
          Reason.PAGE_AREAS_OVERLAP,
          "page area: expected a place after the other blocks' areas, which end at "
              + areasEnd
              + ", found "
              + pages,
          at);
    }
    // a 32-bit writer's bitmap may be four bytes shorter than 64-bit words need
    long length = bitmapLength;
    if (pages - bitmap == bitmapLength - Integer.BYTES) {
      length -= Integer.BYTES;
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
    MappedBlock block = read.withBitmap(length, BitmapOrder.LITTLE);
    BitmapOrder found =
        order.isPresent() ? order.get() : new BitmapOrderFinder(source, usedLength, block).find();
    return read.withBitmap(length, found);
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

  /** The source as the layouts see it. */
  private record HeaderOf(ByteSource source) implements FixedLayout.HeaderSource {
    @Override
    public long position() {
      return source.position();
    }

    @Override
    public <T extends KaitaiStruct.ReadWrite> T read(
        String name, Reason invalid, Function<KaitaiStream, T> constructor) throws IOException {
      return SpecReader.read(source, name, invalid, constructor);
    }

    @Override
    public StateFormatException malformed(Reason reason, String words, long at) {
      return source.malformed(reason, words, at);
    }

    @Override
    public StateFormatException unsupported(Reason reason, String words, long at, Facts facts) {
      return source.unsupported(reason, words, at, facts);
    }
  }
}
