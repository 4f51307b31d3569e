package org.vmstate.analyzer.extract;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.vmstate.analyzer.memory.AbsentPages;
import org.vmstate.analyzer.memory.PageMover;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.memory.RamContents;
import org.vmstate.writer.ram.PlacedPages;

/** The pass that moves pages to their places. */
final class ExtractPass implements EventSink, Closeable {
  private final Path input;
  private final int threads;
  private final Progress progress;
  private final Consumer<String> notes;
  private final AbsentPages absent;
  private final Opener opener;
  private PlacedPages target;
  private PageMover mover;
  private boolean direct;

  /** Opens the output once the blocks are known. */
  interface Opener {
    PlacedPages open(List<RamBlock> blocks) throws IOException;
  }

  ExtractPass(
      Path input,
      int threads,
      Progress progress,
      Consumer<String> notes,
      AbsentPages absent,
      Opener opener) {
    this.absent = absent;
    this.input = input;
    this.threads = threads;
    this.progress = progress;
    this.notes = notes;
    this.opener = opener;
  }

  /** Reads past the page cache what has fixed places, where that is asked for; returns this. */
  ExtractPass direct(boolean isAsked) {
    direct = isAsked;
    return this;
  }

  @Override
  public boolean wants(Want want) {
    return true;
  }

  private void ramBlocks(List<RamBlock> blocks) throws IOException {
    if (mover != null) {
      throw new ConversionException("the stream has two RAM block lists");
    }
    RamContents.requirePossible(blocks);
    target = opener.open(blocks);
    blocks.forEach(target::add);
    mover = new PageMover(input, blocks, target, true, threads, progress);
    if (direct) {
      mover.readDirect();
    }
  }

  @Override
  public void accept(Event event) throws IOException {
    absent.accept(event);
    switch (event) {
      case Event.RamListEnd e -> ramBlocks(e.blocks());
      case Event.RamPages e -> mover.pages(e.content(), e.run());
      case Event.MappedPages e -> mover.pages(e.content(), e.run());
      case Event.Notice e -> notes.accept(e.problem().note());
      default -> {}
    }
  }

  /** Requires that the image has a part of a block. */
  void require(RamBlock block, long from, long length, String target) throws IOException {
    long size = block.pageSize();
    boolean nothing = !mover.anySent(block);
    boolean hole = block.mapped().isPresent() && block.mapped().get().pagesOffset() == 0;
    if (hole || block.address() >= 0 && block.mapped().isEmpty() && nothing) {
      absent.leftOut(block, target + " has no way to say so");
    } else {
      long end = (from + length + size - 1) / size;
      absent.require(block, mover.missing(block, from / size, end), target);
    }
  }

  /** Waits until everything is written. */
  void finish() throws IOException {
    if (mover == null) {
      throw new ConversionException("the stream has no RAM section");
    }
    mover.drain();
  }

  @Override
  public void close() {
    if (mover != null) {
      mover.close();
    }
    if (target != null) {
      target.close();
    }
  }
}
