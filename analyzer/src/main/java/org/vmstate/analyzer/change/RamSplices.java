package org.vmstate.analyzer.change;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.layout.FixedLayout;
import org.vmstate.formats.layout.StreamLayout;
import org.vmstate.formats.ram.BitmapOrder;
import org.vmstate.formats.ram.FixedFormat;
import org.vmstate.formats.ram.MappedBlock;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.writer.io.StreamSink;
import org.vmstate.writer.ram.BlockListWriter;

/**
 * Makes the splices in the {@code ram} section: block list, page records, and in a fixed layout the
 * places of bitmaps and pages, which follow when something in front of them becomes longer.
 */
final class RamSplices {
  /** u8 length in front of a block's name. */
  private static final int NAME_FRAME = 1;

  private final ChangePlan plan;
  private final SpliceFinder finder;

  /** Block that the page records written last belong to, null in front of the first. */
  private String current;

  /** Whether the pages were added by which blocks become longer. */
  private boolean grown;

  /** The block of a fixed layout that is at hand, and how it is to be. */
  private RamBlock block;

  private RamBlock after;
  private long newPages;

  RamSplices(ChangePlan plan, SpliceFinder finder) {
    this.plan = plan;
    this.finder = finder;
  }

  void element(Event element) throws IOException {
    switch (element) {
      case Event.RamTotal e -> total(e);
      case Event.RamBlockEntry e -> entry(e);
      case Event.MappedHeader e -> header(e);
      case Event.PageBitmap e -> bitmap(e);
      case Event.PageArea e -> {
        area(e);
        finder.settle(e.range().end());
      }
      case Event.Gap e -> gap(e);
      case Event.RamPages e -> {
        if (plan.changesBlocks()) {
          pages(e.range(), e.run());
        }
        finder.settle(e.range().end());
      }
      default -> {}
    }
  }

  private boolean isDropped(RamBlock found) {
    BlockChange change = plan.blockOf(found.name());
    return change != null && change.isDropped();
  }

  private RamBlock changed(RamBlock found) {
    BlockChange change = plan.blockOf(found.name());
    return change == null ? found : change.of(found);
  }

  private void total(Event.RamTotal e) {
    if (!plan.changesBlocks()) {
      return;
    }
    long total = 0;
    for (RamBlock found : plan.facts().blocks()) {
      total += isDropped(found) ? 0 : changed(found).usedLength();
    }
    long word = e.word() - e.total() + total;
    finder.add(Splice.of(e.range(), ByteBuffer.allocate(Long.BYTES).putLong(word).array()));
  }

  private interface Blocks {
    void write(BlockListWriter out) throws IOException;
  }

  private static byte[] bytes(Blocks blocks) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (StreamSink sink = new StreamSink(bytes)) {
      blocks.write(new BlockListWriter(sink));
    }
    return bytes.toByteArray();
  }

  private void entry(Event.RamBlockEntry e) throws IOException {
    block = e.block();
    after = changed(block);
    if (isDropped(block)) {
      finder.add(Splice.nothing(e.range()));
    } else if (plan.blockOf(block.name()) != null) {
      finder.add(Splice.of(e.range(), bytes(out -> out.entry(after))));
    }
  }

  /** Reports whether the bytes of the block at hand stay what and where they are. */
  private boolean isUntouched() {
    return finder.growth() == 0 && after.usedLength() == block.usedLength() && !isDropped(block);
  }

  private void header(Event.MappedHeader e) throws IOException {
    if (isDropped(block)) {
      finder.add(Splice.nothing(e.range()));
      return;
    }
    MappedBlock place = e.block().mapped().orElseThrow();
    if (isUntouched() || place.pagesOffset() == 0) {
      newPages = place.pagesOffset();
      return;
    }
    FixedLayout layout = StreamLayout.withHeader(e.range().length());
    if (layout.refusal().isPresent()) {
      throw new ChangeException("fixed-ram of 2022: expected nothing in front of pages to move");
    }
    long bitmap = place.bitmapOffset() + finder.growth();
    long end = bitmap + bitmapLength(place);
    long align = place.pagesOffset() % FixedFormat.ALIGNMENT == 0 ? FixedFormat.ALIGNMENT : 1;
    newPages = (end + align - 1) / align * align;
    MappedBlock moved =
        new MappedBlock(
            place.version(),
            place.pageSize(),
            place.headerOffset() + finder.growth(),
            bitmap,
            bitmapLength(place),
            newPages,
            place.order());
    finder.add(Splice.of(e.range(), bytes(out -> out.header(layout, moved))));
  }

  private long bitmapLength(MappedBlock place) {
    return after.usedLength() == block.usedLength()
        ? place.bitmapLength()
        : FixedFormat.bitmapLength(after.pages());
  }

  private void bitmap(Event.PageBitmap e) throws IOException {
    if (isDropped(block)) {
      finder.add(Splice.nothing(e.range()));
      return;
    }
    if (after.usedLength() == block.usedLength()) {
      return;
    }
    MappedBlock place = e.block().mapped().orElseThrow();
    int length = Math.toIntExact(bitmapLength(place));
    int kept = (int) Math.min(length, e.range().length());
    if (kept > 64 << 20) {
      throw new ChangeException("block " + block.name() + ": bitmap of " + kept + " bytes");
    }
    byte[] bits = new byte[kept];
    finder.source().copy(e.range().start(), ByteBuffer.wrap(bits));
    if (place.order() != BitmapOrder.LITTLE) {
      throw new ChangeException(
          "block " + block.name() + ": expected a little-endian bitmap to change its length");
    }
    for (long page = after.pages(); page < kept * 8L; page++) {
      bits[(int) (page / 8)] &= (byte) ~(1 << (page & 7));
    }
    finder.add(new Splice(e.range(), bits, length - kept));
  }

  private void gap(Event.Gap e) {
    if (block != null && isDropped(block)) {
      finder.add(Splice.nothing(e.range()));
    }
  }

  private void area(Event.PageArea e) {
    ByteRange range = e.range();
    if (isDropped(block)) {
      finder.add(Splice.nothing(range));
      return;
    }
    if (newPages != range.start() + finder.growth()) {
      // the gap in front of the pages becomes longer or shorter
      long more = newPages - range.start() - finder.growth();
      if (more >= 0) {
        finder.add(new Splice(new ByteRange(range.start(), range.start()), new byte[0], more));
      } else {
        finder.add(Splice.nothing(new ByteRange(range.start() + more, range.start())));
      }
    }
    long cut = block.usedLength() - after.usedLength();
    if (cut > 0) {
      finder.add(Splice.nothing(new ByteRange(range.end() - cut, range.end())));
    } else if (cut < 0) {
      finder.add(new Splice(new ByteRange(range.end(), range.end()), new byte[0], -cut));
    }
  }

  /** Adds the pages by which blocks become longer, in front of the first that was sent. */
  private void grow(long at) {
    for (RamBlock found : plan.facts().blocks()) {
      RamBlock changed = changed(found);
      if (!isDropped(found) && changed.pages() > found.pages()) {
        ZeroPages more = new ZeroPages(changed, found.pages());
        finder.add(new Splice(new ByteRange(at, at), new byte[0], 0, Optional.of(more)));
        current = found.name();
      }
    }
  }

  /** Keeps, renames or takes away the records of a run; one without a name may come to need one. */
  private void pages(ByteRange range, PageRun run) throws IOException {
    if (!grown) {
      grown = true;
      grow(range.start());
    }
    RamBlock found = run.block();
    RamBlock changed = changed(found);
    long kept =
        isDropped(found)
            ? 0
            : Math.max(0, Math.min(run.count(), changed.pages() - run.firstPage()));
    if (kept == 0) {
      finder.add(Splice.nothing(range));
      return;
    }
    ByteBuffer head = ByteBuffer.allocate(Long.BYTES);
    finder.source().copy(range.start(), head);
    boolean named = (head.getLong(0) & RamFormat.CONTINUE) == 0;
    int name = NAME_FRAME + found.name().length();
    long record = (range.length() - (named ? name : 0)) / run.count();
    long word = range.start() + Long.BYTES;
    if (named && !changed.name().equals(found.name())) {
      finder.add(Splice.of(new ByteRange(word, word + name), name(changed)));
    } else if (!named && !found.name().equals(current)) {
      ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + NAME_FRAME + changed.name().length());
      bytes.putLong(head.getLong(0) & ~(long) RamFormat.CONTINUE).put(name(changed));
      finder.add(Splice.of(new ByteRange(range.start(), word), bytes.array()));
    }
    current = found.name();
    if (kept < run.count()) {
      long from = range.start() + (named ? name : 0) + kept * record;
      finder.add(Splice.nothing(new ByteRange(from, range.end())));
    }
  }

  private static byte[] name(RamBlock block) {
    byte[] text = block.name().getBytes(StandardCharsets.ISO_8859_1);
    return ByteBuffer.allocate(NAME_FRAME + text.length).put((byte) text.length).put(text).array();
  }
}
