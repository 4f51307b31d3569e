package org.vmstate.analyzer.core;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.parser.io.ByteSource;

/**
 * Finds the note VMCOREINFO that a Linux guest keeps at the start of a page for whoever dumps it:
 * name of 11 bytes, type 0, and a text that begins with OSRELEASE. Source: Linux
 * kernel/vmcore_info.c.
 */
public final class GuestNote {
  private static final int NAME_LENGTH = 11;
  private static final int HEADER = 24;
  private static final int MOST = 8192;
  private static final byte[] NAME = "VMCOREINFO\0\0".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] TEXT = "OSRELEASE=".getBytes(StandardCharsets.US_ASCII);

  private final ByteBuffer head = ByteBuffer.allocate(HEADER + TEXT.length);
  private byte[] note = {};

  /** Looks at the pages of a run; the last note found counts. */
  public void look(ByteSource source, PageRun run) throws IOException {
    if (run.kind() != PageKind.DATA || run.block().pageSize() < HEADER + TEXT.length) {
      return;
    }
    ByteBuffer word = head.duplicate().limit(Integer.BYTES);
    for (long i = 0; i < run.count(); i++) {
      long at = run.offset() + i * run.stride();
      source.copy(at, word.clear().limit(Integer.BYTES));
      int length = word.getInt(0);
      if (length == NAME_LENGTH || length == Integer.reverseBytes(NAME_LENGTH)) {
        take(source, run, i, length == NAME_LENGTH);
      }
    }
  }

  private void take(ByteSource source, PageRun run, long page, boolean big) throws IOException {
    int size = run.block().pageSize();
    if (run.block().usedLength() - (run.firstPage() + page) * size < size) {
      return;
    }
    int pages = (int) Math.min((MOST + size - 1) / size, run.count() - page);
    ByteBuffer all = ByteBuffer.allocate(pages * size);
    for (int i = 0; i < pages; i++) {
      long left = run.block().usedLength() - (run.firstPage() + page + i) * size;
      all.limit((int) Math.min(all.position() + Math.min(size, left), all.capacity()));
      source.copy(run.offset() + (page + i) * run.stride(), all);
    }
    all.order(big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    int length = all.getInt(4);
    byte[] bytes = all.array();
    boolean found =
        all.getInt(8) == 0
            && length > TEXT.length
            && length <= all.position() - HEADER
            && Arrays.equals(bytes, 12, HEADER, NAME, 0, NAME.length)
            && Arrays.equals(bytes, HEADER, HEADER + TEXT.length, TEXT, 0, TEXT.length);
    if (found) {
      note = Arrays.copyOf(bytes, HEADER + (length + 3 & ~3));
    }
  }

  /** Returns the note with its header, empty when none was found. */
  public byte[] note() {
    return note.clone();
  }
}
