package org.vmstate.analyzer.stats;

import java.lang.foreign.Arena;
import java.nio.IntBuffer;
import java.nio.ShortBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;

/**
 * How often each page was sent and what its records took, outside of the Java heap: two bytes for a
 * page, four more where deltas or zlib pages were sent. Beyond {@link #MOST_BYTES} nothing is
 * counted any more.
 */
final class SentPages implements AutoCloseable {
  /** Most memory for all pages, in bytes: a guest of 1 TiB fits. */
  static final long MOST_BYTES = 512L << 20;

  /** Most times that are told apart. */
  static final int MOST_TIMES = (1 << 14) - 1;

  private static final int CHUNK = 4096;

  /** The last whole record of a page: none or of its own length, one byte, the page itself. */
  private static final int OTHER = 0;

  private static final int FILLED = 1;
  private static final int PLAIN = 2;

  private final Arena arena = Arena.ofConfined();
  private final long mostBytes;
  private final Map<Place, ShortBuffer> times = new HashMap<>();
  private final Map<Place, IntBuffer> lengths = new HashMap<>();
  private final Map<Integer, RamBlock> blocks = new HashMap<>();
  private long used;
  private boolean full;

  private record Place(int block, long chunk) {}

  /** A page that was sent more than once. */
  record Often(RamBlock block, long page, int times) {}

  SentPages(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** Counts a run and tells its round what it replaced. */
  void add(PageRun run, long length, Round round) {
    blocks.putIfAbsent(run.block().index(), run.block());
    long page = run.firstPage();
    long end = page + run.count();
    while (page < end && !full) {
      Place place = new Place(run.block().index(), page / CHUNK);
      long next = Math.min(end, (place.chunk() + 1) * CHUNK);
      ShortBuffer chunk = times.get(place);
      if (chunk == null) {
        if (!reserve(CHUNK * Short.BYTES)) {
          return;
        }
        chunk = arena.allocate(CHUNK * Short.BYTES, Short.BYTES).asByteBuffer().asShortBuffer();
        times.put(place, chunk);
      }
      IntBuffer own = own(place, run.kind());
      if (!full) {
        int from = (int) (page % CHUNK);
        add(chunk, own, from, from + (int) (next - page), run, length / run.count(), round);
      }
      page = next;
    }
  }

  private boolean reserve(int bytes) {
    full |= used + bytes > mostBytes;
    used += full ? 0 : bytes;
    return !full;
  }

  /** Returns the lengths of records that say their own. */
  private IntBuffer own(Place place, PageKind kind) {
    IntBuffer chunk = lengths.get(place);
    boolean needed = kind != PageKind.DATA && kind != PageKind.ZERO && kind != PageKind.FILL;
    if (chunk == null && needed && reserve(CHUNK * Integer.BYTES)) {
      chunk = arena.allocate(CHUNK * Integer.BYTES, Integer.BYTES).asByteBuffer().asIntBuffer();
      lengths.put(place, chunk);
    }
    return chunk;
  }

  private static void add(
      ShortBuffer times, IntBuffer own, int from, int to, PageRun run, long length, Round round) {
    boolean delta = run.kind().isDelta();
    int whole =
        switch (run.kind()) {
          case ZERO, FILL -> FILLED;
          case DATA -> PLAIN;
          default -> OTHER;
        };
    long again = 0;
    long replaced = 0;
    for (int at = from; at < to; at++) {
      int value = times.get(at) & 0xffff;
      int before = value >>> 2;
      again += before > 0 ? 1 : 0;
      if (!delta) {
        replaced += length(value & 3, run.block().pageSize());
        if (own != null) {
          replaced += own.get(at);
          own.put(at, 0);
        }
      }
      if (whole == OTHER) {
        own.put(at, (int) Math.min(Integer.MAX_VALUE, own.get(at) + length));
      }
      int kind = delta ? value & 3 : whole;
      times.put(at, (short) (Math.min(MOST_TIMES, before + 1) << 2 | kind));
    }
    round.sentAgain(again, replaced);
  }

  /** The length of a record without a name. */
  private static int length(int whole, int pageSize) {
    return switch (whole) {
      case FILLED -> Long.BYTES + 1;
      case PLAIN -> Long.BYTES + pageSize;
      default -> 0;
    };
  }

  /** Reports whether every page was counted. */
  boolean isComplete() {
    return !full;
  }

  /** Returns the pages sent most often, at least twice, most often first, then in order. */
  List<Often> most(int number) {
    Comparator<Often> order =
        Comparator.comparingInt(Often::times)
            .reversed()
            .thenComparingInt(o -> o.block().index())
            .thenComparingLong(Often::page);
    PriorityQueue<Often> kept = new PriorityQueue<>(order.reversed());
    times.forEach(
        (place, chunk) -> {
          for (int at = 0; at < CHUNK; at++) {
            int count = (chunk.get(at) & 0xffff) >>> 2;
            boolean rare = kept.size() == number && count < kept.peek().times();
            if (count > 1 && !rare) {
              RamBlock block = blocks.get(place.block());
              kept.add(new Often(block, place.chunk() * CHUNK + at, count));
              if (kept.size() > number) {
                kept.poll();
              }
            }
          }
        });
    List<Often> list = new ArrayList<>(kept);
    list.sort(order);
    return list;
  }

  @Override
  public void close() {
    arena.close();
  }
}
