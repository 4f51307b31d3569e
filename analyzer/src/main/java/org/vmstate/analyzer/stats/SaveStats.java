package org.vmstate.analyzer.stats;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.stream.CommandType;
import org.vmstate.formats.stream.StreamFormat;

/**
 * Counts what a save sent. QEMU goes over memory block after block in ascending order, so a round
 * ends where a page is not after the one before it. Before the END it looks at its dirty log once
 * more, whatever is left to send, and sends all that it then knows of. Pages of channels come in
 * any order: where they were joined, a round ends where one of its pages is sent again. Source:
 * QEMU 5.2 and 10.0 migration/ram.c.
 */
public final class SaveStats implements EventSink, AutoCloseable {
  private final long mostBytes;
  private final boolean joined;
  private final RoundPages pages = new RoundPages();
  private Rounds rounds = new Rounds();
  private Round current;
  private Round fixed;
  private SentPages sent;
  private int lastBlock = -1;
  private long lastPage;
  private int pageSize;
  private boolean channels;
  private boolean ended;
  private boolean running;

  /** Whether the next page is the first one after a look at the dirty log. */
  private boolean synced;

  /** Whether QEMU looks at the dirty log no more, and begins at its first page once more. */
  private boolean lastRound;

  /** Whether a page came that is not after the one before it. */
  private boolean wrapped;

  /** Plain pages before that, for which QEMU does not ask its cache. */
  private long plainAtFirst;

  private boolean early;

  /** Starts counting what one stream has. */
  public SaveStats() {
    this(false);
  }

  /**
   * Starts counting.
   *
   * @param joined whether pages of channels were put into the stream
   */
  public SaveStats(boolean joined) {
    this(SentPages.MOST_BYTES, joined);
  }

  /** Starts counting with so many bytes for the pages. */
  SaveStats(long mostBytes, boolean joined) {
    this.mostBytes = mostBytes;
    this.joined = joined;
    sent = new SentPages(mostBytes);
  }

  private void ramBlocks(List<RamBlock> blocks) {
    sent.close();
    sent = new SentPages(mostBytes);
    rounds = new Rounds();
    current = null;
    lastBlock = -1;
    wrapped = false;
    plainAtFirst = 0;
    pages.clear();
    pageSize = blocks.isEmpty() ? 0 : blocks.getFirst().pageSize();
    boolean places = !blocks.isEmpty() && blocks.getFirst().mapped().isPresent();
    fixed = places ? new Round(1) : null;
  }

  @Override
  public void accept(Event event) throws IOException {
    switch (event) {
      case Event.RamListEnd e -> ramBlocks(e.blocks());
      case Event.MappedPages e -> placed(e.run());
      case Event.RamPages e -> sent(e.run(), e.range().length());
      case Event.RamMarker e when (e.word() & RamFormat.MULTIFD_FLUSH) != 0 -> channels = true;
      case Event.SectionHeader e
          when e.recordType() == StreamFormat.SECTION_END
              && e.section().name().equals(RamFormat.IDSTR) ->
          end();
      case Event.Command e when CommandType.of(e.code()) == CommandType.POSTCOPY_RUN ->
          running = true;
      case Event.Description e -> early = isSpaced(e);
      default -> {}
    }
  }

  private void end() {
    ended = true;
    // a guest that already runs at its destination has no dirty log any more
    synced = !running;
    lastRound = !running && !joined;
  }

  /** QEMU before 6.0 puts blanks into its description. */
  private static boolean isSpaced(Event.Description event) throws IOException {
    byte[] start = new byte[2];
    if (event.range().length() < StreamFormat.DESCRIPTION_FRAME + start.length) {
      return false;
    }
    event
        .content()
        .copy(event.range().start() + StreamFormat.DESCRIPTION_FRAME, ByteBuffer.wrap(start));
    return start[1] == ' ';
  }

  private void sent(PageRun run, long length) {
    // up to QEMU 8.2 the last page of a packet is also the first one of the next, and counts once
    boolean repeated = joined && isLast(run);
    if (synced) {
      pages.clear();
    }
    boolean later = isLater(run, repeated);
    if (!later && !lastRound || synced || current == null) {
      current = rounds.next();
      synced = false;
    }
    wrapped |= !later;
    if (!wrapped && run.kind() == PageKind.DATA) {
      plainAtFirst += run.count();
    }
    current.add(run.kind(), run.count() - (repeated ? 1 : 0), length);
    sent.add(run, length, current);
  }

  /** Reports whether a run begins with the page that the one before it ended with. */
  private boolean isLast(PageRun run) {
    return run.block().index() == lastBlock && run.firstPage() == lastPage;
  }

  private boolean isLater(PageRun run, boolean repeated) {
    int block = run.block().index();
    boolean later = block > lastBlock || block == lastBlock && run.firstPage() > lastPage;
    lastBlock = block;
    lastPage = run.firstPage() + run.count() - 1;
    if (!joined) {
      return later;
    }
    boolean same = pages.add(run) || repeated;
    if (!same) {
      pages.clear();
      pages.add(run);
    }
    return same;
  }

  @Override
  public boolean wants(Want want) {
    return want == Want.MAPPED_PAGES;
  }

  private void placed(PageRun run) {
    // a page without a bit has nothing in the file
    if (fixed != null && run.kind() != PageKind.ZERO) {
      fixed.add(run.kind(), run.count(), run.count() * run.block().pageSize());
    }
  }

  /** Reports whether pages have fixed places, which keep nothing of the rounds. */
  boolean isFixed() {
    return fixed != null;
  }

  /** Reports whether multifd channels, which are other files, had pages. */
  boolean hasChannels() {
    return channels;
  }

  Rounds rounds() {
    return rounds;
  }

  /**
   * Reports whether no round began without a synchronisation of the dirty log. A background
   * snapshot, whose memory has no END, sends pages as the guest touches them; threads that compress
   * pages deliver them in any order, as channels do; QEMU before 6.0 goes over memory otherwise.
   */
  boolean isInOrder() {
    return !joined && ended && !early && total().pages(PageKind.ZLIB) == 0;
  }

  Round total() {
    return fixed == null ? rounds.total() : fixed;
  }

  /**
   * Pages that QEMU looked up in its cache in vain or could not encode: with deltas, all plain ones
   * after the first way through memory.
   */
  long notEncoded() {
    Round total = total();
    return total.deltas() == 0 ? 0 : total.pages(PageKind.DATA) - plainAtFirst;
  }

  SentPages sent() {
    return sent;
  }

  int pageSize() {
    return pageSize;
  }

  @Override
  public void close() {
    sent.close();
  }
}
