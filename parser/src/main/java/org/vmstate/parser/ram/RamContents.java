package org.vmstate.parser.ram;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.vmstate.formats.error.LimitExceededException;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.rule.Reason;
import org.vmstate.parser.io.ByteSource;

/**
 * The final content of every RAM block: collects runs in stream order, the last one of a page wins,
 * deltas are applied at once. Pages changed by deltas are kept in a temporary file; all others are
 * read where they stand. A page that was never sent is zero.
 */
public final class RamContents implements Closeable {
  private static final long MAX_PAGES = 1L << 33;

  private final PageTable.Budget budget = new PageTable.Budget();
  private final List<RamBlock> blocks = new ArrayList<>();
  private final List<PageTable> tables = new ArrayList<>();
  private ByteSource source;
  private FileChannel patched;
  private long patchedPages;

  /**
   * Sets the source to which the runs' offsets refer. With deltas it must be set before the pass.
   */
  public void setSource(ByteSource value) {
    source = value;
  }

  /** Takes the block list; blocks of more than 32 TiB together are too much. */
  public void blocks(List<RamBlock> list) throws LimitExceededException {
    blocks.clear();
    tables.clear();
    requirePossible(list);
    for (RamBlock block : list) {
      blocks.add(block);
      tables.add(new PageTable(block.pages(), budget));
    }
  }

  /** Refuses blocks of more than 32 TiB together, for which something is kept of each page. */
  public static void requirePossible(List<RamBlock> list) throws LimitExceededException {
    long pages = 0;
    for (RamBlock block : list) {
      pages += block.pages();
      if (pages > MAX_PAGES || pages < 0) {
        throw new LimitExceededException(
            Reason.MEMORY_TOO_LARGE,
            "content of memory: more than " + MAX_PAGES + " pages",
            0,
            block.name());
      }
    }
  }

  /** Returns the blocks in the order of the list. */
  public List<RamBlock> blocks() {
    return blocks;
  }

  /** Takes the next run. */
  public void add(PageRun run) throws IOException {
    PageTable table = tables.get(run.block().index());
    long first = run.firstPage();
    switch (run.kind()) {
      case ZERO -> table.setRange(first, run.count(), PageTable.ZERO, 0);
      case FILL ->
          table.setRange(first, run.count(), PageTable.entry(PageKind.FILL, run.value()), 0);
      case DATA ->
          table.setRange(
              first, run.count(), PageTable.entry(PageKind.DATA, run.offset()), run.stride());
      case ZLIB -> table.set(first, PageTable.entry(PageKind.ZLIB, run.offset()));
      case XBZRLE, XBZRLE_2011 -> patch(table, run);
    }
  }

  private void patch(PageTable table, PageRun run) throws IOException {
    long entry = table.get(run.firstPage());
    byte[] page = new byte[run.block().pageSize()];
    read(entry, page);
    EncodedPage.apply(source, run, page);
    boolean again = PageTable.kind(entry) == PageKind.XBZRLE;
    long slot = again ? PageTable.value(entry) : patchedPages++;
    ByteBuffer data = ByteBuffer.wrap(page);
    while (data.hasRemaining()) {
      patched().write(data, slot * page.length + data.position());
    }
    table.set(run.firstPage(), PageTable.entry(PageKind.XBZRLE, slot));
  }

  private FileChannel patched() throws IOException {
    if (patched == null) {
      patched =
          FileChannel.open(
              Files.createTempFile("vmstate-img", ".patched"),
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
    }
    return patched;
  }

  private void read(long entry, byte[] page) throws IOException {
    long value = PageTable.value(entry);
    switch (PageTable.kind(entry)) {
      case ZERO -> Arrays.fill(page, (byte) 0);
      case FILL -> Arrays.fill(page, (byte) value);
      case DATA -> source.copy(value, ByteBuffer.wrap(page));
      case ZLIB -> inflate(value, page);
      case XBZRLE, XBZRLE_2011 -> {
        ByteBuffer target = ByteBuffer.wrap(page);
        while (target.hasRemaining()) {
          if (patched().read(target, value * page.length + target.position()) < 0) {
            throw new IOException("temporary file of patched pages: unexpected end");
          }
        }
      }
    }
  }

  private void inflate(long offset, byte[] page) throws IOException {
    // the length stands in the four bytes before the data
    ByteBuffer length = ByteBuffer.allocate(Integer.BYTES);
    source.copy(offset - Integer.BYTES, length);
    byte[] deflated = new byte[length.getInt(0)];
    source.copy(offset, ByteBuffer.wrap(deflated));
    Optional<String> problem = DeltaRecordParser.inflate(deflated, page);
    if (problem.isPresent()) {
      throw new MalformedDataException(
          Reason.COMPRESSED_PAGE_DAMAGED, "compressed page: " + problem.get(), offset, "");
    }
  }

  /**
   * Reads one page.
   *
   * @return false for a zero page, which leaves the array as it is
   */
  public boolean page(RamBlock block, long number, byte[] page) throws IOException {
    long entry = tables.get(block.index()).get(number);
    if (entry == PageTable.ZERO) {
      return false;
    }
    read(entry, page);
    return true;
  }

  /** Returns the first page from the given one on that may not be zero, or the number of pages. */
  public long nextUsed(RamBlock block, long page) {
    PageTable table = tables.get(block.index());
    long pages = block.pages();
    long next = Math.min(pages, table.nextUsed(page));
    while (next < pages && table.get(next) == PageTable.ZERO) {
      next = Math.min(pages, table.nextUsed(next + 1));
    }
    return next;
  }

  /**
   * Gives the final content of a block as runs in page order. The offset of pages that deltas
   * changed is -1: their content stands nowhere in the image.
   */
  public void runs(RamBlock block, BitmapReader.RunConsumer consumer) throws IOException {
    PageTable table = tables.get(block.index());
    long pages = block.pages();
    for (long page = 0; page < pages; ) {
      long entry = table.get(page);
      PageKind kind = PageTable.kind(entry);
      long value = PageTable.value(entry);
      long next = page + 1;
      long stride = 0;
      if (entry == PageTable.ZERO) {
        next = nextUsed(block, next);
      } else if (kind == PageKind.DATA) {
        stride = next < pages ? table.get(next) - entry : 0;
        boolean goesOn = stride >= block.pageSize() && stride < 2L * block.pageSize();
        while (goesOn && next < pages && table.get(next) == entry + (next - page) * stride) {
          next++;
        }
      } else if (kind != PageKind.ZLIB) {
        while (next < pages && alike(kind, value, table.get(next))) {
          next++;
        }
      }
      boolean placed = kind == PageKind.DATA || kind == PageKind.ZLIB;
      int fill = kind == PageKind.FILL ? (int) value : 0;
      consumer.accept(
          new PageRun(block, page, next - page, kind, fill, placed ? value : -1, stride));
      page = next;
    }
  }

  private static boolean alike(PageKind kind, long value, long other) {
    return PageTable.kind(other) == kind
        && other != PageTable.ZERO
        && (kind != PageKind.FILL || PageTable.value(other) == value);
  }

  /** Takes the bytes of a block from its first to its last. */
  public interface Sink {
    /** Takes the next bytes; the buffer is valid during the call. */
    void bytes(ByteBuffer data) throws IOException;

    /** Takes a number of zero bytes. */
    void zeros(long count) throws IOException;
  }

  /** Reads a whole block in address order. */
  public void read(RamBlock block, Sink sink) throws IOException {
    read(block, 0, block.pages(), sink);
  }

  /** Reads pages of a block from a first one to the one before the last. */
  public void read(RamBlock block, long first, long pages, Sink sink) throws IOException {
    PageTable table = tables.get(block.index());
    int size = block.pageSize();
    byte[] page = new byte[size];
    long at = first;
    while (at < pages) {
      long entry = table.get(at);
      if (entry == PageTable.ZERO) {
        long next = Math.min(pages, nextUsed(block, at + 1));
        sink.zeros(length(block, at, next));
        at = next;
      } else {
        read(entry, page);
        sink.bytes(ByteBuffer.wrap(page, 0, (int) length(block, at, at + 1)));
        at++;
      }
    }
  }

  private static long length(RamBlock block, long from, long to) {
    return Math.min(block.usedLength(), to * block.pageSize()) - from * block.pageSize();
  }

  @Override
  public void close() throws IOException {
    budget.close();
    if (patched != null) {
      patched.close();
    }
  }
}
