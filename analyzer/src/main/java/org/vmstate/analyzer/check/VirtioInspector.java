package org.vmstate.analyzer.check;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.device.DeviceDecoders;
import org.vmstate.parser.memory.RamContents;

/**
 * Compares the indices of virtio queues with the guest's memory: of PC machines, whose memory below
 * 2 GiB has its address as offset in the block {@code pc.ram}.
 */
final class VirtioInspector extends Inspector {
  private static final String BLOCK = "pc.ram";
  private static final long LOW = 2L << 30;
  private static final int MOST_RUNS = 200_000;
  private static final int INDEX = 2;
  private static final long MOST_MEMORY = 1L << 40;

  private final List<PageRun> runs = new ArrayList<>();
  private final List<Found> found = new ArrayList<>();
  private RamBlock block;
  private long payload;
  private boolean tooMany;

  /** A queue and where its device's state stands. */
  private record Found(String device, long offset, VirtioQueues.Queue queue) {}

  VirtioInspector(Findings findings) {
    super(findings);
  }

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    switch (event) {
      case Event.RamListEnd e -> ramBlocks(e.blocks());
      case Event.RamPages e -> pages(e.run());
      case Event.MappedPages e -> pages(e.run());
      case Event.Device e -> {
        payload = e.range().start();
        deviceState(e.section(), e.state(), e.problem());
      }
      case Event.Unknown e when e.section().isPresent() ->
          deviceState(e.section().get(), Optional.empty(), e.problem());
      default -> {}
    }
  }

  private void ramBlocks(List<RamBlock> blocks) {
    block =
        blocks.stream()
            .filter(b -> b.name().equals(BLOCK) && b.usedLength() <= MOST_MEMORY)
            .findFirst()
            .orElse(null);
  }

  private void pages(PageRun run) {
    if (block != null && run.block().index() == block.index()) {
      tooMany |= runs.size() >= MOST_RUNS;
      if (!tooMany) {
        runs.add(run);
      }
    }
  }

  private void deviceState(Section section, Optional<StateNode> state, Optional<Problem> problem) {
    if (block == null || state.isEmpty()) {
      return;
    }
    for (FieldNode field : DeviceDecoders.expand(state.get()).fields()) {
      if (field.desc().typeName().equals("virtio")) {
        boolean translated = VirtioQueues.isTranslated(field);
        List<VirtioQueues.Queue> queues = VirtioQueues.of(field);
        for (VirtioQueues.Queue queue : queues) {
          if (!translated || queue.available() == 0) {
            queue(section, queue);
          }
        }
        if (translated && !queues.isEmpty()) {
          add(
              Finding.of(
                      Rule.VIRTQUEUE,
                      payload,
                      section.name(),
                      "queues are at addresses of a vIOMMU, and were not compared with memory")
                  .as(Severity.INFO));
        }
      }
    }
  }

  private void queue(Section section, VirtioQueues.Queue queue) {
    if (queue.available() != 0) {
      found.add(new Found(section.name(), payload, queue));
      return;
    }
    add(
        Finding.of(
                Problem.of(
                    Reason.QUEUE_WITHOUT_ADDRESS,
                    "queue " + queue.number() + ": has an index, but no address",
                    payload,
                    section.name(),
                    Facts.found(queue.number(), queue.last())))
            .as(Severity.ERROR));
  }

  @Override
  void finish(boolean whole) throws IOException {
    boolean readable = source() != null && source().isSeekable();
    if (!whole || tooMany || found.isEmpty() || !readable || runs.isEmpty()) {
      return;
    }
    // what came through a pipe is gone
    if (runs.getFirst().offset() != 0 && runs.getFirst().offset() < source().origin()) {
      return;
    }
    RamBlock alone =
        new RamBlock(0, BLOCK, block.usedLength(), block.pageSize(), 0, -1, Optional.empty());
    try (RamContents memory = memory(alone)) {
      for (Found f : found) {
        long at = f.queue().available() + INDEX;
        if (at > 0 && at + INDEX <= Math.min(LOW, block.usedLength())) {
          compare(f, index(memory, alone, at));
        }
      }
    }
  }

  /** Returns the block's final memory: all runs once, however many queues there are. */
  private RamContents memory(RamBlock alone) throws IOException {
    RamContents memory = new RamContents();
    try {
      memory.setSource(source());
      memory.blocks(List.of(alone));
      for (PageRun run : runs) {
        memory.add(
            new PageRun(
                alone,
                run.firstPage(),
                run.count(),
                run.kind(),
                run.value(),
                run.offset(),
                run.stride()));
      }
      return memory;
    } catch (IOException | RuntimeException | Error e) {
      memory.close();
      throw e;
    }
  }

  private void compare(Found f, int guest) {
    applied(Rule.VIRTQUEUE);
    int ahead = guest - f.queue().last() & 0xffff;
    if (ahead > f.queue().size()) {
      add(
          Finding.of(
                  Problem.of(
                      Reason.QUEUE_FAR_BEHIND,
                      "queue "
                          + f.queue().number()
                          + " of "
                          + f.queue().size()
                          + " entries: the guest is at 0x"
                          + Integer.toHexString(guest)
                          + ", the host at 0x"
                          + Integer.toHexString(f.queue().last()),
                      f.offset(),
                      f.device(),
                      Facts.found(
                          f.queue().number(), f.queue().size(), guest, f.queue().last(), ahead)))
              .with(Map.of("queue", (long) f.queue().number(), "ahead", (long) ahead)));
    }
  }

  /** Reads a little-endian number from the guest's final memory. */
  private static int index(RamContents memory, RamBlock block, long address) throws IOException {
    byte[] page = new byte[block.pageSize()];
    memory.page(block, address / block.pageSize(), page);
    int at = (int) (address % block.pageSize());
    int low = page[at] & 0xff;
    // a queue of the old layout may stand anywhere, so that the page may end between the bytes
    if (at + 1 == page.length) {
      memory.page(block, address / block.pageSize() + 1, page);
      at = -1;
    }
    return low | (page[at + 1] & 0xff) << 8;
  }
}
