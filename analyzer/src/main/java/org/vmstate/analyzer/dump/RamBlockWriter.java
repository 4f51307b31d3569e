package org.vmstate.analyzer.dump;

import java.io.IOException;
import org.vmstate.analyzer.report.Report;
import org.vmstate.formats.ram.MappedBlock;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;

/** Writes RAM blocks and runs of pages. */
final class RamBlockWriter {
  private RamBlockWriter() {}

  static void write(Report report, RamBlock block) throws IOException {
    report.beginObject("");
    report.text("name", block.name());
    report.number("used_length", block.usedLength());
    if (block.hostPageSize() != 0) {
      report.number("host_page_size", block.hostPageSize());
    }
    if (block.address() >= 0) {
      report.hex64("address", block.address());
    }
    if (block.mapped().isPresent()) {
      MappedBlock mapped = block.mapped().get();
      report.number("header_version", mapped.version());
      report.number("bitmap_offset", mapped.bitmapOffset());
      report.number("bitmap_length", mapped.bitmapLength());
      report.text("bitmap_order", mapped.order().label());
      report.number("pages_offset", mapped.pagesOffset());
    }
    report.end();
  }

  /** Writes the members of a run into the object that is open. */
  static void run(Report report, PageRun run) throws IOException {
    report.text("block", run.block().name());
    report.number("first_page", run.firstPage());
    report.number("count", run.count());
    report.text("kind", run.kind().label());
    switch (run.kind()) {
      case ZERO -> {}
      case FILL -> report.number("fill", run.value());
      case DATA -> {
        report.number("data_offset", run.offset());
        report.number("stride", run.stride());
      }
      case XBZRLE, XBZRLE_2011, ZLIB -> {
        report.number("data_offset", run.offset());
        report.number("data_length", run.value());
      }
    }
  }

  /** Reports whether a kind was seen at all; used to leave zero counts out. */
  static boolean isCounted(long count, PageKind kind) {
    return count > 0 || kind == PageKind.DATA || kind == PageKind.ZERO;
  }
}
