package org.vmstate.analyzer.check;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.vmstate.formats.device.DirtyBitmapFormat;
import org.vmstate.formats.device.HashTableFormat;
import org.vmstate.formats.device.StorageWordFormat;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.section.PayloadListener;
import org.vmstate.parser.section.SectionGrammar;

/**
 * Rules on iterables other than RAM. The parser has passed over their payloads, so their grammar
 * holds; this looks at what they say. Source: QEMU 10.0 migration/block-dirty-bitmap.c,
 * hw/ppc/spapr.c, hw/s390x/s390-stattrib.c.
 */
final class IterableInspector extends Inspector {
  private static final int LEAST_GRANULARITY = 512;
  private static final int RESERVED = 0xf8;
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
    } else if (event instanceof Event.IterablePart e && e.content().isSeekable()) {
      payload(e);
    }
  }

  private void payload(Event.IterablePart e) throws IOException {
    switch (e.section().name()) {
      case DirtyBitmapFormat.IDSTR -> {
        applied(Rule.DIRTY_BITMAP, Rule.DIRTY_BITMAP_NAME);
        SectionGrammar.read(e, new DirtyBitmaps());
      }
      case HashTableFormat.IDSTR -> {
        applied(Rule.HASH_TABLE);
        SectionGrammar.read(e, new HashTable(e.range().start()));
      }
      case StorageWordFormat.ATTRIBUTES -> {
        applied(Rule.STORAGE_ATTRIBUTES);
        SectionGrammar.read(e, new Attributes());
        if (recordType == StreamFormat.SECTION_END && !attributesDone) {
          long start = e.range().start();
          add(here(Rule.STORAGE_ATTRIBUTES, start, "storage attributes: END without DONE"));
        }
      }
      default -> {}
    }
  }

  /** Keeps the numbers of a struct until it ends. */
  private abstract static class Structs implements PayloadListener {
    private final Map<String, Long> numbers = new TreeMap<>();
    private long at;

    abstract void struct(long offset);

    final long number(String name) {
      return numbers.getOrDefault(name, 0L);
    }

    @Override
    public void begin(String struct, long offset) {
      numbers.clear();
      at = offset;
    }

    @Override
    public void number(String name, long value) {
      numbers.put(name, value);
    }

    @Override
    public void string(String name, String value) {}

    @Override
    public void end(String struct) {
      struct(at);
    }
  }

  private final class DirtyBitmaps extends Structs {
    @Override
    public void string(String name, String value) {
      if (name.equals("node")) {
        node = value;
      } else {
        bitmap = value;
      }
    }

    @Override
    void struct(long at) {
      long flags = number("flags");
      if ((flags & DirtyBitmapFormat.MORE_FLAGS) != 0) {
        // longer flags, which no writer uses
        return;
      }
      if ((flags & TASKS) != 0 && (node.isEmpty() || bitmap.isEmpty())) {
        add(here(Rule.DIRTY_BITMAP_NAME, at, "dirty bitmap: a chunk without a name"));
      }
      if ((flags & DirtyBitmapFormat.START) != 0) {
        begins(number("granularity"), number("state") & RESERVED, at);
      } else if ((flags & DirtyBitmapFormat.COMPLETE) != 0) {
        bitmaps.put(node + "/" + bitmap, true);
      }
    }

    private void begins(long granularity, long reserved, long at) {
      String what = "dirty bitmap " + bitmap;
      if (granularity < LEAST_GRANULARITY || Long.bitCount(granularity) != 1) {
        String words = ": granularity: expected a power of two from 512, found " + granularity;
        add(here(Rule.DIRTY_BITMAP, at, what + words));
      }
      if (reserved != 0) {
        String words = ": reserved flags: expected 0, found " + reserved;
        add(here(Rule.DIRTY_BITMAP, at, what + words));
      }
      bitmaps.put(node + "/" + bitmap, false);
    }
  }

  private final class HashTable extends Structs {
    private final long start;
    private boolean told;

    HashTable(long start) {
      this.start = start;
    }

    @Override
    public void number(String name, long value) {
      super.number(name, value);
      if (name.equals("shift") && value != 0) {
        // all ones say that there is no table
        boolean none = value > Integer.MAX_VALUE;
        tableEntries = none ? 0 : (1L << Math.min(value, 60)) / HashTableFormat.ENTRY_BYTES;
      } else if (name.equals("shift") && tableEntries < 0) {
        once(start, "entries before its size");
      }
    }

    @Override
    void struct(long at) {
      long last = number("index") + number("num_valid") + number("num_invalid");
      if (last > tableEntries) {
        once(at, "expected entries up to " + tableEntries + ", found up to " + last);
      }
    }

    private void once(long at, String words) {
      if (!told) {
        told = true;
        add(here(Rule.HASH_TABLE, at, "hash table: " + words));
      }
    }
  }

  private final class Attributes extends Structs {
    @Override
    public void number(String name, long value) {
      attributesDone |=
          name.equals("word") && (value & StorageWordFormat.FLAGS) == StorageWordFormat.DONE;
    }

    @Override
    void struct(long at) {}
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
