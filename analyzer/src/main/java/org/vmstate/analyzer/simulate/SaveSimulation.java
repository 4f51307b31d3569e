package org.vmstate.analyzer.simulate;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import org.vmstate.formats.ram.FixedFormat;
import org.vmstate.writer.xbzrle.DeltaCodec;
import org.vmstate.writer.xbzrle.DeltaEncoder;
import org.vmstate.writer.xbzrle.XbzrleSender;

/**
 * Runs one save. The sender works in turns of a tenth of a second; after each it looks whether what
 * is left fits into the downtime, and only then fetches the dirty bitmap again.
 */
final class SaveSimulation {
  private static final double SLICE = 0.1;

  /** How late the sender wakes, by a clock of milliseconds: what just fits then does not. */
  private static final double LATE = 0.001;

  private static final int MOST_ROUNDS = 100_000;

  /** Seconds after which a save that goes on is taken for one that never ends: a week. */
  private static final double MOST_SECONDS = 7 * 86_400;

  /** Writes that are followed one by one, which takes some ten seconds. */
  private static final long MOST_WRITES = 200_000_000;

  /** Rounds that are compared with as many before them to see that there is no progress. */
  private static final int WINDOW = 25;

  /** Devices, headers and the description, roughly. */
  private static final long REST = 40_000;

  private final SaveScenario scenario;
  private final BitSet dirty = new BitSet();
  private final BitSet written = new BitSet();
  private final BitSet everData = new BitSet();
  private final BitSet isZero = new BitSet();
  private final int[] places;
  private final int[] lengths;
  private final int distinct;
  private final Optional<XbzrleSender> sender;
  private final List<SaveResult.SaveRound> rounds = new ArrayList<>();
  private double now;
  private double roundStart;
  private long roundDirty;
  private long roundPages;
  private long roundBytes;
  private long bytes;
  private long writes;
  private long simulated;
  private int writtenPages;
  private int pagesLeft;
  private int pointer;
  private boolean bulk = true;
  private double threshold;
  private double sliceStart;
  private long sliceBytes;
  private double guestTime;

  SaveSimulation(SaveScenario scenario) {
    this.scenario = scenario;
    WriteLoad load = scenario.load();
    int data = scenario.pages() - scenario.zeroPages() - load.pages();
    distinct = load.distinct();
    places = new int[load.pages()];
    // pages with data in front, then the buffer, then zeros; or the buffer here and there
    int[] order = new int[scenario.pages()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    int from = Math.min(data, scenario.pages() - load.spread());
    SplittableRandom random = new SplittableRandom(1);
    for (int i = load.spread() - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int page = order[from + i];
      order[from + i] = order[from + other];
      order[from + other] = page;
    }
    for (int i = 0; i < places.length; i++) {
      places[i] = order[data + i];
    }
    for (int i = data + places.length; i < order.length; i++) {
      isZero.set(order[i]);
    }
    sender =
        scenario
            .codec()
            .map(codec -> new XbzrleSender(codec, scenario.cacheBytes(), scenario.pageSize()));
    lengths = scenario.codec().map(this::lengths).orElse(new int[0]);
  }

  /** Lengths of the delta after so many writes to one page; the last stands for more. */
  private int[] lengths(DeltaCodec codec) {
    int size = scenario.pageSize();
    DeltaEncoder encoder = codec.encoder(size);
    byte[] before = new byte[size];
    byte[] after = new byte[size];
    scenario.load().change(after);
    return new int[] {
      encoder.encode(before, before.clone(), new byte[size]),
      encoder.encode(before, after, new byte[size])
    };
  }

  SaveResult run() {
    dirty.set(0, scenario.pages());
    sync();
    Optional<String> never = Optional.empty();
    boolean fits = false;
    while (!fits) {
      boolean left = slice();
      double pending = (double) pagesLeft * scenario.pageSize();
      if (pending < threshold || !left) {
        endRound();
        sync();
        fits = (double) roundDirty * scenario.pageSize() <= threshold;
        if (!fits && never.isEmpty()) {
          never = noProgress();
        }
      }
      if (never.isPresent() && !scenario.stops()) {
        return result(never, 0);
      }
      if (!fits && now > MOST_SECONDS) {
        return result(Optional.of(tooLong()), 0);
      }
      if (!fits && never.isEmpty() && now > scenario.stopSeconds()) {
        never =
            Optional.of(
                String.format(
                    Locale.ROOT, "the guest was stopped after %.1f s", scenario.stopSeconds()));
      }
    }
    endRound();
    double stopped = now;
    sync();
    boolean left = true;
    while (left) {
      left = send(Double.MAX_VALUE, Long.MAX_VALUE);
    }
    endRound();
    double downtime = now - stopped;
    now = stopped;
    return result(never, downtime);
  }

  /**
   * Sends until the slice's bytes are used up, or its time; returns whether dirty pages are left.
   * In a slice the bytes go out as fast as the link takes them, and then the sender sleeps. What
   * fits into the downtime follows from what went out in the slice before.
   */
  private boolean slice() {
    double end = sliceStart + SLICE;
    boolean left = send(end, (long) (scenario.bandwidth() * SLICE));
    if (left) {
      advance(Math.max(now, end + LATE));
      threshold = sliceBytes / (now - sliceStart) * scenario.downtime();
      sliceStart = now;
      sliceBytes = 0;
    }
    return left;
  }

  private boolean send(double until, long budget) {
    boolean last = until == Double.MAX_VALUE;
    while (sliceBytes < budget && now < until) {
      int page = dirty.nextSetBit(pointer);
      if (page < 0) {
        bulk = false;
        pointer = 0;
        page = dirty.nextSetBit(0);
        if (page < 0) {
          return false;
        }
      }
      pointer = page + 1;
      dirty.clear(page);
      pagesLeft--;
      long sent = page(page, last);
      sliceBytes += sent;
      double time = now + scenario.pageTime() + sent / scenario.link();
      if (last) {
        now = time;
      } else {
        advance(time);
      }
    }
    return pagesLeft > 0;
  }

  /** Sends a page; returns its bytes. */
  private long page(int page, boolean last) {
    int size = scenario.pageSize();
    long address = (long) page * size;
    long generation = rounds.size() + 1L;
    roundPages++;
    long length;
    if (isZero.get(page)) {
      sender.ifPresent(s -> s.zero(address, generation, bulk));
      length = scenario.fixed() ? 0 : Long.BYTES + 1;
    } else {
      length = (scenario.fixed() ? 0 : Long.BYTES) + data(address, generation, last);
      everData.set(page);
    }
    roundBytes += length;
    bytes += length;
    return length;
  }

  private long data(long address, long generation, boolean last) {
    int size = scenario.pageSize();
    if (sender.isEmpty()) {
      return size;
    }
    if (bulk) {
      sender.get().first(address, generation);
      return size;
    }
    if (!sender.get().isKept(address, generation, last)) {
      return size;
    }
    // a page is dirty because it was written
    int delta = lengths[1];
    return switch (sender.get().encoded(address, delta, generation, last)) {
      case PAGE -> size;
      case DELTA -> delta + scenario.codec().orElseThrow().sentHeader();
      case NOTHING -> -Long.BYTES;
    };
  }

  /**
   * Lets the guest write until a moment. Its first write to a page after each look at the bitmap
   * costs it a fault; when it has written all of its pages, further writes change nothing.
   */
  private void advance(double time) {
    WriteLoad load = scenario.load();
    double until = Math.min(time, scenario.stopSeconds());
    while (load.perSecond() > 0 && guestTime < until) {
      if (writtenPages == distinct) {
        writes += (long) ((until - guestTime) * load.perSecond());
        guestTime = until;
        break;
      }
      if (++simulated > MOST_WRITES) {
        throw new IllegalArgumentException(
            "rate: more than " + MOST_WRITES + " writes to simulate; give fewer pages a second");
      }
      int page = places[load.page(writes++)];
      guestTime += 1 / load.perSecond();
      if (!written.get(page)) {
        written.set(page);
        writtenPages++;
        guestTime += scenario.faultTime();
      }
      isZero.clear(page);
    }
    now = time;
  }

  private void sync() {
    dirty.or(written);
    written.clear();
    writtenPages = 0;
    roundStart = now;
    pagesLeft = dirty.cardinality();
    roundDirty = pagesLeft;
    roundPages = 0;
    roundBytes = 0;
  }

  private void endRound() {
    rounds.add(new SaveResult.SaveRound(roundStart, roundDirty, roundPages, roundBytes));
  }

  private String tooLong() {
    return String.format(
        Locale.ROOT,
        "after a week of at most %.0f bytes in a second it had not ended",
        Math.min(scenario.bandwidth(), scenario.link()));
  }

  /** What is dirty after each round does not become less. */
  private Optional<String> noProgress() {
    int count = rounds.size();
    if (count >= MOST_ROUNDS) {
      return Optional.of(count + " rounds were not enough");
    }
    if (count < 2 * WINDOW + 1) {
      return Optional.empty();
    }
    long recent = least(count - WINDOW, count);
    long earlier = least(count - 2 * WINDOW, count - WINDOW);
    long most = (long) (threshold / scenario.pageSize());
    if (recent * 20 < earlier * 19) {
      return Optional.empty();
    }
    return Optional.of(
        "after each round at least "
            + recent
            + " pages are dirty, and "
            + most
            + " fit into the downtime");
  }

  private long least(int from, int to) {
    return rounds.subList(from, to).stream()
        .mapToLong(SaveResult.SaveRound::dirty)
        .min()
        .orElseThrow();
  }

  private SaveResult result(Optional<String> never, double downtime) {
    long memory = (long) scenario.pages() * scenario.pageSize();
    long bitmap = FixedFormat.bitmapLength(scenario.pages());
    long placed = (bitmap / FixedFormat.ALIGNMENT + 1) * FixedFormat.ALIGNMENT + memory;
    long kept = (long) everData.cardinality() * scenario.pageSize();
    long size = scenario.fixed() ? placed + REST : bytes + REST;
    return new SaveResult(
        rounds,
        never,
        now,
        downtime,
        bytes,
        size,
        scenario.fixed() ? kept + bitmap + REST : size,
        sender.map(XbzrleSender::statistics));
  }
}
