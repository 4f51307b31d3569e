package org.vmstate.analyzer.convert;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.vmstate.analyzer.memory.DirectReads;
import org.vmstate.analyzer.memory.PageMover;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.formats.layout.StreamLayout;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.writer.ram.BlockListWriter;
import org.vmstate.writer.ram.PageRecordWriter;

/** Writes a sequential layout that sends each page once, in the first PART or else in END. */
final class ToSequential extends StreamVisitor {
  private final PageFeed given;
  private final PageFeed deltas;
  private List<RamBlock> blocks = List.of();
  private DirectReads direct;
  private boolean written;

  /**
   * Writes pages from a feed.
   *
   * @param feed the pages, null to take them from the input's fixed layout
   * @param deltas what is sent in END on top of that, or null
   */
  ToSequential(
      PageFeed feed, PageFeed deltas, Head head, Progress progress, Consumer<String> notes) {
    super(head, progress, notes);
    this.given = feed;
    this.deltas = deltas;
  }

  /** Takes the pages of the input's fixed layout past the page cache; returns this. */
  ToSequential reading(DirectReads reads) {
    direct = reads;
    return this;
  }

  @Override
  List<String> capabilities(List<String> names) {
    List<String> result = new ArrayList<>(names);
    result.removeAll(StreamLayout.capabilities());
    return result;
  }

  @Override
  void list(List<RamBlock> found) throws IOException {
    blocks = found;
    BlockListWriter out = new BlockListWriter(sink());
    out.total(found.stream().mapToLong(RamBlock::usedLength).sum());
    for (RamBlock block : found) {
      if (block.usedLength() % block.pageSize() != 0) {
        throw new ConversionException(
            "block " + block.name() + " ends within a page, which this layout cannot express");
      }
      out.entry(block.withMapped(Optional.empty()));
    }
  }

  @Override
  void payload(boolean isEnd, int part) throws IOException {
    PageRecordWriter out = new PageRecordWriter(sink());
    if (!written) {
      PageFeed feed = given == null ? new MappedFeed(source(), direct, progress()) : given;
      for (RamBlock block : blocks) {
        feed.feed(block, out);
      }
      written = true;
    }
    if (isEnd && deltas != null) {
      for (RamBlock block : blocks) {
        deltas.feed(block, out);
      }
    }
    out.end();
  }

  @Override
  void end() throws IOException {
    boolean wasFixed = !blocks.isEmpty() && blocks.getFirst().mapped().isPresent();
    if (wasFixed && !isRamEnded()) {
      throw PageMover.bitmapsMissing();
    }
    if (deltas != null && !isRamEnded()) {
      throw new ConversionException("the stream has no END of ram to put changed pages into");
    }
  }
}
