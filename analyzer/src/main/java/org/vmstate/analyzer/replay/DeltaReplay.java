package org.vmstate.analyzer.replay;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.ram.XbzrleFormat;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.memory.FinalMemory;
import org.vmstate.writer.ram.BitmapMemory;
import org.vmstate.writer.ram.PageBitmap;
import org.vmstate.writer.xbzrle.RamAddresses;

/**
 * Replays the rounds of a recording. A round ends where a page is not after the one before it; the
 * generation of the cache is its number, which is the dirty-sync-count but for syncs after which
 * nothing was sent.
 */
public final class DeltaReplay extends FinalMemory {
  private final Caches caches;
  private final Arena arena = Arena.ofConfined();
  private final BitmapMemory memory = new BitmapMemory(arena);
  private final List<PageBitmap> lookedUp = new ArrayList<>();
  private List<Encoding> encodings = List.of();
  private SourceBytes content;
  private LastSent sent;
  private RecordedSender recorded;
  private long[] starts = {};
  private byte[] before = {};
  private byte[] after = {};
  private int lastBlock = -1;
  private long lastPage;
  private long round;
  private boolean last;
  private boolean deltas;
  private boolean fixed;
  private long again;

  /** Replays through caches. */
  public DeltaReplay(Caches caches) {
    this.caches = caches;
  }

  private void ramBlocks(List<RamBlock> blocks) throws IOException {
    if (blocks.isEmpty()) {
      return;
    }
    fixed = blocks.getFirst().mapped().isPresent();
    starts = RamAddresses.of(blocks);
    int size = blocks.getFirst().pageSize();
    before = new byte[size];
    after = new byte[size];
    long ram = blocks.stream().mapToLong(RamBlock::usedLength).sum();
    encodings = caches.encodings(ram, size);
    closeSent();
    recorded = new RecordedSender(size, caches.sizes(ram));
    sent = new LastSent(contents(), blocks, starts);
    lookedUp.clear();
    blocks.forEach(block -> lookedUp.add(new PageBitmap(memory, block.pages())));
  }

  @Override
  public void accept(Event event) throws IOException {
    switch (event) {
      case Event.StreamHeader e -> {
        content = e.content();
        super.accept(e);
      }
      case Event.RamListEnd e -> {
        super.accept(e);
        ramBlocks(e.blocks());
      }
      case Event.SectionHeader e when e.section().name().equals(RamFormat.IDSTR) ->
          last = e.recordType() == StreamFormat.SECTION_END;
      case Event.RamPages e -> {
        names(e);
        pages(e.run());
      }
      default -> {}
    }
  }

  /** QEMU counts a block's name with the delta whose record has it. */
  private void names(Event.RamPages event) {
    PageRun run = event.run();
    if (run.kind() == PageKind.XBZRLE && round > 0) {
      long each = Long.BYTES + XbzrleFormat.HEAD + run.value();
      recorded.names(event.range().length() - run.count() * each);
    }
  }

  private void pages(PageRun run) throws IOException {
    if (fixed) {
      return;
    }
    int block = run.block().index();
    boolean later = block > lastBlock || block == lastBlock && run.firstPage() > lastPage;
    if (round == 0 || !later) {
      encodings.forEach(encoding -> encoding.roundEnds(round));
      round++;
    }
    lastBlock = block;
    lastPage = run.firstPage() + run.count() - 1;
    boolean zero = run.kind() == PageKind.ZERO || run.kind() == PageKind.FILL;
    if (zero || round == 1) {
      for (long page = run.firstPage(); page <= lastPage; page++) {
        long address = starts[block] + page * run.block().pageSize();
        for (Encoding encoding : encodings) {
          if (zero) {
            encoding.zero(address, round, round == 1);
          } else {
            encoding.first(address);
          }
        }
        if (zero && round > 1) {
          recorded.zero(address, round);
        }
      }
      if (!LastSent.isEncoded(run.kind())) {
        sent.whole(run);
        return;
      }
    }
    for (long i = 0; i < run.count(); i++) {
      page(
          new PageRun(
              run.block(),
              run.firstPage() + i,
              1,
              run.kind(),
              run.value(),
              run.offset() + i * run.stride(),
              run.stride()));
    }
  }

  private void page(PageRun run) throws IOException {
    RamBlock block = run.block();
    long page = run.firstPage();
    sent.read(block, page, before);
    if (LastSent.isEncoded(run.kind())) {
      System.arraycopy(before, 0, after, 0, before.length);
      sent.encoded(content, run, after);
    } else {
      sent.whole(run);
      sent.read(block, page, after);
    }
    if (round == 1) {
      return;
    }
    boolean delta = run.kind().isDelta();
    deltas |= delta;
    again++;
    PageBitmap seen = lookedUp.get(block.index());
    boolean returning = seen.get(page);
    seen.set(page, 1);
    long address = starts[block.index()] + page * block.pageSize();
    if (delta) {
      recorded.delta(run.kind(), run.value(), address, round, last);
    } else {
      recorded.whole(before, after, address, round, last);
    }
    for (Encoding encoding : encodings) {
      encoding.again(
          address,
          before,
          after,
          round,
          last,
          returning,
          delta ? Encoding.Recorded.DELTA : Encoding.Recorded.WHOLE);
    }
  }

  /** Returns what was replayed. */
  public Replayed result() {
    encodings.forEach(encoding -> encoding.roundEnds(round));
    return new Replayed(
        fixed ? Replayed.Kind.FIXED : deltas ? Replayed.Kind.WITH_DELTAS : Replayed.Kind.RECORDING,
        round,
        again,
        Optional.ofNullable(deltas ? recorded : null),
        encodings);
  }

  private void closeSent() throws IOException {
    if (sent != null) {
      sent.close();
    }
  }

  @Override
  public void close() throws IOException {
    closeSent();
    arena.close();
    super.close();
  }
}
