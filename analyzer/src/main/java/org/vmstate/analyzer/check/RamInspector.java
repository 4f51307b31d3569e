package org.vmstate.analyzer.check;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;
import org.vmstate.formats.stream.Capability;
import org.vmstate.formats.stream.PageSizes;
import org.vmstate.formats.stream.StreamConfiguration;

/** Rules on RAM in a sequential stream. */
final class RamInspector extends Inspector {
  private static final Pattern VIRTIO_MEM = Pattern.compile("(.*/)virtio-mem(-device-early)?");

  private final PageSet.Budget budget = new PageSet.Budget();
  private List<PageSet> sent = List.of();
  private List<RamBlock> blocks = List.of();
  private boolean fixed;
  private boolean ignoresShared;
  private final Set<String> unplugging = new HashSet<>();
  private boolean recorded;
  private final Set<String> listed = new HashSet<>();
  private String section = "";
  private boolean starts;
  private long flushes;
  private long flushAt;

  RamInspector(Findings findings) {
    super(findings);
  }

  private void configuration(StreamConfiguration configuration) {
    ignoresShared = configuration.has(Capability.IGNORE_SHARED);
  }

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    switch (event) {
      case Event.Configuration e -> configuration(e.configuration());
      case Event.RamTotal e -> total();
      case Event.RamBlockEntry e -> entry(e.block());
      case Event.RamListEnd e -> ramBlocks(e.blocks());
      case Event.RamPages e -> pages(e.run());
      case Event.MappedPages e -> pages(e.run());
      case Event.SectionHeader e -> {
        section = named(e);
        starts = e.isFirst();
        Matcher device = VIRTIO_MEM.matcher(e.section().name());
        if (device.matches()) {
          unplugging.add(device.group(1));
        }
        if (e.section().name().equals(RamFormat.IDSTR)
            && e.section().version() == RamFormat.VERSION_3) {
          add(
              here(
                  Reason.RAM_VERSION_OBSOLETE,
                  Facts.NONE,
                  last(),
                  "ram section version: expected 4, found 3"));
        }
      }
      case Event.RamMarker e -> marker(e);
      default -> {}
    }
  }

  private void total() {
    listed.clear();
    if (!starts) {
      add(
          here(
                  Reason.RAM_TOTAL_AGAIN,
                  Facts.NONE,
                  last(),
                  "RAM word: MEM_SIZE, which no writer sends again")
              .as(Severity.WARNING));
    }
    starts = false;
  }

  private void entry(RamBlock block) {
    if (!listed.add(block.name())) {
      add(
          here(
                  Reason.RAM_BLOCK_TWICE,
                  Facts.NONE,
                  last(),
                  "RAM block name: " + block.name() + " stands in the list twice")
              .as(Severity.WARNING));
    }
  }

  private void marker(Event.RamMarker e) {
    applied(Rule.RAM_ENDS, Rule.EOS_ADDRESS);
    if (fixed) {
      applied(Rule.MAPPED_SECTIONS);
    }
    long mask = blocks.isEmpty() ? 0xfff : blocks.getFirst().pageSize() - 1L;
    if ((e.word() & mask) == RamFormat.MULTIFD_FLUSH) {
      if (flushes == 0 && !release().isFrom(8, 1)) {
        add(
            here(
                    Reason.FLUSH_BEFORE_ITS_RELEASE,
                    Facts.NONE,
                    last(),
                    "RAM word: QEMU before 8.1 does not know MULTIFD_FLUSH")
                .as(Severity.ERROR));
      }
      if ((e.word() & ~mask) != 0) {
        add(
            here(
                    Reason.RAM_FLUSH_ADDRESS,
                    Facts.NONE,
                    last(),
                    "RAM word: expected MULTIFD_FLUSH alone, found 0x"
                        + Long.toHexString(e.word())
                        + "; QEMU does not look, but a byte may be missing before it")
                .as(Severity.WARNING));
      }
      flushes++;
      flushAt = last();
      if (fixed) {
        inFixedLayout(RamFormat.MULTIFD_FLUSH, "MULTIFD_FLUSH");
      }
    } else if ((e.word() & mask & RamFormat.HOOK) != 0) {
      if (fixed) {
        inFixedLayout(RamFormat.HOOK, "HOOK");
      } else {
        add(
            here(
                    Reason.RAM_WORD_HOOK,
                    Facts.named(section),
                    last(),
                    "RAM word: HOOK (0x80) belongs to RDMA, not to a file")
                .as(Severity.ERROR));
      }
    } else if (e.word() != RamFormat.EOS) {
      add(
          here(
              Rule.EOS_ADDRESS,
              last(),
              "RAM word: expected 0x10, found 0x" + Long.toHexString(e.word())));
    }
  }

  private void inFixedLayout(int flag, String name) {
    add(
        here(
                Reason.FLUSH_IN_FIXED_LAYOUT,
                Facts.found(flag),
                last(),
                "RAM word: expected only EOS, found " + name)
            .as(Severity.ERROR));
  }

  /** What the loaders call a section in which they fail. */
  private static String named(Event.SectionHeader e) {
    Section section = e.section();
    return e.isFirst()
        ? "for instance 0x"
            + Long.toHexString(section.instance())
            + " of device '"
            + section.name()
            + "'"
        : "section id " + section.id() + "(" + section.name() + ")";
  }

  private void ramBlocks(List<RamBlock> found) {
    applied(Rule.RAM_VERSION, Rule.RAM_TOTAL, Rule.RAM_SUM, Rule.BLOCK_NAMES, Rule.BLOCK_LENGTH);
    if (found.equals(blocks)) {
      // a second START takes no page back
      return;
    }
    blocks = found;
    fixed = !found.isEmpty() && found.getFirst().mapped().isPresent();
    List<PageSet> sets = new ArrayList<>();
    for (RamBlock block : found) {
      sets.add(new PageSet(whole(block), budget));
      if (block.usedLength() % block.pageSize() != 0) {
        add(
            here(
                    Rule.BLOCK_LENGTH,
                    last(),
                    "length of "
                        + block.name()
                        + ": expected a multiple of "
                        + block.pageSize()
                        + ", found "
                        + block.usedLength())
                .with(Map.of("block", block.name(), "used_length", block.usedLength())));
      }
    }
    sent = sets;
  }

  private void pages(PageRun run) {
    if (fixed) {
      return;
    }
    applied(Rule.RAM_WORD, Rule.CONTINUE, Rule.PAGE_INSIDE, Rule.FILL_BYTE);
    PageSet set = sent.get(run.block().index());
    switch (run.kind()) {
      case FILL ->
          add(
              page(
                  run,
                  Reason.FILL_BYTE_SET,
                  Facts.found(run.value()),
                  "fill byte: expected 0, found " + run.value()));
      case XBZRLE, XBZRLE_2011 -> {
        applied(Rule.XBZRLE);
        if (!budget.isSpent() && !set.contains(run.firstPage())) {
          add(
              page(
                      run,
                      Reason.DELTA_WITHOUT_PAGE,
                      Facts.NONE,
                      "delta: expected an earlier copy of the page, found none; QEMU loads it, but"
                          + " the page is wrong")
                  .as(Severity.WARNING));
        }
        if (run.kind() == PageKind.XBZRLE_2011) {
          add(
              page(
                  run,
                  Reason.DELTA_OF_2011,
                  Facts.NONE,
                  "delta: in the form of 2011, which no release has"));
        }
      }
      case ZLIB -> {
        applied(Rule.COMPRESSED_PAGE);
        add(compressed(run));
      }
      default -> {}
    }
    set.add(run.firstPage(), run.count());
  }

  private Finding compressed(PageRun run) {
    boolean refused = release().isFrom(9, 1);
    return page(
            run,
            Reason.COMPRESSED_PAGE_SENT,
            Facts.found(RamFormat.COMPRESS_PAGE),
            "RAM word: COMPRESS_PAGE, which "
                + (refused
                    ? "QEMU 9.1 and later refuse"
                    : "QEMU " + release() + " accepts only with the capability compress"))
        .as(refused ? Severity.ERROR : Severity.WARNING);
  }

  private Finding page(PageRun run, Reason reason, Facts facts, String text) {
    return here(reason, facts, last(), text)
        .with(Map.of("block", run.block().name(), "page", run.firstPage(), "count", run.count()));
  }

  /** Returns a checker for channels that belong to this stream; what they bring is sent, too. */
  ChannelChecker channels() {
    recorded = true;
    Map<String, RamBlock> byName = new HashMap<>();
    blocks.forEach(b -> byName.put(b.name(), b));
    int pageSize = blocks.isEmpty() ? 1 << PageSizes.DEFAULT_BITS : blocks.getFirst().pageSize();
    return new ChannelChecker(
        findings(),
        byName,
        pageSize,
        flushes,
        (block, page) -> sent.get(block.index()).add(page, 1));
  }

  @Override
  void finish(boolean whole) {
    if (!whole || fixed || blocks.isEmpty()) {
      return;
    }
    if (budget.isSpent()) {
      add(
          here(Rule.LIMIT, last(), "pages: too scattered to tell whether each was sent")
              .as(Severity.INFO));
      return;
    }
    applied(Rule.PAGES_SENT, Rule.MULTIFD_FLUSH);
    if (sent.stream().allMatch(p -> p.count() == 0)
        && flushes == 0
        && !ignoresShared
        && unplugging.isEmpty()) {
      // one note instead of one for each block
      nothing();
      return;
    }
    boolean complete = true;
    for (RamBlock block : blocks) {
      long count = sent.get(block.index()).count();
      boolean shared = ignoresShared && count == 0;
      if (count < whole(block) && !shared) {
        complete = false;
        missing(block, count);
      }
    }
    if (flushes > 0 && complete && !recorded) {
      add(
          here(
              Rule.MULTIFD_FLUSH,
              flushAt,
              flushes + " MULTIFD_FLUSH words in a stream that carries all pages"));
    }
  }

  /** Returns the number of whole pages; a part of one cannot be sent. */
  private static long whole(RamBlock block) {
    return block.usedLength() / block.pageSize();
  }

  private void nothing() {
    long missing = blocks.stream().mapToLong(RamInspector::whole).sum();
    add(
        here(
                Rule.PAGES_SENT,
                last(),
                "pages: none of "
                    + missing
                    + " sent; modes cpr-transfer and cpr-exec leave memory to the next process")
            .as(Severity.ERROR)
            .with(Map.of("missing", missing)));
  }

  private void missing(RamBlock block, long count) {
    long first = sent.get(block.index()).firstMissing();
    boolean elsewhere = flushes > 0 && !recorded;
    boolean discards = unplugging.stream().anyMatch(block.name()::startsWith);
    Finding finding =
        here(
                Rule.PAGES_SENT,
                last(),
                "pages of "
                    + block.name()
                    + ": "
                    + (whole(block) - count)
                    + " of "
                    + whole(block)
                    + " never sent, the first is "
                    + first
                    + (elsewhere ? "; multifd channels may have them" : "")
                    + (discards ? "; virtio-mem leaves unplugged ones out" : ""))
            .with(Map.of("block", block.name(), "missing", whole(block) - count, "first", first));
    if (elsewhere || discards) {
      add(finding.as(Severity.INFO));
    } else {
      // QEMU sends every page of every block once: single ones may be free pages of a balloon
      add(count == 0 ? finding.as(Severity.ERROR) : finding);
    }
  }
}
