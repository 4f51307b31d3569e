package org.vmstate.analyzer.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.vmstate.formats.device.DirtyBitmapFormat;
import org.vmstate.formats.device.HashTableFormat;
import org.vmstate.formats.device.StorageWordFormat;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.stream.StreamFormat;

/**
 * Rules on iterables other than RAM. The parser has passed over their payloads, so their grammar
 * holds; this looks at what they say. Source: QEMU 10.0 migration/block-dirty-bitmap.c,
 * hw/ppc/spapr.c, hw/s390x/s390-stattrib.c.
 */
final class IterableInspector extends Inspector {
  private static final int MOST = 16 << 20;
  private static final int LEAST_GRANULARITY = 512;
  private static final int TASKS =
      DirtyBitmapFormat.START | DirtyBitmapFormat.COMPLETE | DirtyBitmapFormat.BITS;

  private final Map<String, Boolean> bitmaps = new TreeMap<>();
  private String node = "";
  private String bitmap = "";
  private int recordType;
  private long tableEntries = -1;
  private boolean attributesDone;

  IterableInspector(Findings findings) {
    super(findings);
  }

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    if (event instanceof Event.SectionHeader e) {
      recordType = e.recordType();
    } else if (event instanceof Event.IterablePart e
        && e.range().length() <= MOST
        && e.content().isSeekable()) {
      payload(e);
    }
  }

  private void payload(Event.IterablePart e) throws IOException {
    Section section = e.section();
    boolean known =
        switch (section.name()) {
          case DirtyBitmapFormat.IDSTR, HashTableFormat.IDSTR, StorageWordFormat.ATTRIBUTES -> true;
          default -> false;
        };
    if (!known) {
      return;
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) e.range().length());
    e.content().copy(e.range().start(), bytes);
    bytes.flip();
    long at = e.range().start();
    switch (section.name()) {
      case DirtyBitmapFormat.IDSTR -> dirtyBitmaps(bytes, at);
      case HashTableFormat.IDSTR -> hashTable(bytes, at);
      default -> attributes(bytes, at);
    }
  }

  private static String text(ByteBuffer bytes) {
    byte[] text = new byte[bytes.get() & 0xff];
    bytes.get(text);
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  private void dirtyBitmaps(ByteBuffer bytes, long start) {
    applied(Rule.DIRTY_BITMAP, Rule.DIRTY_BITMAP_NAME);
    while (bytes.hasRemaining()) {
      long at = start + bytes.position();
      int flags = bytes.get() & 0xff;
      if ((flags & DirtyBitmapFormat.MORE_FLAGS) != 0) {
        // longer flags, which no writer uses
        return;
      }
      if ((flags & DirtyBitmapFormat.NODE_NAME) != 0) {
        node = text(bytes);
      }
      if ((flags & DirtyBitmapFormat.BITMAP_NAME) != 0) {
        bitmap = text(bytes);
      }
      if ((flags & TASKS) != 0 && (node.isEmpty() || bitmap.isEmpty())) {
        add(here(Rule.DIRTY_BITMAP_NAME, at, "dirty bitmap: a chunk without a name"));
      }
      if ((flags & DirtyBitmapFormat.START) != 0) {
        begin(bytes, at);
      } else if ((flags & DirtyBitmapFormat.COMPLETE) != 0) {
        bitmaps.put(node + "/" + bitmap, true);
      } else if ((flags & DirtyBitmapFormat.BITS) != 0) {
        bytes.position(bytes.position() + 12);
        if ((flags & DirtyBitmapFormat.ZEROES) == 0) {
          int length = (int) bytes.getLong();
          bytes.position(bytes.position() + length);
        }
      }
    }
  }

  private void begin(ByteBuffer bytes, long at) {
    long granularity = Integer.toUnsignedLong(bytes.getInt());
    int state = bytes.get() & 0xff;
    if (granularity < LEAST_GRANULARITY || Long.bitCount(granularity) != 1) {
      add(
          here(
              Rule.DIRTY_BITMAP,
              at,
              "dirty bitmap "
                  + bitmap
                  + ": granularity: expected a power of two from 512, found "
                  + granularity));
    }
    if ((state & 0xf8) != 0) {
      add(
          here(
              Rule.DIRTY_BITMAP,
              at,
              "dirty bitmap " + bitmap + ": reserved flags: expected 0, found " + (state & 0xf8)));
    }
    bitmaps.put(node + "/" + bitmap, false);
  }

  private void hashTable(ByteBuffer bytes, long start) {
    applied(Rule.HASH_TABLE);
    int head = bytes.getInt();
    if (head != 0) {
      tableEntries = head < 0 ? 0 : (1L << Math.min(head, 60)) / HashTableFormat.ENTRY_BYTES;
      return;
    }
    if (tableEntries < 0) {
      add(here(Rule.HASH_TABLE, start, "hash table: entries before its size"));
      return;
    }
    while (bytes.remaining() >= Long.BYTES) {
      long at = start + bytes.position();
      long index = Integer.toUnsignedLong(bytes.getInt());
      int valid = bytes.getShort() & 0xffff;
      int invalid = bytes.getShort() & 0xffff;
      if (index + valid + invalid > tableEntries) {
        add(
            here(
                Rule.HASH_TABLE,
                at,
                "hash table: expected entries up to "
                    + tableEntries
                    + ", found up to "
                    + (index + valid + invalid)));
        return;
      }
      bytes.position(
          Math.min(bytes.limit(), bytes.position() + valid * HashTableFormat.ENTRY_BYTES));
    }
  }

  private void attributes(ByteBuffer bytes, long start) {
    applied(Rule.STORAGE_ATTRIBUTES);
    while (bytes.remaining() >= Long.BYTES) {
      int flags = (int) (bytes.getLong() & StorageWordFormat.FLAGS);
      attributesDone |= flags == StorageWordFormat.DONE;
      if (flags == StorageWordFormat.MORE) {
        int length = (int) bytes.getLong();
        bytes.position(bytes.position() + length);
      }
    }
    if (recordType == StreamFormat.SECTION_END && !attributesDone) {
      add(here(Rule.STORAGE_ATTRIBUTES, start, "storage attributes: END without DONE"));
    }
  }

  @Override
  void finish(boolean whole) {
    bitmaps.forEach(
        (name, complete) -> {
          if (whole && !complete) {
            add(here(Rule.DIRTY_BITMAP, 0, "dirty bitmap " + name + ": never completed"));
          }
        });
  }
}
