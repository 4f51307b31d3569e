package org.vmstate.parser.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.device.PciFunction;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.error.UnsupportedFeatureException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.formats.vmdesc.DeviceDesc;
import org.vmstate.formats.vmdesc.StateDesc;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.vmdesc.DescriptionTables;
import org.vmstate.parser.vmdesc.StateDecoder;

/**
 * Sections of devices, which carry no length: their state is read by the description, by the table
 * of the machine type where a stream has none, or is what stands before the next footer.
 */
final class DeviceReader {
  private final StreamContext stream;
  private final DescriptionChoice choice;
  private final Footers footers;
  private final List<DescriptionTables> named = new ArrayList<>(0);
  private List<DescriptionTables> tables;

  DeviceReader(StreamContext stream, DescriptionChoice choice, Footers footers) {
    this.stream = stream;
    this.choice = choice;
    this.footers = footers;
  }

  /** Reads the payload of a FULL record; false when the rest could not be delimited. */
  boolean read(Section section) throws IOException {
    choice.spool();
    ByteSource source = stream.source();
    long start = source.position();
    choice.settle(start, section);
    Optional<DeviceDesc> desc = choice.next(section);
    if (choice.chosen().isEmpty() && byTable(section, start)) {
      return true;
    }
    if (desc.isEmpty()) {
      return search(
          section,
          start,
          choice
              .chosen()
              .map(
                  d ->
                      problem(
                          section,
                          start,
                          Reason.DEVICE_NOT_DESCRIBED,
                          "the description does not name it")));
    }
    Problem problem;
    StateFormatException flaw;
    String path = source.path().toString();
    try {
      StateNode state = StateDecoder.decode(source, desc.get().state(), stream.limits());
      if (footers.endsHere(section)) {
        device(section, start, Optional.of(state), Optional.empty());
        return true;
      }
      problem = noFooter(section, state);
      flaw = new MalformedDataException(problem.inWords(section.name() + ": " + problem.words()));
    } catch (StateFormatException e) {
      problem = problem(section, start, Reason.DEVICE_UNDECODABLE, e.getMessage());
      flaw = e;
    }
    while (!source.path().toString().equals(path)) {
      source.path().pop();
    }
    if (ofOtherLength(section, start, desc.get().state(), problem)) {
      return true;
    }
    stream.flawed(flaw);
    stream.notice(problem.inWords(section.name() + ": " + problem.words()));
    return search(section, start, Optional.of(problem));
  }

  /** Reads a state that is whole, although its description gives another length. */
  private boolean ofOtherLength(Section section, long start, StateDesc desc, Problem problem)
      throws IOException {
    ByteSource source = stream.source();
    OptionalLong footer =
        footers.absent()
            ? OptionalLong.empty()
            : new FooterFinder(source, stream.sections()).find(start, section.id());
    if (footer.isEmpty()) {
      return false;
    }
    Optional<StateNode> state =
        OtherLength.read(source, new ByteRange(start, footer.getAsLong()), desc);
    if (state.isPresent()) {
      Problem other = problem.as(Reason.DEVICE_DESCRIBED_OTHERWISE);
      stream.notice(other.inWords(section.name() + ": " + other.words()));
      source.seek(footer.getAsLong());
      device(section, start, state, Optional.of(other));
    }
    return state.isPresent();
  }

  /**
   * Decodes a device of a stream without a description by the table of its machine type; what does
   * not end at the section's footer is left to others, with the cursor where it was.
   */
  private boolean byTable(Section section, long start) throws IOException {
    if (footers.absent()) {
      return false;
    }
    if (tables == null) {
      tables = DescriptionTables.of(stream.configuration(), stream.limits());
    }
    OptionalLong end = end(section, start);
    if (end.isEmpty() || end.getAsLong() - start > stream.limits().deviceBytes()) {
      return false;
    }
    ByteBuffer payload = ByteBuffer.allocate((int) (end.getAsLong() - start));
    stream.source().copy(start, payload);
    for (DescriptionTables table : tables) {
      Optional<StateNode> state = byTable(table, section, payload.array());
      if (state.isPresent()) {
        if (!named.contains(table)) {
          named.add(table);
          stream.notice(
              stream
                  .source()
                  .problem(
                      Reason.DEVICES_BY_TABLE,
                      "devices: decoded by " + table.label(),
                      start,
                      Facts.NONE));
        }
        // where several may do, the others are as this one
        if (!stream.configuration().present()) {
          tables.remove(table);
          tables.addFirst(table);
        }
        device(section, start, state, Optional.empty());
        return true;
      }
    }
    return false;
  }

  /** Returns where the footer of a section stands, or the part of it in which the file ends. */
  private OptionalLong end(Section section, long start) throws IOException {
    ByteSource source = stream.source();
    OptionalLong footer = new FooterFinder(source, stream.sections()).find(start, section.id());
    if (footer.isPresent()) {
      return footer;
    }
    long length = source.length();
    ByteBuffer tail =
        ByteBuffer.allocate((int) Math.min(StreamFormat.REF_LENGTH - 1L, length - start));
    source.copy(length - tail.capacity(), tail);
    for (int i = 0; i < tail.capacity(); i++) {
      if (tail.get(i) == StreamFormat.SECTION_FOOTER) {
        return OptionalLong.of(length - tail.capacity() + i);
      }
    }
    return OptionalLong.empty();
  }

  private Optional<StateNode> byTable(DescriptionTables table, Section section, byte[] payload)
      throws IOException {
    ByteSource source = stream.source();
    long start = source.position();
    Optional<StateDesc> desc = table.describe(section, payload);
    if (desc.isEmpty()) {
      return Optional.empty();
    }
    String path = source.path().toString();
    try {
      StateNode state = StateDecoder.decode(source, desc.get(), stream.limits());
      if (source.position() == start + payload.length) {
        return Optional.of(state);
      }
    } catch (StateFormatException e) {
      // it is more than may be decoded
      while (!source.path().toString().equals(path)) {
        source.path().pop();
      }
    }
    source.seek(start);
    return Optional.empty();
  }

  /** Says what stands where a device's state ends by its description. */
  private Problem noFooter(Section section, StateNode state) throws IOException {
    ByteSource source = stream.source();
    long start = state.range().start();
    String words = "the description gives " + state.range().length() + " bytes, ";
    OptionalLong version = PciFunction.badVersion(state);
    if (version.isPresent()) {
      return source.problem(
          Reason.PCI_VERSION,
          words + "a PCI function of version " + version.getAsLong() + " stands there",
          start,
          Facts.found(version.getAsLong()));
    }
    int next = source.peek();
    if (next == StreamFormat.SUBSECTION) {
      byte[] name = new byte[Math.max(0, source.peek(1))];
      for (int i = 0; i < name.length; i++) {
        name[i] = (byte) source.peek(2 + i);
      }
      String found = ByteSource.latin1(name);
      if (found.length() > state.desc().name().length() && found.startsWith(state.desc().name())) {
        return source.problem(
            Reason.DEVICE_SUBSECTION_UNKNOWN,
            words + "the subsection " + found + " follows",
            start,
            new Facts(
                List.of(found, state.desc().name()), List.of(source.peek32(2 + name.length))));
      }
    }
    return problem(
        section,
        start,
        next == StreamFormat.SECTION_FOOTER
            ? Reason.DEVICE_FOOTER_ID
            : Reason.DEVICE_ENDS_ELSEWHERE,
        words + "no footer follows");
  }

  /** Looks for the footer that ends a payload; without one, the rest is unknown. */
  boolean search(Section section, long start, Optional<Problem> problem) throws IOException {
    choice.spool();
    ByteSource source = stream.source();
    OptionalLong found =
        footers.absent()
            ? OptionalLong.empty()
            : new FooterFinder(source, stream.sections()).find(start, section.id());
    if (found.isPresent()) {
      source.seek(found.getAsLong());
      device(section, start, Optional.empty(), problem);
      return true;
    }
    ByteRange rest = new ByteRange(start, Math.max(start, source.length()));
    String why = "no end of section " + section.name();
    stream.accept(new Event.Unknown(rest, source, why, Optional.of(section), problem));
    Problem lost =
        source.problem(
            Reason.SECTION_END_UNKNOWN,
            "no end of section " + section.name() + " found; the rest of the file is unknown",
            start,
            Facts.named(section.name(), section.instance()));
    stream.notice(lost);
    // a stream of old is as good as it was written, but nothing says where its sections end
    boolean untold = footers.absent() && choice.chosen().isEmpty();
    stream.flawed(
        untold ? new UnsupportedFeatureException(lost) : new MalformedDataException(lost));
    source.seek(source.length());
    return false;
  }

  private void device(
      Section section, long start, Optional<StateNode> state, Optional<Problem> problem)
      throws IOException {
    ByteSource source = stream.source();
    ByteRange range = new ByteRange(start, source.position());
    stream.accept(new Event.Device(range, source, section, state, problem));
  }

  private Problem problem(Section section, long start, Reason reason, String words) {
    return stream
        .source()
        .problem(reason, words, start, Facts.named(section.name(), section.instance()));
  }
}
