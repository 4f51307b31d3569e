package org.vmstate.analyzer.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;
import org.vmstate.formats.stream.Capability;
import org.vmstate.formats.stream.PageSizes;
import org.vmstate.formats.stream.StreamConfiguration;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.formats.vmdesc.VmDescription;

/** Rules on the stream's header and configuration. */
final class ConfigurationInspector extends Inspector {
  private static final List<String> ORDER =
      List.of(StreamFormat.TARGET_PAGE_BITS, StreamFormat.CAPABILITIES, StreamFormat.UUID);
  private static final Set<String> VALIDATED =
      Set.of(Capability.IGNORE_SHARED, Capability.MAPPED_RAM);

  /** Capabilities of QEMU 1.2 to 10.0. */
  private static final Set<String> KNOWN =
      Set.of(
          Capability.XBZRLE,
          "rdma-pin-all",
          "auto-converge",
          "zero-blocks",
          "compress",
          "events",
          Capability.POSTCOPY_RAM,
          Capability.COLO,
          "release-ram",
          "block",
          "return-path",
          "pause-before-switchover",
          Capability.MULTIFD,
          "dirty-bitmaps",
          "postcopy-blocktime",
          "late-block-activate",
          Capability.IGNORE_SHARED,
          "validate-uuid",
          "background-snapshot",
          "zero-copy-send",
          "postcopy-preempt",
          "switchover-ack",
          "dirty-limit",
          Capability.MAPPED_RAM);

  private static final int RARE_BITS = 16;

  private final List<String> seen = new ArrayList<>();
  private final Set<String> listed = new HashSet<>();
  private long start;
  private long pageBitsAt;
  private long described;
  private boolean isSaveImage;
  private boolean lost;
  private boolean footers;
  private boolean hasData;
  private boolean inside;
  private Optional<Finding> missing = Optional.empty();
  private StreamConfiguration configuration;

  ConfigurationInspector(Findings findings) {
    super(findings);
  }

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    switch (event) {
      case Event.SaveImageHeader _ -> isSaveImage = true;
      case Event.Described e -> description(e.description());
      case Event.RamListEnd e -> ramBlocks(e.blocks());
      case Event.SectionFooter _ -> footers = true;
      case Event.RamPages e -> hasData |= e.run().kind() == PageKind.DATA;
      case Event.StreamHeader e -> {
        applied(Rule.STREAM_MAGIC, Rule.STREAM_VERSION);
        start = e.range().end();
        later(e.range().start());
        if (e.version() == StreamFormat.VERSION_2) {
          add(
              here(
                  Reason.STREAM_VERSION_OBSOLETE,
                  Facts.NONE,
                  e.range().start() + 4,
                  "version: expected 3, found 2"));
        }
      }
      case Event.Configuration e -> {
        if (e.configuration().present()) {
          machine(e);
          inside = true;
          e.parts().forEach(this::subsection);
          inside = false;
        }
        configuration(e.configuration());
      }
      default -> {}
    }
  }

  @Override
  String place() {
    return inside ? "configuration" : super.place();
  }

  private void machine(Event.Configuration e) {
    applied(Rule.MACHINE_NAME, Rule.ONE_CONFIGURATION);
    String name = e.configuration().machine();
    boolean printable = name.chars().allMatch(c -> c > ' ' && c < 0x7f);
    if (name.isEmpty() || name.length() > 255 || !printable) {
      Finding odd =
          here(
              Rule.MACHINE_NAME,
              e.range().start() + StreamFormat.MACHINE_AT,
              "machine name: expected 1 to 255 printable characters, found "
                  + (printable ? name.length() + " characters" : "others"));
      // QEMU compares as many characters as it received
      add(name.isEmpty() ? odd.as(Severity.WARNING) : odd);
    }
  }

  private void subsection(Event.SubsectionPart e) {
    applied(Rule.CONFIGURATION_SUBSECTION, Rule.SUBSECTION_ORDER);
    String name = e.subsection().name();
    long at = e.range().start();
    if (seen.contains(name)) {
      add(
          here(
                  Rule.CONFIGURATION_SUBSECTION,
                  at,
                  "subsection " + name + ": expected once, found again; QEMU takes the last")
              .as(Severity.WARNING));
    } else if (ORDER.contains(name)) {
      int place = ORDER.indexOf(name);
      if (seen.stream().anyMatch(s -> ORDER.indexOf(s) > place)) {
        add(here(Rule.SUBSECTION_ORDER, at, "subsection " + name + ": stands after a later one"));
      }
    }
    seen.add(name);
    version(e);
    byte[] payload = e.subsection().payload();
    if (name.equals(StreamFormat.TARGET_PAGE_BITS)) {
      pageBitsAt = at;
      applied(Rule.PAGE_BITS_RANGE);
      int bits = ByteBuffer.wrap(payload).getInt();
      if (bits > RARE_BITS) {
        add(
            here(Rule.PAGE_BITS_RANGE, at, "target-page-bits: expected at most 16, found " + bits)
                .as(Severity.WARNING));
      }
    } else if (name.equals(StreamFormat.CAPABILITIES)) {
      capabilities(at, payload);
    }
  }

  /** QEMU itself writes a stream after unused space, and finds it again only where it is told. */
  private void later(long at) {
    if (at > 0 && !isSaveImage) {
      add(
          here(
                  Reason.STREAM_STARTS_LATER,
                  Facts.found(at),
                  at,
                  String.format(
                      Locale.ROOT, "stream: starts at %1$d; load it with file:...,offset=%1$d", at))
              .as(Severity.INFO)
              .with(Map.of("start", at)));
    }
  }

  private void version(Event.SubsectionPart e) {
    String name = e.subsection().name();
    long version = e.subsection().version();
    if (version == 1) {
      return;
    }
    // QEMU keeps a subsection's version in one byte
    long compared = version & 0xff;
    Finding other =
        here(
            compared > 1 ? Reason.SUBSECTION_NEWER : Reason.SUBSECTION_OLDER,
            Facts.named(name, compared),
            e.range().start(),
            "subsection " + name + ": expected version 1, found " + version);
    add(compared == 1 ? other.as(Severity.WARNING).by(Optional.empty()) : other);
  }

  private void capabilities(long at, byte[] payload) {
    applied(Rule.CAPABILITY_LIST, Rule.CAPABILITY_KNOWN, Rule.CAPABILITY_VALIDATED);
    listed.clear();
    ByteBuffer list = ByteBuffer.wrap(payload, Integer.BYTES, payload.length - Integer.BYTES);
    while (list.hasRemaining()) {
      byte[] bytes = new byte[list.get() & 0xff];
      list.get(bytes);
      String name = new String(bytes, StandardCharsets.ISO_8859_1);
      if (!listed.add(name)) {
        add(here(Rule.CAPABILITY_LIST, at, "capability " + name + ": listed twice"));
      } else if (!KNOWN.contains(name)) {
        add(
            here(
                Reason.CAPABILITY_UNKNOWN,
                Facts.named(name),
                at,
                "capability " + name + ": in no released QEMU"));
      } else if (name.equals(Capability.MAPPED_RAM) && !release().isFrom(9, 0)) {
        add(
            here(
                Reason.CAPABILITY_UNKNOWN,
                Facts.named(name),
                at,
                "capability " + name + ": QEMU 9.0 is the first"));
      } else if (!VALIDATED.contains(name)) {
        add(here(Rule.CAPABILITY_VALIDATED, at, "capability " + name + ": never announced"));
      }
    }
  }

  private void configuration(StreamConfiguration found) {
    configuration = found;
    if (found.version() == StreamFormat.VERSION) {
      applied(Rule.NO_CONFIGURATION);
      if (!found.present()) {
        missing =
            Optional.of(
                here(
                    Reason.CONFIGURATION_MISSING,
                    Facts.NONE,
                    start,
                    "configuration: expected byte 0x07, found none"));
      }
    }
  }

  private void description(VmDescription description) {
    described = description.pageSize();
    lost = description.configuration().isPresent();
  }

  /**
   * Compares the two at the end, when memory shows which one is right: a page of data that is read
   * in another size is followed by no word.
   */
  private void agree(boolean isRead) {
    boolean said = configuration != null && PageSizes.isSaidBy(configuration.machine());
    if (configuration == null || described == 0 || configuration.pageBits().isEmpty() && !said) {
      return;
    }
    applied(Rule.PAGE_BITS_AGREE);
    int bits = configuration.pageBits().orElse(PageSizes.bitsOf(configuration.machine()));
    if (1L << bits == described) {
      return;
    }
    String by =
        configuration.pageBits().isPresent() ? "target-page-bits gives " : "the machine has ";
    Finding other =
        here(
            Reason.PAGE_BITS_DISAGREE,
            Facts.found(bits, Long.numberOfTrailingZeros(described)),
            configuration.pageBits().isPresent() ? pageBitsAt : start,
            "page size: " + by + (1L << bits) + ", the description gives " + described);
    add(
        isRead || configuration.pageBits().isEmpty()
            ? other.as(Severity.WARNING).by(Optional.empty())
            : other);
  }

  private void ramBlocks(List<RamBlock> blocks) {
    applied(Rule.MAPPED_RAM_ANNOUNCED);
    boolean announced =
        listed.contains(Capability.MAPPED_RAM) || listed.contains(Capability.FIXED_RAM);
    boolean present = !blocks.isEmpty() && blocks.getFirst().mapped().isPresent();
    if (announced != present && !blocks.isEmpty()) {
      add(
          here(
              announced ? Reason.MAPPED_RAM_ONLY_ANNOUNCED : Reason.MAPPED_RAM_UNANNOUNCED,
              Facts.NONE,
              start,
              announced
                  ? "mapped-ram is announced, but the blocks have no headers"
                  : "the blocks have mapped-ram headers, but it is not announced"));
    }
  }

  /** What the description has of a configuration, the stream had too. */
  @Override
  void finish(boolean whole) {
    agree(whole && hasData);
    // machine types without a configuration have no footers either
    missing.ifPresent(f -> add(lost || footers ? f.as(Severity.ERROR) : f));
  }
}
