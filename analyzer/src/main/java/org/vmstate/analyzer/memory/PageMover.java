package org.vmstate.analyzer.memory;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.rule.Reason;
import org.vmstate.parser.ram.EncodedPage;
import org.vmstate.writer.ram.BitmapMemory;
import org.vmstate.writer.ram.PageBitmap;
import org.vmstate.writer.ram.PlacedPages;
import org.vmstate.writer.ram.ZeroPages;

/**
 * Moves the pages of a pass to their places, in the order in which they come, by several threads:
 * the output itself is where the pages of a live save are collected and where deltas are applied.
 */
public final class PageMover implements Closeable {
  private static final long SLICE = 64L << 20;
  private static final int MIN_TRANSFER = 256 << 10;

  private final Path input;
  private final PlacedPages target;
  private final boolean trusting;
  private final Progress progress;
  private final PageWorkers workers;
  private final Arena arena = Arena.ofShared();
  private final BitmapMemory memory = new BitmapMemory(arena);
  private final List<PageBitmap> sent = new ArrayList<>();
  private byte[] page = new byte[0];
  private long chunk;
  private DirectReads direct;

  /**
   * Moves pages.
   *
   * @param input the file from which whole runs may be taken, null when there is none
   * @param trusting whether pages that a fixed layout marks are moved without a look for zeros
   */
  public PageMover(
      Path input,
      List<RamBlock> blocks,
      PlacedPages target,
      boolean trusting,
      int threads,
      Progress progress) {
    this.input = input;
    this.target = target;
    this.trusting = trusting;
    this.progress = progress;
    workers = new PageWorkers(threads);
    for (RamBlock block : blocks) {
      sent.add(new PageBitmap(memory, block.pages()));
    }
  }

  /**
   * Chooses how much one job moves.
   *
   * @param bytes at least a page; 0 for what is fastest mostly
   */
  public void chunk(long bytes) {
    chunk = bytes;
  }

  /** Reads past the page cache whatever of the input stands where that is possible. */
  public void readDirect() throws IOException {
    if (input != null) {
      direct = DirectReads.open(input);
    }
  }

  /** Reports whether any page of a block came. */
  public boolean anySent(RamBlock block) {
    return sent.get(block.index()).nextSet(0, block.pages()) < block.pages();
  }

  /** Counts the pages of a range that did not come. */
  public long missing(RamBlock block, long first, long end) {
    PageBitmap bits = sent.get(block.index());
    long count = 0;
    for (long page = bits.nextClear(first, end); page < end; ) {
      long next = bits.nextSet(page, end);
      count += next - page;
      page = bits.nextClear(next, end);
    }
    return count;
  }

  /** Waits until all pages are in their places. */
  public void drain() throws IOException {
    workers.drain();
  }

  /** Accepts the next run, whose bytes are read from a source. */
  public void pages(SourceBytes source, PageRun run) throws IOException {
    int index = run.block().index();
    PageBitmap seen = sent.get(index);
    long end = run.firstPage() + run.count();
    if (run.kind().isDelta() && seen.nextSet(run.firstPage(), end) == end) {
      // what it changes never came, so that the page is still missing
      return;
    }
    if (seen.nextSet(run.firstPage(), end) < end) {
      // an earlier version of these pages may still be on its way
      workers.drain();
    }
    seen.set(run.firstPage(), run.count());
    switch (run.kind()) {
      case ZERO -> target.zero(index, run.firstPage(), run.count());
      case FILL -> target.fill(index, run.firstPage(), run.count(), run.value());
      case DATA -> data(source, run);
      case XBZRLE, XBZRLE_2011, ZLIB -> encoded(source, run);
    }
  }

  private void encoded(SourceBytes source, PageRun run) throws IOException {
    if (page.length != run.block().pageSize()) {
      page = new byte[run.block().pageSize()];
    }
    target.get(run.block().index(), run.firstPage(), ByteBuffer.wrap(page));
    EncodedPage.apply(source, run, page);
    target.put(run.block().index(), run.firstPage(), ByteBuffer.wrap(page));
  }

  private void data(SourceBytes source, PageRun run) throws IOException {
    int size = run.block().pageSize();
    boolean adjoining = run.stride() == size || run.count() == 1;
    boolean transfers =
        adjoining && input != null && target.isTransferable() && run.count() * size >= MIN_TRANSFER;
    long most = transfers || source.isSeekable() ? Long.MAX_VALUE : PageWorkers.BUFFER;
    long usual = transfers ? SLICE : PageWorkers.BUFFER;
    long slice = Math.max(1, Math.min(most, chunk == 0 ? usual : chunk) / size);
    for (long done = 0; done < run.count(); done += slice) {
      long count = Math.min(slice, run.count() - done);
      long first = run.firstPage() + done;
      long from = run.offset() + done * run.stride();
      if (transfers) {
        workers.submit(
            workers.buffer(), buffer -> transfer(source, run.block(), first, count, from, buffer));
      } else {
        copy(source, run, first, count, from);
      }
    }
  }

  /** Moves the pages that are not zero. */
  private void transfer(
      SourceBytes source, RamBlock block, long first, long count, long from, ByteBuffer buffer)
      throws IOException {
    try (FileChannel channel = FileChannel.open(input, StandardOpenOption.READ)) {
      if (trusting && block.mapped().isPresent()) {
        target.transfer(block.index(), first, count, channel, from);
        progress.at(from, source.length());
        return;
      }
      int size = block.pageSize();
      long end = Math.min(count * size, block.usedLength() - first * size);
      long start = 0;
      for (long at = 0; at < end; at += buffer.limit()) {
        int most = PageWorkers.BUFFER / size * size;
        source.copy(from + at, buffer.clear().limit((int) Math.min(most, end - at)));
        for (int page = 0; page < buffer.limit(); page += size) {
          if (ZeroPages.isZero(buffer, page, Math.min(size, buffer.limit() - page))) {
            transfer(channel, block, first, from, start, at + page);
            start = at + page + size;
          }
        }
      }
      transfer(channel, block, first, from, start, count * size);
    }
    progress.at(from, source.length());
  }

  /** Moves the pages between two distances from the first one. */
  private void transfer(
      FileChannel channel, RamBlock block, long first, long from, long start, long end)
      throws IOException {
    int size = block.pageSize();
    if (end > start) {
      target.transfer(
          block.index(), first + start / size, (end - start) / size, channel, from + start);
    }
  }

  private void copy(SourceBytes source, PageRun run, long first, long count, long from)
      throws IOException {
    RamBlock block = run.block();
    ByteBuffer buffer = workers.buffer();
    if (source.isSeekable()) {
      workers.submit(
          buffer,
          b -> {
            int most = PageWorkers.BUFFER / block.pageSize();
            for (long done = 0; done < count; done += most) {
              long at = from + done * run.stride();
              gather(source, run, first + done, Math.min(most, count - done), at, b.clear());
              target.put(block.index(), first + done, b.flip());
              progress.at(at, source.length());
            }
          });
    } else {
      // the bytes are only there now
      gather(source, run, first, count, from, buffer);
      workers.submit(buffer, b -> target.put(block.index(), first, b.flip()));
    }
  }

  private void gather(
      SourceBytes source, PageRun run, long first, long count, long from, ByteBuffer out)
      throws IOException {
    int size = run.block().pageSize();
    long left = run.block().usedLength() - first * size;
    if (run.stride() == size) {
      out.limit((int) Math.min(left, count * size));
      if (direct == null || !direct.read(from, out)) {
        source.copy(from, out);
      }
      return;
    }
    source.copySeries(from, size, run.stride(), count, out);
  }

  /** QEMU writes the bitmaps when it ends the section; without that end all memory is zero. */
  public static MalformedDataException bitmapsMissing() {
    return new MalformedDataException(
        Reason.BITMAPS_NEVER_WRITTEN,
        "ram: expected an END record, found none; the page bitmaps were never written and the"
            + " memory is lost",
        0,
        RamFormat.IDSTR);
  }

  @Override
  public void close() {
    workers.close();
    arena.close();
    if (direct != null) {
      direct.close();
    }
  }
}
