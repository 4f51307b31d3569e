package org.vmstate.analyzer.check;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.ram.FixedFormat;
import org.vmstate.formats.ram.MappedBlock;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;
import org.vmstate.formats.stream.StreamConfiguration;

/** What a reader with direct I/O could do with an image, and what not. */
final class DirectInspector extends Inspector {
  private static final String NO_LAYOUT = "no layout aligns pages above 1G";

  private final long align;
  private final String origin;
  private long streamStart;
  private boolean fixed;

  /**
   * Checks against an alignment.
   *
   * @param align in bytes
   * @param origin who asks for it
   */
  DirectInspector(Findings findings, long align, String origin) {
    super(findings);
    this.align = align;
    this.origin = origin;
  }

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    switch (event) {
      case Event.StreamHeader e -> streamStart = e.range().start();
      case Event.Configuration e -> configuration(e.configuration());
      case Event.RamListEnd e -> ramBlocks(e.blocks());
      default -> {}
    }
  }

  private void configuration(StreamConfiguration configuration) {
    if (streamStart % align != 0) {
      note(
          Rule.DIRECT_OFFSET,
          streamStart,
          "stream: starts at no multiple of " + align + "; read it through the page cache");
    }
  }

  private void ramBlocks(List<RamBlock> blocks) {
    applied(Rule.DIRECT_OFFSET, Rule.DIRECT_LENGTH, Rule.DIRECT_PAGE);
    fixed = !blocks.isEmpty() && blocks.getFirst().mapped().isPresent();
    if (!fixed) {
      add(
          here(
                  Rule.DIRECT_OFFSET,
                  streamStart,
                  "pages: a sequential stream has no places for direct I/O; "
                      + (align > FixedFormat.MOST_ALIGN
                          ? NO_LAYOUT
                          : "'vmstate-img convert -O qemu-mapped-ram' makes them"))
              .as(Severity.WARNING));
      return;
    }
    for (RamBlock block : blocks) {
      if (block.mapped().orElseThrow().pagesOffset() != 0) {
        block(block, block.mapped().get());
      }
    }
  }

  private void block(RamBlock block, MappedBlock mapped) {
    long pages = mapped.pagesOffset();
    if (mapped.bitmapOffset() % align != 0) {
      note(
          Rule.DIRECT_OFFSET,
          mapped.bitmapOffset(),
          block.name() + ": the bitmap has no aligned place; read it through the page cache");
    }
    boolean placed = pages % align == 0;
    if (!placed) {
      add(
          problem(
              Rule.DIRECT_OFFSET,
              block,
              ": pages offset: expected a multiple of "
                  + align
                  + " ("
                  + origin
                  + "), found "
                  + pages
                  + "; "
                  + (align > FixedFormat.MOST_ALIGN
                      ? NO_LAYOUT
                      : "'vmstate-img convert -O qemu-mapped-ram -o align="
                          + align
                          + "' moves them")));
    }
    boolean whole = block.usedLength() % align == 0;
    if (!whole) {
      add(
          problem(
                  Rule.DIRECT_LENGTH,
                  block,
                  ": length: expected a multiple of "
                      + align
                      + ", found "
                      + block.usedLength()
                      + "; read the last "
                      + block.usedLength() % align
                      + " bytes through the page cache")
              .as(Severity.INFO));
    }
    if (block.pageSize() < align) {
      // whole runs can still be read
      add(
          problem(
                  Rule.DIRECT_PAGE,
                  block,
                  ": page size: expected at least "
                      + align
                      + ", found "
                      + block.pageSize()
                      + "; read runs of pages that start and end at multiples")
              .as(Severity.INFO));
    }
    if (placed && whole) {
      note(Rule.DIRECT_OFFSET, pages, block.name() + ": direct reads of all pages are possible");
    }
  }

  private Finding problem(Rule rule, RamBlock block, String text) {
    return here(rule, block.mapped().orElseThrow().pagesOffset(), block.name() + text)
        .with(Map.of("block", block.name(), "align", align));
  }

  private void note(Rule rule, long offset, String text) {
    add(here(rule, offset, text).with(Map.of("align", align)).as(Severity.INFO));
  }
}
