package org.vmstate.analyzer.convert;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.vmstate.analyzer.memory.AbsentPages;
import org.vmstate.analyzer.memory.PageMover;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.layout.FixedLayout;
import org.vmstate.formats.layout.StreamLayout;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.stream.Capability;
import org.vmstate.formats.stream.CommandType;
import org.vmstate.parser.memory.RamContents;
import org.vmstate.writer.io.FileSink;
import org.vmstate.writer.ram.FixedRamWriter;

/**
 * Writes a fixed layout in the order in which the input brings its pages: the output itself is
 * where the pages of a live save are collected and where deltas are applied.
 */
final class ToFixed extends StreamVisitor implements AutoCloseable {
  private static final String NO_WAY =
      Capability.MAPPED_RAM + " has no way to say so that QEMU 10.0 reads";

  private final ConvertOptions options;
  private final FixedLayout layout;
  private final Path input;
  private PageMover mover;
  private FixedRamWriter fixed;
  private List<RamBlock> before = List.of();
  private final AbsentPages absent;
  private long chunk;

  /**
   * Writes with options.
   *
   * @param input the file from which whole runs may be taken, null when there is none
   */
  ToFixed(
      ConvertOptions options,
      Path input,
      AbsentPages absent,
      Head head,
      Progress progress,
      Consumer<String> notes) {
    super(head, progress, notes);
    this.absent = absent;
    this.options = options;
    this.layout = (FixedLayout) options.target().layout();
    this.input = input;
  }

  /** Chooses how many bytes one job moves, 0 for the default. */
  ToFixed inChunks(long bytes) {
    chunk = bytes;
    return this;
  }

  @Override
  public boolean wants(Want want) {
    return true;
  }

  @Override
  List<String> capabilities(List<String> names) {
    // no QEMU reads mapped-ram together with x-ignore-shared up to 10.0; nothing is lost without it
    // as long as every block has its pages, which is checked at the end
    List<String> result = new ArrayList<>(names);
    result.remove(Capability.IGNORE_SHARED);
    result.removeAll(StreamLayout.capabilities());
    layout.capability().ifPresent(result::add);
    return result;
  }

  @Override
  boolean keeps(CommandType command, int length) {
    return !isPostcopy(command, length);
  }

  @Override
  boolean needsEnd() {
    // a fixed layout without END was never finished, and is refused at its end
    return before.isEmpty() || before.getFirst().mapped().isEmpty();
  }

  @Override
  void list(List<RamBlock> blocks) throws IOException {
    before = blocks;
    RamContents.requirePossible(blocks);
    for (RamBlock block : blocks) {
      if (block.mapped().isPresent() && block.mapped().get().pagesOffset() == 0) {
        absent.leftOut(block, NO_WAY);
      }
    }
    int pageSize = blocks.isEmpty() ? 1 : blocks.getFirst().pageSize();
    long alignment = Math.max(pageSize, options.align().orElse(layout.alignment(pageSize)));
    fixed = new FixedRamWriter((FileSink) sink(), layout, alignment);
    fixed.list(blocks.stream().map(RamBlock::plain).toList());
    mover =
        new PageMover(input, blocks, fixed.pages(), false, options.pages().workers(), progress());
    mover.chunk(chunk);
    if (options.pages().direct()) {
      mover.readDirect();
    }
  }

  @Override
  void payload(boolean isEnd, int part) throws IOException {
    if (layout.endsParts()) {
      sink().be64(RamFormat.EOS);
    }
  }

  @Override
  void end() throws IOException {
    if (fixed == null) {
      throw new ConversionException("the stream has no RAM section");
    }
    boolean wasFixed = !before.isEmpty() && before.getFirst().mapped().isPresent();
    if (wasFixed && !isRamEnded()) {
      throw PageMover.bitmapsMissing();
    }
    mover.drain();
    fixed.finish();
  }

  /** Decides on pages that did not come, when all is known of the image. */
  void requirePages() throws IOException {
    for (RamBlock block : before) {
      if (block.mapped().isPresent()) {
        // a clear bit means zero on both sides
        continue;
      }
      if (block.address() >= 0 && !mover.anySent(block)) {
        absent.leftOut(block, NO_WAY);
      } else {
        absent.require(block, mover.missing(block, 0, block.pages()), options.target().label());
      }
    }
  }

  @Override
  public void accept(Event event) throws IOException {
    switch (event) {
      case Event.RamPages e -> mover.pages(e.content(), e.run());
      case Event.MappedPages e -> mover.pages(e.content(), e.run());
      default -> absent.accept(event);
    }
    super.accept(event);
  }

  @Override
  public void close() {
    if (mover != null) {
      mover.close();
    }
    if (fixed != null) {
      fixed.close();
    }
  }
}
