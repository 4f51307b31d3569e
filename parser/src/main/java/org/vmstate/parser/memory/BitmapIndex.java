package org.vmstate.parser.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.ram.MappedBlock;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.RamBlock;

/**
 * The pages of a block in a fixed layout, whose bitmap is looked up where it stands: nothing is
 * kept of it but the part that was read last. A clear bit says by the format that the page is zero.
 */
final class BitmapIndex implements PageIndex {
  private static final int WINDOW = 1024;

  private final SourceBytes source;
  private final MappedBlock mapped;
  private final int pageSize;
  private final long pages;
  private final long[] words = new long[WINDOW];
  private long windowStart = -1;

  BitmapIndex(SourceBytes source, RamBlock block) {
    this.source = source;
    this.mapped = block.mapped().orElseThrow();
    this.pageSize = block.pageSize();
    this.pages = block.pages();
  }

  @Override
  public void find(long page, Extent into) throws IOException {
    load(page);
    int index = (int) (page / Long.SIZE - windowStart);
    int bit = (int) (page % Long.SIZE);
    boolean set = (words[index] >>> bit & 1) != 0;
    long rest = (set ? ~words[index] : words[index]) & -1L << bit;
    while (rest == 0 && ++index < WINDOW) {
      rest = set ? ~words[index] : words[index];
    }
    long end = (windowStart + index) * Long.SIZE;
    into.end = Math.min(pages, rest == 0 ? end : end + Long.numberOfTrailingZeros(rest));
    into.step = set ? pageSize : 0;
    into.entry =
        set
            ? PageIndex.entry(PageKind.DATA, mapped.pagesOffset() + page * pageSize)
            : PageIndex.entry(PageKind.ZERO, 0);
  }

  private void load(long page) throws IOException {
    long word = page / Long.SIZE;
    if (windowStart >= 0 && word >= windowStart && word < windowStart + WINDOW) {
      return;
    }
    long start = word - word % WINDOW;
    long left = mapped.bitmapLength() - start * Long.BYTES;
    ByteBuffer bytes = ByteBuffer.allocate(WINDOW * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.limit(Math.clamp(left, 0, bytes.capacity()));
    source.copy(mapped.bitmapOffset() + start * Long.BYTES, bytes);
    // a bitmap of 32-bit words may end in the middle of a 64-bit one: the rest is zero
    bytes.clear();
    for (int i = 0; i < WINDOW; i++) {
      words[i] = mapped.order().normalize(bytes.getLong());
    }
    windowStart = start;
  }
}
