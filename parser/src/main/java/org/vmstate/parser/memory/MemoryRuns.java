package org.vmstate.parser.memory;

import java.io.IOException;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.RamBlock;

/** Joins what is known of single pages to runs, as long as they are. */
final class MemoryRuns {
  private MemoryRuns() {}

  static void of(RamBlock block, PageIndex index, MemoryRun.Sink sink) throws IOException {
    Extent extent = new Extent();
    Extent more = new Extent();
    long pages = block.pages();
    long page = 0;
    while (page < pages) {
      index.find(page, extent);
      PageKind kind = PageIndex.isSent(extent.entry) ? PageIndex.kind(extent.entry) : null;
      if (kind == PageKind.ZLIB) {
        extent.end = page + 1;
      }
      while (extent.end < pages && kind != PageKind.ZLIB) {
        index.find(extent.end, more);
        if (!goesOn(extent, page, more, block.pageSize())) {
          break;
        }
        extent.end = more.end;
      }
      sink.run(run(block, page, extent, kind));
      page = extent.end;
    }
  }

  /** Reports whether an extent goes on in the one after it, and learns its step from that. */
  private static boolean goesOn(Extent extent, long page, Extent more, int pageSize) {
    if (extent.entry >>> PageIndex.KIND_SHIFT != more.entry >>> PageIndex.KIND_SHIFT) {
      return false;
    }
    if (!PageIndex.isSent(extent.entry) || PageIndex.kind(extent.entry) == PageKind.FILL) {
      return extent.entry == more.entry;
    }
    if (PageIndex.kind(extent.entry) != PageKind.DATA) {
      return true;
    }
    long count = extent.end - page;
    long step = count == 1 ? more.entry - extent.entry : extent.step;
    boolean fits =
        step >= pageSize
            && step < 2L * pageSize
            && more.entry == extent.entry + count * step
            && (more.end - extent.end == 1 || more.step == step);
    if (fits) {
      extent.step = step;
    }
    return fits;
  }

  private static MemoryRun run(RamBlock block, long page, Extent extent, PageKind kind) {
    long count = extent.end - page;
    if (kind == null) {
      return extent.entry == PageIndex.LEFT_OUT
          ? new MemoryRun.LeftOut(block, page, count)
          : new MemoryRun.NeverSent(block, page, count);
    }
    long value = PageIndex.value(extent.entry);
    return switch (kind) {
      case ZERO, FILL -> new MemoryRun.Fill(block, page, count, (int) value);
      case DATA, ZLIB -> new MemoryRun.Data(block, page, count, kind, value, extent.step);
      case XBZRLE, XBZRLE_2011 -> new MemoryRun.Data(block, page, count, kind, -1, 0);
    };
  }
}
