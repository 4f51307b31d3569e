package org.vmstate.analyzer.convert;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.ram.FixedFormat;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.stream.Capability;
import org.vmstate.formats.stream.CommandType;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.ram.EncodedPage;
import org.vmstate.writer.io.FileSink;
import org.vmstate.writer.ram.FixedRamWriter;
import org.vmstate.writer.ram.PageBitmap;
import org.vmstate.writer.ram.ZeroPages;

/**
 * Writes a fixed layout in the order in which the input brings its pages: the output itself is
 * where the pages of a live save are collected and where deltas are applied.
 */
final class ToFixed extends StreamVisitor implements AutoCloseable {
  private static final long SLICE = 64L << 20;
  private static final int MIN_TRANSFER = 256 << 10;

  private final ConvertOptions options;
  private final Path input;
  private final Arena arena = Arena.ofShared();
  private final List<PageBitmap> sent = new ArrayList<>();
  private PageWorkers workers;
  private FixedRamWriter fixed;
  private List<RamBlock> before = List.of();
  private boolean ignoredShared;
  private byte[] page = new byte[0];

  /**
   * Writes with options.
   *
   * @param input the file from which whole runs may be taken, null when there is none
   */
  ToFixed(
      ConvertOptions options, Path input, Head head, Progress progress, Consumer<String> notes) {
    super(head, progress, notes);
    this.options = options;
    this.input = input;
  }

  private boolean is2022() {
    return options.target() == FormatId.QEMU_FIXED_RAM;
  }

  @Override
  public boolean wantsMappedPages() {
    return true;
  }

  @Override
  List<String> capabilities(List<String> names) {
    // no QEMU reads mapped-ram together with x-ignore-shared up to 10.0; nothing is lost without it
    // as long as every block has its pages, which is checked at the end
    ignoredShared = names.contains(Capability.IGNORE_SHARED);
    List<String> result = new ArrayList<>(names);
    result.removeAll(
        List.of(Capability.IGNORE_SHARED, Capability.MAPPED_RAM, Capability.FIXED_RAM));
    result.add(is2022() ? Capability.FIXED_RAM : Capability.MAPPED_RAM);
    return result;
  }

  @Override
  boolean keeps(CommandType command, int length) {
    return !isPostcopy(command, length);
  }

  @Override
  void list(List<RamBlock> blocks) throws IOException {
    before = blocks;
    for (RamBlock block : blocks) {
      if (block.mapped().isPresent() && block.mapped().get().pagesOffset() == 0) {
        throw leftOut(block);
      }
      sent.add(new PageBitmap(arena, block.pages()));
    }
    int pageSize = blocks.isEmpty() ? 1 : blocks.getFirst().pageSize();
    long alignment =
        Math.max(pageSize, options.align().orElse(is2022() ? pageSize : FixedFormat.ALIGNMENT));
    fixed = new FixedRamWriter((FileSink) sink(), is2022(), alignment);
    fixed.list(blocks.stream().map(RamBlock::plain).toList());
    workers = new PageWorkers(options.workers());
  }

  private static ConversionException leftOut(RamBlock block) {
    return new ConversionException(
        "block "
            + block.name()
            + " was left out by x-ignore-shared: its memory is not in the file, and "
            + Capability.MAPPED_RAM
            + " has no way to say so that QEMU 10.0 reads");
  }

  @Override
  void payload(boolean isEnd, int part) throws IOException {
    if (!is2022()) {
      sink().be64(RamFormat.EOS);
    }
  }

  @Override
  public void pages(PageRun run) throws IOException {
    int index = run.block().index();
    PageBitmap seen = sent.get(index);
    long end = run.firstPage() + run.count();
    if (seen.nextSet(run.firstPage(), end) < end) {
      // an earlier version of these pages may still be on its way
      workers.drain();
    }
    seen.set(run.firstPage(), run.count());
    switch (run.kind()) {
      case ZERO -> fixed.zero(index, run.firstPage(), run.count());
      case FILL -> fixed.fill(index, run.firstPage(), run.count(), run.value());
      case DATA -> data(run);
      case XBZRLE, XBZRLE_2011, ZLIB -> encoded(run);
    }
  }

  private void encoded(PageRun run) throws IOException {
    if (page.length != run.block().pageSize()) {
      page = new byte[run.block().pageSize()];
    }
    fixed.get(run.block().index(), run.firstPage(), ByteBuffer.wrap(page));
    EncodedPage.apply(source(), run, page);
    fixed.put(run.block().index(), run.firstPage(), ByteBuffer.wrap(page));
  }

  private void data(PageRun run) throws IOException {
    int size = run.block().pageSize();
    boolean adjoining = run.stride() == size || run.count() == 1;
    boolean transfers =
        adjoining
            && input != null
            && ((FileSink) sink()).isTransferable()
            && run.count() * size >= MIN_TRANSFER;
    long slice = (transfers ? SLICE : PageWorkers.BUFFER) / size;
    for (long done = 0; done < run.count(); done += slice) {
      long count = Math.min(slice, run.count() - done);
      long first = run.firstPage() + done;
      long from = run.offset() + done * run.stride();
      if (transfers) {
        workers.submit(
            workers.buffer(), buffer -> transfer(run.block(), first, count, from, buffer));
      } else {
        copy(run, first, count, from);
      }
    }
  }

  /** Moves the pages that are not zero, without reading more of them than that takes to see. */
  private void transfer(RamBlock block, long first, long count, long from, ByteBuffer buffer)
      throws IOException {
    try (FileChannel channel = FileChannel.open(input, StandardOpenOption.READ)) {
      long start = 0;
      for (long page = 0; page <= count; page++) {
        boolean ends =
            page == count || isZero(block, first + page, pageAt(block, from, page), buffer);
        if (ends && page > start) {
          fixed.transfer(
              block.index(), first + start, page - start, channel, pageAt(block, from, start));
        }
        if (ends) {
          start = page + 1;
        }
      }
    }
    progress().at(from, source().length());
  }

  private static long pageAt(RamBlock block, long from, long page) {
    return from + page * block.pageSize();
  }

  private boolean isZero(RamBlock block, long page, long offset, ByteBuffer buffer)
      throws IOException {
    int length = (int) Math.min(block.pageSize(), block.usedLength() - page * block.pageSize());
    int look = Math.min(Long.BYTES, length);
    source().copy(offset, buffer.clear().limit(look));
    if (!ZeroPages.isZero(buffer, 0, look)) {
      return false;
    }
    source().copy(offset, buffer.clear().limit(length));
    return ZeroPages.isZero(buffer, 0, length);
  }

  private void copy(PageRun run, long first, long count, long from) throws IOException {
    RamBlock block = run.block();
    ByteSource source = source();
    ByteBuffer buffer = workers.buffer();
    if (source.isSeekable()) {
      workers.submit(
          buffer,
          b -> {
            gather(source, run, first, count, from, b);
            fixed.put(block.index(), first, b.flip());
            progress().at(from, source.length());
          });
    } else {
      // the bytes are only there now
      gather(source, run, first, count, from, buffer);
      workers.submit(buffer, b -> fixed.put(block.index(), first, b.flip()));
    }
  }

  private static void gather(
      ByteSource source, PageRun run, long first, long count, long from, ByteBuffer target)
      throws IOException {
    int size = run.block().pageSize();
    long left = run.block().usedLength() - first * size;
    if (run.stride() == size) {
      target.limit((int) Math.min(left, count * size));
      source.copy(from, target);
      return;
    }
    source.copySeries(from, size, run.stride(), count, target);
  }

  @Override
  void end() throws IOException {
    if (fixed == null) {
      throw new ConversionException("the stream has no RAM section");
    }
    boolean wasFixed = !before.isEmpty() && before.getFirst().mapped().isPresent();
    if (wasFixed && !isRamEnded()) {
      throw bitmapsMissing();
    }
    for (RamBlock block : before) {
      boolean any = sent.get(block.index()).nextSet(0, block.pages()) < block.pages();
      if (ignoredShared && !any) {
        throw leftOut(block);
      }
    }
    workers.drain();
    fixed.finish();
  }

  /** QEMU writes the bitmaps when it ends the section; without that end all memory is zero. */
  static MalformedDataException bitmapsMissing() {
    return new MalformedDataException(
        "ram: expected an END record, found none; the page bitmaps were never written and the"
            + " memory is lost",
        0,
        "ram");
  }

  @Override
  public void close() {
    if (workers != null) {
      workers.close();
    }
    if (fixed != null) {
      fixed.close();
    }
    arena.close();
  }
}
