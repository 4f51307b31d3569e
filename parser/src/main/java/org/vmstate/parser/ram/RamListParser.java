package org.vmstate.parser.ram;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.layout.FixedLayout;
import org.vmstate.formats.layout.StreamLayout;
import org.vmstate.formats.ram.MappedBlock;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.spec.QemuRamBlockList;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.SpecReader;

/**
 * Reads the RAM block list of a START record, and in fixed layouts passes over the pages that stand
 * between its entries. Source: QEMU 10.0 migration/ram.c.
 */
final class RamListParser {
  private final ByteSource source;
  private final RamContext ram;
  private final RamFeatures features;
  private final EventSink sink;

  /** Offset after the pages of the last block that has some in the file, or 0. */
  private long areasEnd;

  RamListParser(ByteSource source, RamContext ram, RamFeatures features, EventSink sink) {
    this.source = source;
    this.ram = ram;
    this.features = features;
    this.sink = sink;
  }

  void parse() throws IOException {
    long start = source.position();
    QemuRamBlockList list =
        SpecReader.read(source, "mem_size", Reason.RAM_TOTAL_MISSING, QemuRamBlockList::new);
    long mask = ram.pageSize() - 1L;
    // QEMU passes over CONTINUE where no page follows
    if ((list.memSize() & mask & ~RamFormat.CONTINUE) != RamFormat.MEM_SIZE) {
      throw source.malformed(
          Reason.RAM_TOTAL_MISSING,
          "first RAM word: expected flags 0x4 (MEM_SIZE), found 0x"
              + Long.toHexString(list.memSize() & mask),
          start);
    }
    long total = list.memSize() & ~mask;
    if (total < 0) {
      throw source.malformed(
          Reason.RAM_TOTAL_IMPOSSIBLE, "RAM total: expected less than 2^63, found more", start);
    }
    ByteRange range = new ByteRange(start, source.position());
    sink.accept(new Event.RamTotal(range, list.memSize(), total));
    if (ram.version() == RamFormat.VERSION_3) {
      if (ram.layout() != StreamLayout.SEQUENTIAL) {
        throw source.malformed(
            Reason.RAM_VERSION_FIXED,
            "ram section version: expected 4 in a fixed layout, found 3",
            start);
      }
      ram.add(new RamBlock(0, RamFormat.IDSTR, total, ram.pageSize(), 0, -1, Optional.empty()));
    } else {
      long left = total;
      while (left > 0) {
        source.path().push("block[" + ram.blocks().size() + "]");
        left -= entry(left);
        source.path().pop();
      }
    }
    long at = source.position();
    sink.accept(new Event.RamListEnd(new ByteRange(at, at), List.copyOf(ram.blocks())));
    if (ram.layout() != StreamLayout.SEQUENTIAL && sink.wants(EventSink.Want.MAPPED_PAGES)) {
      for (RamBlock block : ram.blocks()) {
        if (block.mapped().orElseThrow().pagesOffset() != 0) {
          new BitmapReader(source, block).forEachRun(this::mapped);
        }
      }
    }
  }

  private void mapped(PageRun run) throws IOException {
    long size = run.block().pageSize();
    long end = Math.min(run.count() * size, run.block().usedLength() - run.firstPage() * size);
    ByteRange range = new ByteRange(run.offset(), run.offset() + end);
    sink.accept(new Event.MappedPages(range, source, run));
  }

  private long entry(long left) throws IOException {
    long start = source.position();
    if (ram.blocks().size() >= ram.limits().ramBlocks()) {
      throw source.limitExceeded(
          Reason.RAM_BLOCKS_TOO_MANY,
          "RAM block list: more than " + ram.limits().ramBlocks(),
          start);
    }
    boolean hostPage = features.hasHostPageSize(source);
    QemuRamBlockList.Entry entry =
        SpecReader.read(
            source,
            "entry",
            Reason.RAM_BLOCK_LENGTH,
            io -> new QemuRamBlockList.Entry(io, hostPage, features.ignoreShared()));
    String name = ByteSource.latin1(entry.idstr());
    long length = entry.usedLength();
    if (name.isEmpty()) {
      throw source.malformed(
          Reason.RAM_BLOCK_NAME_EMPTY,
          "RAM block name: expected 1 to 255 bytes, found none",
          start);
    }
    if (length <= 0 || length > left) {
      throw source.malformed(
          Reason.RAM_BLOCK_LENGTH,
          "RAM block length: expected 1 to "
              + left
              + " (the rest of the total), found "
              + Long.toUnsignedString(length),
          start + 1 + name.length());
    }
    long entryEnd = source.position();
    Optional<MappedBlock> mapped =
        ram.layout() instanceof FixedLayout layout
            ? Optional.of(fixed().header(layout, length))
            : Optional.empty();
    RamBlock block =
        new RamBlock(
            ram.blocks().size(),
            name,
            length,
            ram.pageSize(),
            hostPage ? entry.pageSize() : 0,
            features.ignoreShared() ? entry.address() : -1,
            mapped);
    RamBlock before = ram.find(name);
    // QEMU takes an entry that says the same again
    if (!ram.add(block) && (mapped.isPresent() || before.usedLength() != length)) {
      throw source.malformed(
          Reason.RAM_BLOCK_TWICE, "RAM block name: " + name + " stands in the list twice", start);
    }
    sink.accept(new Event.RamBlockEntry(new ByteRange(start, entryEnd), block));
    if (mapped.isPresent()) {
      long area = mapped.get().pagesOffset();
      areasEnd = area == 0 ? areasEnd : area + length;
      fixed().pages(block, entryEnd);
    }
    return length;
  }

  private FixedLayoutParser fixed() {
    return new FixedLayoutParser(source, ram.pageSize(), areasEnd, features.bitmapOrder(), sink);
  }
}
