package org.vmstate.analyzer.check;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vmstate.analyzer.domain.DomainFacts;
import org.vmstate.analyzer.domain.DomainXmlCheck;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.libvirt.SaveFormat;
import org.vmstate.formats.libvirt.SaveHeader;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;
import org.vmstate.formats.stream.Capability;
import org.vmstate.formats.stream.StreamConfiguration;

/** Rules on the libvirt save header and its agreement with the stream. */
final class SaveHeaderInspector extends Inspector {
  private static final int VERSION_WORD = 0;
  private static final int RUNNING_WORD = 2;
  private static final int FEATURES_WORD = 5;
  private static final int MAGIC_LENGTH = 16;

  private SaveHeader saveHeader;
  private Optional<DomainFacts> domain = Optional.empty();

  SaveHeaderInspector(Findings findings) {
    super(findings);
  }

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    switch (event) {
      case Event.SaveImageHeader e -> {
        header(e);
        saveHeader(e.saveHeader(), e.xml(), e.cookie());
      }
      case Event.Notice e -> notice(e.problem());
      case Event.Configuration e -> configuration(e.configuration());
      case Event.RamListEnd e -> ramBlocks(e.blocks());
      default -> {}
    }
  }

  private void header(Event.SaveImageHeader e) {
    applied(Rule.SAVE_FINISHED, Rule.HEADER_VERSION, Rule.HEADER_FIELDS, Rule.SAVE_FORMAT);
    long at = e.range().start();
    if (!e.saveHeader().complete()) {
      add(
          here(
              Reason.SAVE_UNFINISHED,
              Facts.NONE,
              at,
              "magic: expected " + SaveFormat.MAGIC + ", found " + SaveFormat.MAGIC_PARTIAL));
    }
    List<Long> words = e.words();
    long version = words.get(VERSION_WORD);
    if (version == SaveFormat.VERSION_RFC) {
      long swapped = Integer.toUnsignedLong(Integer.reverseBytes((int) version));
      add(
          here(
              Reason.LIBVIRT_VERSION_3,
              Facts.found(swapped),
              at + MAGIC_LENGTH,
              "header version: expected 1 or 2, found 3"));
    } else if (version == 0) {
      add(
          here(Rule.HEADER_VERSION, at + MAGIC_LENGTH, "header version: expected 1 or 2, found 0")
              .as(Severity.WARNING));
    }
    if (words.get(RUNNING_WORD) > 1) {
      field(at, RUNNING_WORD, "running flag: expected 0 or 1, found " + words.get(RUNNING_WORD));
    }
    int unused = version == SaveFormat.VERSION_RFC ? FEATURES_WORD + 1 : FEATURES_WORD;
    for (int i = unused; i < words.size(); i++) {
      if (words.get(i) != 0) {
        field(at, i, "unused field: expected 0, found " + words.get(i));
        return;
      }
    }
  }

  private void field(long start, int word, String text) {
    add(here(Rule.HEADER_FIELDS, start + MAGIC_LENGTH + word * 4L, text));
  }

  private void saveHeader(SaveHeader found, String xml, String cookie) {
    saveHeader = found;
    applied(
        Rule.DATA_LENGTH,
        Rule.DOMAIN_XML,
        Rule.COOKIE_OFFSET,
        Rule.HEADER_ROOM,
        Rule.HEADER_PADDING);
    long xmlAt = found.xml().start();
    try {
      DomainXmlCheck.require("domain XML", xml, "domain");
    } catch (ConversionException e) {
      add(here(Rule.DOMAIN_XML, xmlAt, String.valueOf(e.getMessage())));
    }
    if (found.cookieOffset() != 0) {
      applied(Rule.COOKIE);
      try {
        DomainXmlCheck.require("cookie", cookie, "cookie");
      } catch (ConversionException e) {
        add(here(Rule.COOKIE, found.cookie().start(), String.valueOf(e.getMessage())));
      }
    }
    long end = found.cookieOffset() != 0 ? found.cookie().end() : found.xml().end();
    long room = found.streamOffset() - Math.min(end + 1, found.streamOffset());
    if (room != SaveFormat.PADDING) {
      add(
          here(
                  Rule.HEADER_ROOM,
                  end + 1,
                  "room for edits: a fresh image has " + SaveFormat.PADDING + ", found " + room)
              .with(Map.of("room", room)));
    }
    domain = DomainFacts.parse(xml);
  }

  private void notice(Problem problem) {
    if (problem.reason() == Reason.PADDING_USED) {
      boolean first =
          saveHeader.cookieOffset() != 0 && problem.offset() < saveHeader.cookie().start();
      long end = first ? saveHeader.cookie().start() : saveHeader.streamOffset();
      add(Finding.of(problem).with(Map.of("end", end)));
    }
  }

  private void configuration(StreamConfiguration configuration) {
    if (saveHeader == null) {
      return;
    }
    applied(Rule.SPARSE_MAPPED);
    boolean sparse = saveHeader.compression() == Compression.SPARSE;
    boolean compressed = saveHeader.compression().isCompressed();
    // mapped-ram inside a compressed stream is V071
    if (!compressed && sparse != configuration.has(Capability.MAPPED_RAM)) {
      add(
          here(
              Rule.SPARSE_MAPPED,
              saveHeader.streamOffset(),
              sparse
                  ? "format sparse: expected a stream with mapped-ram, found one without"
                  : "format "
                      + saveHeader.compression().label()
                      + ": expected a stream without mapped-ram, found one with it"));
    }
    domain.ifPresent(facts -> agree(facts, configuration));
  }

  private void agree(DomainFacts facts, StreamConfiguration configuration) {
    // an alias such as "pc" has no version
    boolean versioned = facts.machine().chars().anyMatch(Character::isDigit);
    if (configuration.present() && versioned) {
      applied(Rule.MACHINE_AGREES);
      if (!facts.machine().equals(configuration.machine())) {
        add(
            here(
                Reason.MACHINE_OF_XML,
                Facts.names(configuration.machine(), facts.machine()),
                saveHeader.xml().start(),
                "machine type: the XML has "
                    + facts.machine()
                    + ", the stream has "
                    + configuration.machine()));
      }
    }
    if (configuration.uuid().isPresent() && !facts.uuid().isBlank()) {
      applied(Rule.UUID_AGREES);
      String uuid = configuration.uuid().get();
      if (!uuid.equalsIgnoreCase(facts.uuid().strip())) {
        add(
            here(
                Reason.UUID_OF_XML,
                Facts.names(uuid, facts.uuid().strip()),
                saveHeader.xml().start(),
                "UUID: the XML has " + facts.uuid().strip() + ", the stream has " + uuid));
      }
    }
  }

  private void ramBlocks(List<RamBlock> blocks) {
    long memory = domain.map(DomainFacts::memory).orElse(0L);
    if (memory <= 0) {
      return;
    }
    applied(Rule.MEMORY_AGREES);
    if (blocks.stream().anyMatch(block -> block.usedLength() == memory)) {
      // a small guest has less memory than firmware or video memory
      return;
    }
    long largest = 0;
    long total = 0;
    for (RamBlock block : blocks) {
      largest = Math.max(largest, block.usedLength());
      total += block.usedLength();
    }
    // several NUMA nodes and memory modules add up; video memory and firmware come on top
    if (largest > memory || total < memory) {
      add(
          here(
                  Rule.MEMORY_AGREES,
                  saveHeader.xml().start(),
                  "memory: the XML has "
                      + memory
                      + " bytes, the RAM blocks have "
                      + total
                      + ", the largest "
                      + largest)
              .with(Map.of("xml", memory, "blocks", total, "largest", largest)));
    }
  }

  Optional<SaveHeader> saveHeader() {
    return Optional.ofNullable(saveHeader);
  }
}
