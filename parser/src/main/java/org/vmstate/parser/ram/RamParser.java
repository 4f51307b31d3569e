package org.vmstate.parser.ram;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.Limits;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.layout.StreamLayout;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Reason;
import org.vmstate.parser.io.ByteSource;

/**
 * Reads the payloads of the {@code ram} section, versions 3 and 4. Page records that continue one
 * another are passed over in runs without looking at the pages. Source: QEMU 10.0 migration/ram.c.
 */
public final class RamParser {
  private static final int MAX_AHEAD = 64 << 10;

  /** Bytes that are held of a pipe for a sink that wants data. */
  private static final int MAX_HELD = 256 << 10;

  /** Bytes of a file after which such a sink is told, so that it can work meanwhile. */
  private static final int MAX_AT_ONCE = 16 << 20;

  private final ByteSource source;
  private final RamContext ram;
  private final RamFeatures features;
  private final EventSink sink;
  private final Consumer<StateFormatException> flaws;
  private final DeltaRecordParser deltas;
  private final boolean wantsData;
  private final boolean holds;
  private long items;

  /**
   * Reads with the given features; the context lives as long as the stream.
   *
   * @param flaws is told what contradicts the image and stops no loader
   */
  public RamParser(
      ByteSource source,
      RamContext ram,
      RamFeatures features,
      EventSink sink,
      Consumer<StateFormatException> flaws) {
    this.source = source;
    this.ram = ram;
    this.features = features;
    this.sink = sink;
    this.flaws = flaws;
    this.deltas = new DeltaRecordParser(source, ram, features.xbzrle());
    this.wantsData = sink.wants(EventSink.Want.DATA);
    this.holds = wantsData && !source.isSeekable();
  }

  /** Reads the payload of a START record: the block list and whatever follows up to EOS. */
  public void start(Section section, StreamLayout layout, Limits limits) throws IOException {
    if (section.version() < RamFormat.VERSION_3 || section.version() > RamFormat.VERSION) {
      throw source.unsupported(
          section.version() < RamFormat.VERSION_3
              ? Reason.RAM_VERSION_ANCIENT
              : Reason.RAM_VERSION_UNKNOWN,
          "ram section version: expected 3 or 4, found " + section.version(),
          source.position(),
          // the loader prints it with a sign
          Facts.found((int) section.version()));
    }
    if (layout != StreamLayout.SEQUENTIAL && !source.isSeekable()) {
      throw source.unsupported(
          Reason.MAPPED_FROM_PIPE,
          "mapped-ram from a pipe: this layout needs a file, so write the pipe to one first",
          source.position());
    }
    ram.begin(features.pageSize(), section.version(), layout, limits);
    new RamListParser(source, ram, features, sink).parse();
    items();
  }

  /** Reads the payload of a PART or END record. */
  public void part() throws IOException {
    // the proposal of 2022 writes nothing here, not even an end mark
    if (ram.layout().endsParts()) {
      items();
    }
  }

  private void items() throws IOException {
    items = 0;
    source.path().setDetail(() -> "item[" + items + "]");
    readItems();
    source.path().setDetail(null);
  }

  private void readItems() throws IOException {
    long mask = ram.pageSize() - 1L;
    while (true) {
      long at = source.position();
      if (!source.has(Long.BYTES)) {
        throw new TruncatedDataException(
            Reason.RAM_WORD_CUT,
            "data: expected 8 more bytes, found the end",
            at,
            source.path().toString());
      }
      long word = source.peek64(0);
      int flags = (int) (word & mask);
      long address = word & ~mask;
      // QEMU passes over CONTINUE where no page follows
      int kind = flags & ~RamFormat.CONTINUE;
      if (kind == RamFormat.MEM_SIZE && isSequential()) {
        listAgain(at, flags);
        items++;
        continue;
      }
      source.skip(Long.BYTES);
      if (kind == RamFormat.MULTIFD_FLUSH && address != 0) {
        // QEMU does not look, and no writer writes it: a byte of the word before is missing
        flaws.accept(
            source.malformed(
                Reason.RAM_FLUSH_ADDRESS,
                "RAM word: expected MULTIFD_FLUSH alone, found 0x" + Long.toHexString(word),
                at));
      }
      // HOOK: QEMU 8.2 and later pass over it where there is no RDMA
      if (kind == RamFormat.EOS || kind == RamFormat.MULTIFD_FLUSH || kind == RamFormat.HOOK) {
        sink.accept(new Event.RamMarker(new ByteRange(at, source.position()), word));
        if (kind == RamFormat.EOS) {
          return;
        }
        items++;
      } else {
        page(at, flags, address);
      }
    }
  }

  private boolean isSequential() {
    return ram.layout() == StreamLayout.SEQUENTIAL && ram.version() == RamFormat.VERSION;
  }

  /** QEMU takes the block list at any time, and compares it with what it has. */
  private void listAgain(long at, int flags) throws IOException {
    List<RamBlock> before = ram.again();
    new RamListParser(source, ram, features, sink).parse();
    if (!ram.blocks().equals(before)) {
      throw source.malformed(
          Reason.RAM_TOTAL_AGAIN,
          "RAM word: expected no MEM_SIZE with another block list",
          at,
          Facts.found(flags));
    }
  }

  private void page(long at, int flags, long address) throws IOException {
    int kind = flags & ~RamFormat.CONTINUE;
    if (kind == RamFormat.FULL) {
      throw source.unsupported(
          Reason.RAM_WORD_FULL,
          "RAM word: FULL (0x1) went out of use in 2009",
          at,
          Facts.found(flags));
    }
    boolean several = Integer.bitCount(kind) > 1;
    if (several && (kind & RamFormat.PAGE_KINDS) == RamFormat.COMPRESS_PAGE) {
      throw source.malformed(
          Reason.RAM_WORD_OF_COMPRESSION,
          "RAM word: expected one kind of page, found flags 0x" + Integer.toHexString(flags),
          at,
          Facts.found(flags));
    }
    if (several && (kind & RamFormat.PAGE_KINDS) != 0 && ram.layout() == StreamLayout.SEQUENTIAL) {
      // a loader looks for the block first
      block(at, (flags & RamFormat.CONTINUE) != 0);
    }
    if (Integer.bitCount(kind) != 1 || (kind & RamFormat.PAGE_KINDS) == 0) {
      throw source.malformed(
          kind == RamFormat.MEM_SIZE ? Reason.RAM_TOTAL_AGAIN : Reason.RAM_WORD_KIND,
          "RAM word: expected one kind of page, found flags 0x" + Integer.toHexString(flags),
          at,
          Facts.found(flags));
    }
    if (ram.layout() != StreamLayout.SEQUENTIAL) {
      throw source.malformed(
          kind == RamFormat.XBZRLE
              ? Reason.DELTA_IN_FIXED_LAYOUT
              : Reason.PAGE_RECORD_IN_FIXED_LAYOUT,
          "RAM word: expected no page record in a fixed layout, found flags 0x"
              + Integer.toHexString(flags),
          at);
    }
    RamBlock block = block(at, (flags & RamFormat.CONTINUE) != 0);
    if (address < 0 || address > block.usedLength() - ram.pageSize()) {
      throw source.malformed(
          Reason.PAGE_OUTSIDE,
          "page offset: expected at most 0x"
              + Long.toHexString(block.usedLength() - ram.pageSize())
              + " in "
              + block.name()
              + ", found 0x"
              + Long.toHexString(address),
          at);
    }
    if (holds) {
      source.hold(source.position());
    }
    PageRun run =
        switch (kind) {
          case RamFormat.ZERO -> fillRun(block, address);
          case RamFormat.PAGE -> dataRun(block, address);
          case RamFormat.XBZRLE -> deltas.xbzrle(block, address);
          default -> deltas.compressed(block, address);
        };
    if (run.count() > block.pages() - run.firstPage()) {
      throw source.malformed(
          Reason.PAGES_PASS_BLOCK,
          "page offset: pages pass the end of "
              + block.name()
              + " at 0x"
              + Long.toHexString(block.usedLength()),
          at);
    }
    sink.accept(new Event.RamPages(new ByteRange(at, source.position()), source, run));
    if (holds) {
      source.release();
    }
    items += run.count();
  }

  private RamBlock block(long at, boolean again) throws IOException {
    if (ram.version() == RamFormat.VERSION_3) {
      return ram.blocks().getFirst();
    }
    if (again) {
      if (ram.current() == null) {
        throw source.malformed(
            Reason.CONTINUE_WITHOUT_BLOCK, "RAM word: CONTINUE (0x20) before any block name", at);
      }
      return ram.current();
    }
    long nameAt = source.position();
    String name = source.shortString();
    RamBlock block = ram.find(name);
    if (block == null) {
      throw source.malformed(
          Reason.RAM_BLOCK_UNKNOWN,
          "RAM block name: " + name + " is not in the block list",
          nameAt);
    }
    ram.setCurrent(block);
    return block;
  }

  private int continued() {
    return ram.version() == RamFormat.VERSION_3 ? 0 : RamFormat.CONTINUE;
  }

  private PageRun fillRun(RamBlock block, long address) throws IOException {
    int fill = source.u8();
    int size = ram.pageSize();
    long next = (address + size) | RamFormat.ZERO | continued();
    long count = 1 + series(next, Long.BYTES + 1, fill);
    return new PageRun(
        block, address / size, count, fill == 0 ? PageKind.ZERO : PageKind.FILL, fill, 0, 0);
  }

  private PageRun dataRun(RamBlock block, long address) throws IOException {
    long data = source.position();
    int size = ram.pageSize();
    source.skip(size);
    long next = (address + size) | RamFormat.PAGE | continued();
    int stride = Long.BYTES + size;
    long count = 1 + series(next, stride, -1);
    return new PageRun(block, address / size, count, PageKind.DATA, 0, data, stride);
  }

  private long most() {
    if (holds) {
      return MAX_HELD;
    }
    return wantsData ? MAX_AT_ONCE : Long.MAX_VALUE;
  }

  private long series(long firstWord, int stride, int last) throws IOException {
    long count = 0;
    long n;
    long most = most() / stride;
    do {
      n =
          count < most && source.has(Math.min(stride, MAX_AHEAD))
              ? source.skipSeries(
                  firstWord + count * ram.pageSize(), ram.pageSize(), stride, last, most - count)
              : 0;
      count += n;
    } while (n > 0);
    return count;
  }
}
