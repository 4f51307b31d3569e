package org.vmstate.analyzer.simulate;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.vmstate.formats.ram.FixedFormat;
import org.vmstate.writer.xbzrle.DeltaEncoder;
import org.vmstate.writer.xbzrle.XbzrleSender;

/**
 * Runs one save. The sender works in turns; after each it looks whether what is left fits into the
 * downtime, and only then fetches the dirty bitmap again. Each tenth of a second it may send so
 * many bytes, and measures how fast it was. Source: QEMU 10.0 migration/migration.c, ram.c.
 */
final class SaveSimulation {
  private static final double SLICE = 0.1;

  /** Seconds after which a turn ends, however slow the link is. */
  private static final double TURN = 0.05;

  /**
   * Seconds for a byte of a delta. QEMU needs 10 to 17 us for a delta of 3 KiB, which is a thousand
   * runs, and hardly more than for a whole page where a few bytes differ.
   */
  private static final double DELTA_BYTE = 4e-9;

  private static final int MOST_ROUNDS = 100_000;

  /** Seconds after which a save that goes on is taken for one that never ends: a week. */
  private static final double MOST_SECONDS = 7 * 86_400;

  /** Rounds that are compared with as many before them to see that there is no progress. */
  private static final int WINDOW = 25;

  /** Devices, headers and the description, roughly. */
  private static final long REST = 40_000;

  /** Bytes of the footer of the part before and of a part's start, and of its end. */
  private static final int PART = 10;

  private static final int END = Long.BYTES;

  private final SaveScenario scenario;
  private final BitSet dirty = new BitSet();
  private final BitSet everData = new BitSet();
  private final SimulatedGuest guest;
  private final Chance chance;
  private final SendBuffer buffer;

  /**
   * Length of the delta of a page that was written since it went out last, and of one that was not.
   */
  private final int delta;

  private final int same;

  private final Optional<XbzrleSender> sender;
  private final List<SaveResult.SaveRound> rounds = new ArrayList<>();
  private double now;
  private double roundStart;
  private long roundDirty;
  private long roundPages;
  private long roundBytes;
  private long bytes;
  private int pagesLeft;
  private int pointer;
  private boolean bulk = true;
  private double threshold;
  private double sliceStart;
  private double encoding;
  private final double pageTime;

  SaveSimulation(SaveScenario scenario, Chance chance) {
    this.scenario = scenario;
    this.chance = chance;
    guest = new SimulatedGuest(scenario, chance);
    pageTime = chance.pageTime(scenario.pageTime());
    // its clock runs while the dirty log is started
    sliceStart = -chance.setup();
    buffer = new SendBuffer(scenario.fixed());
    sender =
        scenario
            .codec()
            .map(codec -> new XbzrleSender(codec, scenario.cacheBytes(), scenario.pageSize()));
    Optional<DeltaEncoder> encoder =
        scenario.codec().map(codec -> codec.encoder(scenario.pageSize()));
    byte[] page = new byte[scenario.pageSize()];
    delta = encoder.map(e -> scenario.load().delta(e, page.length)).orElse(0);
    same = encoder.map(e -> e.encode(page, page.clone(), new byte[page.length])).orElse(0);
  }

  /** Returns the guest's writes that were followed one by one. */
  long followed() {
    return guest.followed();
  }

  SaveResult run() {
    dirty.set(0, scenario.pages());
    sync();
    Optional<String> never = Optional.empty();
    boolean fits = false;
    while (!fits) {
      turn();
      double pending = (double) pagesLeft * scenario.pageSize();
      if (pending < threshold) {
        endRound();
        sync();
        fits = roundDirty == 0 || (double) roundDirty * scenario.pageSize() < threshold;
        if (!fits && never.isEmpty()) {
          never = noProgress();
        }
      } else {
        // before it has measured anything it stops the guest as soon as nothing is left, whatever
        // was written meanwhile
        fits = pagesLeft == 0;
      }
      if (never.isPresent() && !scenario.stops()) {
        return result(never, 0);
      }
      if (!fits && now > MOST_SECONDS) {
        return result(Optional.of(tooLong()), 0);
      }
      if (never.isEmpty() && now > scenario.stopSeconds()) {
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
   * Sends until the bytes of this tenth of a second are used up, the turn is over or nothing is
   * left. The bytes go out as fast as the link takes them, and then the sender sleeps. What fits
   * into the downtime follows from what went out in the last tenth of a second that is over.
   */
  private void turn() {
    long budget = (long) (scenario.bandwidth() * SLICE);
    double end = sliceStart + SLICE;
    buffer.copy(PART);
    send(now + TURN, budget);
    buffer.copy(END);
    buffer.flush();
    if (now < end && buffer.given() > budget) {
      advance(end + chance.late());
    }
    if (now >= end) {
      // by a clock of milliseconds
      double spent = Math.floor((now - sliceStart) * 1000) / 1000;
      threshold = buffer.given() / spent * scenario.downtime();
      sliceStart = now;
      buffer.restart();
    }
  }

  private boolean send(double until, long budget) {
    boolean last = until == Double.MAX_VALUE;
    while (buffer.given() <= budget && now < until) {
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
      encoding = 0;
      long sent = page(page, last);
      double time = now + pageTime + encoding + sent / scenario.link();
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
    if (guest.isZero(page)) {
      sender.ifPresent(s -> s.zero(address, generation, bulk));
      length = scenario.fixed() ? 0 : Long.BYTES + 1;
      buffer.copy(length);
    } else {
      long data = data(address, guest.sent(page), generation, last);
      length = (scenario.fixed() ? 0 : Long.BYTES) + data;
      // with deltas a page that goes out whole is copied, as the cache may change before it does
      if (data == size && (sender.isEmpty() || bulk)) {
        buffer.copy(length - size);
        buffer.page(size);
      } else {
        buffer.copy(length);
      }
      everData.set(page);
    }
    roundBytes += length;
    bytes += length;
    return length;
  }

  private long data(long address, boolean isChanged, long generation, boolean last) {
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
    // what is written before it goes out makes it dirty once more, and its next delta empty
    int length = isChanged ? delta : same;
    encoding = Math.min(length, size) * DELTA_BYTE;
    return switch (sender.get().encoded(address, length, generation, last)) {
      case PAGE -> size;
      case DELTA -> length + scenario.codec().orElseThrow().sentHeader();
      case NOTHING -> -Long.BYTES;
    };
  }

  private void advance(double time) {
    guest.advance(time);
    now = time;
  }

  private void sync() {
    guest.fetch(dirty);
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
