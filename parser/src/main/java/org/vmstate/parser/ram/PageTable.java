package org.vmstate.parser.ram;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import org.vmstate.formats.ram.PageKind;

/**
 * For each page of a block, how its final content is found: eight bytes a page, in chunks that
 * exist only where pages are not zero. The first 16 MiB of chunks are in memory, the others in a
 * temporary file, so a guest of any size fits a small heap.
 */
final class PageTable implements Closeable {
  /** Entry of a page that was never sent or is zero. */
  static final long ZERO = 0;

  private static final int CHUNK_PAGES = 4096;
  private static final int KIND_SHIFT = 60;
  private static final long VALUE_MASK = (1L << KIND_SHIFT) - 1;
  private static final int CHUNK_BYTES = CHUNK_PAGES * Long.BYTES;
  private static final int CHUNKS_IN_MEMORY = 512;

  /** Chunks mapped at a time; the kernel limits the number of mappings. */
  private static final int CHUNKS_IN_MAPPING = 1024;

  private final Budget budget;
  private final LongBuffer[] chunks;

  /** The memory that all tables of an image share. */
  static final class Budget implements Closeable {
    private int used;
    private FileChannel spill;
    private ByteBuffer mapping = ByteBuffer.allocate(0);

    private LongBuffer chunk() throws IOException {
      if (used++ < CHUNKS_IN_MEMORY) {
        return LongBuffer.allocate(CHUNK_PAGES);
      }
      if (!mapping.hasRemaining()) {
        map();
      }
      ByteBuffer chunk = mapping.slice(mapping.position(), CHUNK_BYTES);
      mapping.position(mapping.position() + CHUNK_BYTES);
      return chunk.asLongBuffer();
    }

    private void map() throws IOException {
      if (spill == null) {
        spill =
            FileChannel.open(
                Files.createTempFile("vmstate-img", ".pages"),
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
      }
      mapping =
          spill.map(
              FileChannel.MapMode.READ_WRITE, spill.size(), (long) CHUNKS_IN_MAPPING * CHUNK_BYTES);
    }

    @Override
    public void close() throws IOException {
      if (spill != null) {
        spill.close();
      }
    }
  }

  PageTable(long pages, Budget budget) {
    this.budget = budget;
    this.chunks = new LongBuffer[Math.toIntExact((pages + CHUNK_PAGES - 1) / CHUNK_PAGES)];
  }

  /** Packs a kind and a number below 2^60: an offset, a fill byte or a slot. */
  static long entry(PageKind kind, long value) {
    return (kind.ordinal() + 1L) << KIND_SHIFT | value;
  }

  /** Returns the kind of an entry. */
  static PageKind kind(long entry) {
    return entry == ZERO ? PageKind.ZERO : KINDS[(int) (entry >>> KIND_SHIFT) - 1];
  }

  private static final PageKind[] KINDS = PageKind.values();

  /** Returns the number of an entry. */
  static long value(long entry) {
    return entry & VALUE_MASK;
  }

  long get(long page) {
    LongBuffer chunk = chunks[(int) (page / CHUNK_PAGES)];
    return chunk == null ? ZERO : chunk.get((int) (page % CHUNK_PAGES));
  }

  void set(long page, long entry) throws IOException {
    int index = (int) (page / CHUNK_PAGES);
    if (chunks[index] == null) {
      if (entry == ZERO) {
        return;
      }
      chunks[index] = budget.chunk();
    }
    chunks[index].put((int) (page % CHUNK_PAGES), entry);
  }

  /** Sets a range of pages to entries that grow by a step. */
  void setRange(long first, long count, long entry, long step) throws IOException {
    long page = first;
    long end = first + count;
    long value = entry;
    while (page < end) {
      int index = (int) (page / CHUNK_PAGES);
      long chunkEnd = Math.min(end, (index + 1L) * CHUNK_PAGES);
      if (entry == ZERO && chunks[index] == null) {
        page = chunkEnd;
      } else {
        for (; page < chunkEnd; page++) {
          set(page, value);
          value += step;
        }
      }
    }
  }

  /** Returns the first page from the given one on that may not be zero. */
  long nextUsed(long page) {
    int index = (int) (page / CHUNK_PAGES);
    if (index >= chunks.length || chunks[index] != null) {
      return page;
    }
    while (index < chunks.length && chunks[index] == null) {
      index++;
    }
    return (long) index * CHUNK_PAGES;
  }

  @Override
  public void close() throws IOException {
    budget.close();
  }
}
