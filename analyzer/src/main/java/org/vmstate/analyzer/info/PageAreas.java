package org.vmstate.analyzer.info;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.vmstate.analyzer.report.Report;
import org.vmstate.analyzer.report.Sizes;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.ram.MappedBlock;
import org.vmstate.formats.ram.RamBlock;

/**
 * What the places of pages in a fixed layout are good for.
 *
 * @param alignment largest power of two of which all page areas' offsets are multiples
 * @param padding bytes between bitmaps and page areas, which the alignment costs
 * @param released whether a released QEMU reads the layout
 * @param page size of the guest's pages; QEMU 10.0 migration/ram.c refuses areas between pages
 */
public record PageAreas(long alignment, long padding, boolean released, int page) {
  private static final int LEAST_SECTOR = 512;

  /** Returns the facts of blocks, empty for a stream without places. */
  static Optional<PageAreas> of(List<RamBlock> blocks, FormatId format) {
    long offsets = 0;
    long padding = 0;
    for (RamBlock block : blocks) {
      if (block.mapped().isEmpty()) {
        return Optional.empty();
      }
      MappedBlock mapped = block.mapped().get();
      if (mapped.pagesOffset() != 0) {
        offsets |= mapped.pagesOffset();
        padding +=
            Math.max(0, mapped.pagesOffset() - mapped.bitmapOffset() - mapped.bitmapLength());
      }
    }
    long alignment = Long.lowestOneBit(offsets);
    return offsets == 0
        ? Optional.empty()
        : Optional.of(
            new PageAreas(
                alignment,
                padding,
                format.layout().refusal().isEmpty(),
                blocks.getFirst().pageSize()));
  }

  /** Reports whether several threads can restore it. */
  boolean parallel() {
    return released && alignment >= page;
  }

  /** Returns the largest logical block in bytes that direct I/O can be done with. */
  long sector() {
    return Math.min(alignment, page);
  }

  /** Reports whether a restore with direct I/O is possible with sectors of 512 bytes. */
  boolean direct() {
    return parallel() && page >= LEAST_SECTOR;
  }

  /** Returns one line for people. */
  String words() {
    String use =
        !released
            ? "no released QEMU reads them"
            : !parallel()
                ? "QEMU refuses them: expected a multiple of the page size, " + page
                : direct()
                    ? "parallel restore possible, direct with sectors up to " + page + " bytes"
                    : "parallel restore possible, direct not: sectors have at least 512 bytes";
    return String.format(
        Locale.ROOT,
        "page areas: aligned to %s, %s (%d bytes) of padding; %s",
        Sizes.human(alignment),
        Sizes.human(padding),
        padding,
        use);
  }

  void report(Report report) throws IOException {
    report.beginObject("page_areas");
    report.number("alignment", alignment);
    report.number("padding", padding);
    report.bool("parallel_restore", parallel());
    report.bool("direct_restore", direct());
    report.number("largest_sector", sector());
    report.end();
  }
}
