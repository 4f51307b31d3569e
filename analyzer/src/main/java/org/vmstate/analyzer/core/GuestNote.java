package org.vmstate.analyzer.core;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;

/**
 * Finds the notes VMCOREINFO that Linux keeps at the start of a page for whoever dumps it: name of
 * 11 bytes, type 0, and text that begins with OSRELEASE. There are several when the guest has
 * guests of its own. Source: Linux kernel/vmcore_info.c.
 */
public final class GuestNote {
  private static final int NAME_LENGTH = 11;
  private static final int HEADER = 24;
  private static final int MOST = 8192;

  /** Pages whose first words are read at once. */
  private static final int AT_ONCE = 256;

  /** As many are kept, the first by block and page. */
  private static final int MOST_NOTES = 64;

  private static final byte[] NAME = "VMCOREINFO\0\0".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] TEXT = "OSRELEASE=".getBytes(StandardCharsets.US_ASCII);

  /** The first words of some pages. */
  private final ByteBuffer words = ByteBuffer.allocate(AT_ONCE * Integer.BYTES);

  private final TreeMap<NotePlace, byte[]> notes = new TreeMap<>();

  /** Looks at the pages of a run; what a page was before no longer counts. */
  public void look(SourceBytes source, PageRun run) throws IOException {
    boolean data = run.kind() == PageKind.DATA;
    if (data || run.kind() == PageKind.ZERO || run.kind() == PageKind.FILL) {
      NotePlace first = NotePlace.of(run.block(), run.firstPage());
      notes.subMap(first, NotePlace.of(run.block(), run.firstPage() + run.count())).clear();
    }
    if (!data || run.block().pageSize() < HEADER + TEXT.length) {
      return;
    }
    for (long page = 0; page < run.count(); page += AT_ONCE) {
      int count = (int) Math.min(AT_ONCE, run.count() - page);
      long at = run.offset() + page * run.stride();
      source.copySeries(at, Integer.BYTES, run.stride(), count, words.clear());
      for (int i = 0; i < count; i++) {
        int length = words.getInt(i * Integer.BYTES);
        if (length == NAME_LENGTH || length == Integer.reverseBytes(NAME_LENGTH)) {
          take(source, run, page + i, length == NAME_LENGTH);
        }
      }
    }
  }

  private void take(SourceBytes source, PageRun run, long page, boolean big) throws IOException {
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
      notes.put(
          NotePlace.of(run.block(), run.firstPage() + page),
          Arrays.copyOf(bytes, HEADER + (length + 3 & ~3)));
      if (notes.size() > MOST_NOTES) {
        notes.pollLastEntry();
      }
    }
  }

  /** Returns the note at a place, header included. */
  Optional<byte[]> at(NotePlace place) {
    return Optional.ofNullable(notes.get(place));
  }

  /** Returns the notes in a part of a block. */
  Map<NotePlace, byte[]> in(int block, long from, long to) {
    return notes.subMap(new NotePlace(block, from), new NotePlace(block, to));
  }
}
