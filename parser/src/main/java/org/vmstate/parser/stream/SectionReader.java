package org.vmstate.parser.stream;

import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.layout.StreamLayout;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.spec.QemuSectionHeader;
import org.vmstate.formats.spec.QemuSectionRef;
import org.vmstate.formats.stream.Capability;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.formats.vmdesc.VmDescription;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.SpecReader;
import org.vmstate.parser.ram.RamContext;
import org.vmstate.parser.ram.RamFeatures;
import org.vmstate.parser.ram.RamParser;
import org.vmstate.parser.section.SelfDelimited;

/**
 * Sections: the record that starts, goes on or ends one, its payload and its footer. START and FULL
 * carry the section's name; PART and END only the id. Source: QEMU 10.0 migration/savevm.c.
 */
final class SectionReader {
  private final StreamContext stream;
  private final DescriptionChoice description;
  private final CommandReader commands;
  private final Footers footers;
  private final DeviceReader devices;
  private final RamContext ram = new RamContext();
  private final Set<Section> full = new HashSet<>();
  private RamFeatures ramFeatures;
  private long sectionCount;
  private long partCount;
  private boolean passed;

  SectionReader(StreamContext stream, DescriptionChoice description, CommandReader commands) {
    this.stream = stream;
    this.description = description;
    this.commands = commands;
    this.footers = new Footers(stream);
    this.devices = new DeviceReader(stream, description, footers);
  }

  /** Whether the memory has begun: its blocks are known. */
  boolean inMemory() {
    return !ram.blocks().isEmpty();
  }

  /** Reads a START or FULL record; false when the rest of the stream could not be delimited. */
  boolean startOrFull(int type) throws IOException {
    ByteSource source = stream.source();
    long at = source.position();
    source.path().push("section[" + sectionCount + "]");
    Section section = header(source, at);
    if (++sectionCount > stream.limits().sections()) {
      throw source.limitExceeded(
          Reason.SECTIONS_TOO_MANY,
          "stream: more than " + stream.limits().sections() + " sections",
          at);
    }
    stream.announce(section);
    // to a loader a FULL is a START
    boolean isMemory = section.name().equals(RamFormat.IDSTR);
    stream.open().see(isMemory ? StreamFormat.SECTION_START : type, section);
    stream.accept(new Event.SectionHeader(new ByteRange(at, source.position()), type, section));
    source.path().push(section.name());
    boolean delimited = true;
    if (type == StreamFormat.SECTION_FULL && !isMemory) {
      full.add(section);
      delimited = devices.read(section);
    } else if (isMemory) {
      if (goesOn(section)) {
        ramParser().part();
      } else {
        startMemory(section);
      }
    } else {
      delimited = iterable(type, section);
    }
    stream.source().path().pop();
    if (delimited) {
      footers.read(section);
    }
    stream.source().path().pop();
    return delimited;
  }

  private Section header(ByteSource source, long at) throws IOException {
    QemuSectionHeader header;
    try {
      header =
          SpecReader.read(source, "header", Reason.RECORD_TYPE_UNKNOWN, QemuSectionHeader::new);
    } catch (TruncatedDataException e) {
      throw e.problem().reason() == Reason.DATA_ENDS && e.offset() <= at + StreamFormat.NAME_AT + 1
          ? new TruncatedDataException(e.problem().as(Reason.SECTION_NAME_CUT))
          : e;
    }
    String name = ByteSource.latin1(header.idstr());
    if (name.isEmpty()) {
      throw source.malformed(
          Reason.SECTION_NAME_EMPTY,
          "section name: expected 1 to 255 bytes, found none",
          at + StreamFormat.NAME_AT);
    }
    return new Section(header.sectionId(), name, header.instanceId(), header.versionId());
  }

  /** A later START of the memory need not have the block list: QEMU reads it as a PART. */
  private boolean goesOn(Section section) throws IOException {
    return inMemory()
        && ram.layout() == StreamLayout.SEQUENTIAL
        && section.version() == RamFormat.VERSION
        && stream.source().has(Long.BYTES)
        && (stream.source().peek64(0) & ram.pageSize() - 1L & RamFormat.MEM_SIZE) == 0;
  }

  private void startMemory(Section section) throws IOException {
    ParseOptions options = stream.options();
    Optional<VmDescription> sizes =
        LayoutGuess.asksDescription(options, stream.configuration())
            ? description.forPageSize()
            : description.chosen();
    ramFeatures =
        new RamFeatures(
            stream.configuration().has(Capability.IGNORE_SHARED),
            commands.postcopyPageSizes(),
            LayoutGuess.pageSize(options, stream.configuration(), sizes),
            options.bitmapOrder(),
            options.xbzrle());
    ramParser()
        .start(
            section,
            LayoutGuess.layout(stream.source(), options, stream.configuration()),
            options.limits());
  }

  /** Reads a PART or END record; false when the rest of the stream could not be delimited. */
  boolean partOrEnd(int type) throws IOException {
    ByteSource source = stream.source();
    long at = source.position();
    QemuSectionRef ref =
        SpecReader.read(source, "section", Reason.RECORD_TYPE_UNKNOWN, QemuSectionRef::new);
    Section section = stream.sections().get(ref.sectionId());
    if (section == null) {
      throw source.malformed(
          Reason.SECTION_NOT_ANNOUNCED,
          "section id: expected one that a START announced, found " + ref.sectionId(),
          at + 1,
          Facts.found(ref.sectionId()));
    }
    stream.open().see(type, section);
    stream.accept(new Event.SectionHeader(new ByteRange(at, source.position()), type, section));
    source.path().push(section.name());
    source.path().push(type == StreamFormat.SECTION_PART ? "part[" + ++partCount + "]" : "end");
    boolean delimited = true;
    if (section.name().equals(RamFormat.IDSTR) && ramFeatures != null) {
      ramParser().part();
    } else if (full.contains(section) && SelfDelimited.of(section).isEmpty()) {
      // QEMU loads all of the device's state again
      delimited = devices.read(section);
    } else {
      delimited = iterable(type, section);
    }
    if (delimited) {
      footers.read(section);
    }
    stream.source().path().pop();
    stream.source().path().pop();
    return delimited;
  }

  /** Returns a parser on the source of the moment: a pipe is replaced once by its spool. */
  private RamParser ramParser() {
    return new RamParser(stream.source(), ram, ramFeatures, stream.sink(), stream::flawed);
  }

  /** Reads a payload that is not described and not RAM. */
  private boolean iterable(int type, Section section) throws IOException {
    Optional<SelfDelimited> grammar = SelfDelimited.of(section);
    if (stream.sink().wants(EventSink.Want.DATA)) {
      description.spool();
    }
    ByteSource source = stream.source();
    long start = source.position();
    if (grammar.isEmpty()) {
      return devices.search(section, start, Optional.empty());
    }
    grammar.get().skip(source, type);
    stream.accept(new Event.IterablePart(new ByteRange(start, source.position()), source, section));
    return true;
  }

  /** Goes on after the memory, once and where that is wanted and possible. */
  void passOverMemory() throws IOException {
    boolean wanted = stream.options().extent() == ParseOptions.Extent.DEVICES && !passed;
    if (wanted && ram.layout() == StreamLayout.SEQUENTIAL && description.chosen().isPresent()) {
      passed = true;
      ByteSource source = stream.source();
      OptionalLong found =
          DeviceTail.find(
              source,
              description.chosen().get().devices(),
              source.position(),
              description.offset() - StreamFormat.DESCRIPTION_FRAME - 1,
              d ->
                  stream.sections().values().stream()
                      .anyMatch(s -> s.name().equals(d.name()) && s.instance() == d.instance()));
      if (found.isPresent()) {
        source.seek(found.getAsLong());
      }
    }
  }
}
