package org.vmstate.analyzer.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.vmstate.analyzer.host.DataMap;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.ram.BitmapOrder;
import org.vmstate.formats.ram.FixedFormat;
import org.vmstate.formats.ram.MappedBlock;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;
import org.vmstate.formats.stream.Capability;
import org.vmstate.formats.stream.StreamConfiguration;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.writer.ram.ZeroPages;

/** Rules on layouts that keep pages at fixed offsets. Holes are not read. */
final class MappedInspector extends Inspector {
  private static final int CHUNK = 256 << 10;

  private final DataMap map;
  private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
  private final ByteBuffer word = ByteBuffer.allocate(Long.BYTES);
  private final List<Event.MappedHeader> headers = new ArrayList<>();
  private final Map<RamBlock, long[]> empty = new HashMap<>();
  private boolean ignoresShared;
  private boolean compressed;
  private boolean proposal;
  private long marked;
  private RamBlock stale;
  private long staleAt;
  private long gapStart;
  private boolean ended;
  private boolean fixed;

  MappedInspector(Findings findings, DataMap map) {
    super(findings);
    this.map = map;
  }

  private void decompressing(Compression compression) {
    compressed = true;
  }

  private void configuration(StreamConfiguration configuration) {
    ignoresShared = configuration.has(Capability.IGNORE_SHARED);
    proposal = configuration.has(Capability.FIXED_RAM);
  }

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    switch (event) {
      case Event.CompressedStream e -> decompressing(e.compression());
      case Event.Configuration e -> configuration(e.configuration());
      case Event.RamListEnd e -> ramBlocks(e.blocks());
      case Event.RamPages e -> pages(e.run());
      case Event.MappedPages e -> pages(e.run());
      case Event.MappedHeader e -> {
        fixed = true;
        headers.add(e);
        aligned(e);
      }
      case Event.Gap e -> gap(e);
      case Event.SectionHeader e ->
          ended |=
              e.recordType() == StreamFormat.SECTION_END
                  && e.section().name().equals(RamFormat.IDSTR);
      default -> {}
    }
  }

  /** Asked at once, because what follows stands at an odd place, too. */
  private void aligned(Event.MappedHeader header) {
    RamBlock block = header.block();
    long offset = block.mapped().orElseThrow().pagesOffset();
    if (offset % block.pageSize() != 0) {
      add(
          here(
              Reason.PAGES_UNALIGNED,
              Facts.named(block.name()),
              header.range().start() + 20,
              block.name()
                  + ": pages offset: expected a multiple of "
                  + block.pageSize()
                  + ", found "
                  + offset));
    }
  }

  private void gap(Event.Gap e) {
    applied(Rule.MAPPED_SIZE);
    gapStart = e.range().start();
    if (!headers.isEmpty() && e.range().length() > 4L * FixedFormat.ALIGNMENT) {
      add(
          here(
              Rule.MAPPED_SIZE,
              gapStart,
              "unused space: expected less than 4 MiB, found " + e.range().length()));
    }
  }

  private void ramBlocks(List<RamBlock> blocks) throws IOException {
    if (!fixed) {
      return;
    }
    applied(
        Rule.MAPPED_VERSION,
        Rule.MAPPED_PAGE_SIZE,
        Rule.BITMAP_FOLLOWS,
        Rule.BITMAP_INSIDE,
        Rule.PAGES_AFTER_BITMAP,
        Rule.PAGES_ALIGNED,
        Rule.PAGES_ALIGNED_1M,
        Rule.AREA_INSIDE,
        Rule.AREAS_APART,
        Rule.OFFSETS_ABSOLUTE,
        Rule.BITMAP_PADDING,
        Rule.BITMAP_ORDER,
        Rule.MAPPED_SHARED,
        Rule.MAPPED_SEEKABLE,
        Rule.MAPPED_NO_RECORDS);
    if (ignoresShared) {
      Finding shared =
          here(
              Rule.MAPPED_SHARED,
              headers.getFirst().range().start(),
              "mapped-ram with x-ignore-shared: QEMU before 11.0 does not load it");
      add(release().isFrom(11, 0) ? shared : shared.as(Severity.ERROR));
    }
    boolean moved = movement() != 0 && headers.size() > 1;
    for (Event.MappedHeader header : headers) {
      if (header.block().mapped().orElseThrow().pagesOffset() != 0) {
        block(header, moved);
      }
    }
    if (moved) {
      moved();
    }
  }

  /** Returns by how much all bitmaps are off their header's end, 0 when not all by the same. */
  long movement() {
    long all = 0;
    for (Event.MappedHeader header : headers) {
      long off = header.block().mapped().orElseThrow().bitmapOffset() - header.range().end();
      if (proposal || off == 0 || all != 0 && off != all) {
        return 0;
      }
      all = off;
    }
    return all;
  }

  /** Returns what explains an error after a header whose places are off. */
  Finding movedInstead(Finding error) {
    return here(
            Rule.OFFSETS_ABSOLUTE,
            headers.getFirst().range().start(),
            "offsets: are off by " + movement() + "; the stream was moved (" + error.text() + ")")
        .with(Map.of("moved", movement()))
        .by(error.cause());
  }

  private void moved() {
    add(
        here(
                Rule.OFFSETS_ABSOLUTE,
                headers.getFirst().range().start(),
                "offsets: all are off by " + movement() + "; the stream was moved")
            .with(Map.of("moved", movement())));
  }

  private void block(Event.MappedHeader header, boolean moved) throws IOException {
    RamBlock block = header.block();
    MappedBlock mapped = block.mapped().orElseThrow();
    long at = header.range().start();
    String name = block.name();
    if (mapped.version() == 0 && !proposal) {
      Finding zero = here(Rule.MAPPED_VERSION, at, name + ": header version: expected 1, found 0");
      add(zero.as(Severity.WARNING));
    }
    long off = mapped.bitmapOffset() - header.range().end();
    if (off != 0 && !moved) {
      add(
          here(
              Rule.BITMAP_FOLLOWS,
              at + 12,
              name + ": bitmap offset: expected the header's end, found " + off + " more"));
    }
    if (mapped.pagesOffset() % block.pageSize() == 0
        && mapped.pagesOffset() % FixedFormat.ALIGNMENT != 0) {
      add(
          here(
              Rule.PAGES_ALIGNED_1M,
              at + 20,
              name
                  + ": pages offset: expected a multiple of 1 MiB, found "
                  + mapped.pagesOffset()));
    }
    if (mapped.order() != BitmapOrder.LITTLE) {
      add(
          here(
              Rule.BITMAP_ORDER,
              mapped.bitmapOffset(),
              name + ": bitmap: expected little-endian, found " + mapped.order().label()));
    }
    padding(block, mapped);
  }

  private void padding(RamBlock block, MappedBlock mapped) throws IOException {
    int used = (int) (block.pages() % Long.SIZE);
    long lastWord = mapped.bitmapOffset() + block.pages() / Long.SIZE * Long.BYTES;
    if (used == 0 || lastWord + Long.BYTES > mapped.bitmapOffset() + mapped.bitmapLength()) {
      return;
    }
    source().copy(lastWord, word.clear());
    long bits = mapped.order().normalize(Long.reverseBytes(word.flip().getLong()));
    if (bits >>> used != 0) {
      add(
          here(
                  Rule.BITMAP_PADDING,
                  lastWord,
                  block.name() + ": bits after the last page: expected zeros, found others")
              .with(Map.of("used", (long) used)));
    }
  }

  private void pages(PageRun run) throws IOException {
    if (!fixed) {
      return;
    }
    applied(Rule.ZERO_PAGE_MARKED, Rule.STALE_DATA, Rule.MEMORY_LOST);
    if (run.kind() == PageKind.DATA) {
      marked += run.count();
      marked(run);
    } else if (stale != run.block()) {
      unmarked(run);
    }
  }

  /** Counts marked pages that are empty. */
  private void marked(PageRun run) throws IOException {
    long[] count = empty.computeIfAbsent(run.block(), b -> new long[] {0, -1});
    int size = run.block().pageSize();
    long left = run.block().usedLength() - run.firstPage() * size;
    long end = run.offset() + Math.min(left, run.count() * size);
    for (long at = run.offset(); at < end; at += chunk.limit()) {
      source().copy(at, chunk.clear().limit((int) Math.min(CHUNK / size * size, end - at)));
      for (int page = 0; page < chunk.limit(); page += size) {
        if (ZeroPages.isZero(chunk, page, Math.min(size, chunk.limit() - page))) {
          count[0]++;
          if (count[1] < 0) {
            count[1] = at + page;
          }
        }
      }
    }
  }

  /** Looks for data in unmarked pages, until some was found in the block. */
  private void unmarked(PageRun run) throws IOException {
    long at = run.offset();
    long end = at + run.count() * run.block().pageSize();
    end = Math.min(end, run.offset() + run.block().usedLength());
    while ((at = map.nextData(at, end)) < end) {
      long hole = map.nextHole(at, end);
      long found = firstData(at, hole);
      if (found >= 0) {
        stale = run.block();
        staleAt = found;
        add(
            here(
                    Rule.STALE_DATA,
                    found,
                    stale.name() + ": data in a page that is not marked; it is not part of memory")
                .with(Map.of("block", stale.name())));
        return;
      }
      at = hole;
    }
  }

  private long firstData(long from, long to) throws IOException {
    for (long at = from; at < to; at += chunk.limit()) {
      chunk.clear().limit((int) Math.min(CHUNK, to - at));
      source().copy(at, chunk);
      chunk.flip();
      while (chunk.remaining() >= Long.BYTES) {
        if (chunk.getLong() != 0) {
          return at + chunk.position() - Long.BYTES;
        }
      }
      while (chunk.hasRemaining()) {
        if (chunk.get() != 0) {
          return at + chunk.position() - 1;
        }
      }
    }
    return -1;
  }

  @Override
  void finish(boolean whole) {
    if (!fixed) {
      return;
    }
    empty.forEach(
        (block, count) -> {
          if (count[0] > 0) {
            add(
                here(
                        Rule.ZERO_PAGE_MARKED,
                        count[1],
                        block.name() + ": " + count[0] + " marked pages are empty")
                    .with(Map.of("block", block.name(), "pages", count[0])));
          }
        });
    if (marked == 0 && stale != null) {
      add(
          here(
              Rule.MEMORY_LOST,
              staleAt,
              "memory: no page is marked, but page areas hold data; QEMU loads empty memory"));
    } else if (whole && !ended && !proposal) {
      add(
          here(
              Rule.MEMORY_LOST,
              headers.getFirst().range().start(),
              "memory: the ram section has no END, so its bitmaps were never written"));
    }
    if (compressed) {
      add(
          here(
              Rule.MAPPED_SEEKABLE,
              headers.getFirst().range().start(),
              "mapped-ram: expected a plain file, found a compressed one"));
    }
  }
}
