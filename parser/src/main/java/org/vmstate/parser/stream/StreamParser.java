package org.vmstate.parser.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.error.UnsupportedFeatureException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.spec.QemuCommand;
import org.vmstate.formats.spec.QemuSectionHeader;
import org.vmstate.formats.spec.QemuSectionRef;
import org.vmstate.formats.spec.QemuStreamHeader;
import org.vmstate.formats.stream.Capability;
import org.vmstate.formats.stream.CommandType;
import org.vmstate.formats.stream.StreamConfiguration;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.formats.vmdesc.DeviceDesc;
import org.vmstate.formats.vmdesc.StateDesc;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.formats.vmdesc.VmDescription;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.SpecReader;
import org.vmstate.parser.ram.RamContext;
import org.vmstate.parser.ram.RamFeatures;
import org.vmstate.parser.ram.RamParser;
import org.vmstate.parser.section.SelfDelimited;
import org.vmstate.parser.vmdesc.DescriptionFinder;
import org.vmstate.parser.vmdesc.DescriptionParser;
import org.vmstate.parser.vmdesc.DescriptionTables;
import org.vmstate.parser.vmdesc.StateDecoder;

/**
 * Reads one stream from its magic to the end of the source. Device sections carry no length: they
 * are read by the description, which a seekable source gives before they come; the rest of a pipe
 * is put aside when the first such section is met. Source: QEMU 10.0 migration/savevm.c.
 */
public final class StreamParser {
  private static final long DESCRIPTION_REACH = 64 << 20;
  private static final int ADVISE_WITH_SIZES = 16;

  /** Record type, section id, length of the name. */
  private static final int NAME = 6;

  /** End mark, record type, length. */
  private static final int DESCRIPTION_FRAME = 6;

  /** Footer of the last section, and the end mark. */
  private static final int LAST = 6;

  /** Whether sections end with a footer; the stream does not say. */
  private enum Footers {
    UNKNOWN,
    PRESENT,
    ABSENT
  }

  private final ParseOptions options;
  private final EventSink sink;
  private final RamContext ram = new RamContext();
  private final Map<Long, Section> sections = new HashMap<>();
  private ByteSource source;
  private long streamStart;
  private StreamConfiguration configuration;
  private Optional<VmDescription> description = Optional.empty();
  private long descriptionOffset = -1;

  /** Whether the description is still to be found, because the file does not end with one. */
  private boolean unsettled;

  private Footers footers = Footers.UNKNOWN;
  private Optional<DescriptionTables> tables;
  private boolean tableNamed;
  private RamFeatures ramFeatures;
  private long postcopyPageSizes;
  private long sectionCount;
  private long partCount;
  private boolean passed;
  private StateFormatException flaw;

  /** Reads from the cursor of a source. */
  public StreamParser(ByteSource source, ParseOptions options, EventSink sink) {
    this.source = source;
    this.options = options;
    this.sink = sink;
  }

  /** Reads the stream, and on after what does not make sense wherever that can be delimited. */
  public Outcome parse() throws IOException {
    stream();
    return flaw != null
        ? new Outcome.Broken(flaw)
        : options.extent() == ParseOptions.Extent.WHOLE
            ? Outcome.WHOLE
            : new Outcome.Part(options.extent());
  }

  private void flawed(StateFormatException found) {
    if (flaw == null && !options.tolerant()) {
      flaw = found;
    }
  }

  private void stream() throws IOException {
    streamStart = source.position();
    QemuStreamHeader header =
        SpecReader.read(
            source, "stream header", Reason.STREAM_MAGIC_MISSING, QemuStreamHeader::new);
    sink.accept(
        new Event.StreamHeader(
            new ByteRange(streamStart, source.position()), source, header.version()));
    if (header.version() == StreamFormat.VERSION_2) {
      configure(StreamConfiguration.absent(StreamFormat.VERSION_2));
      new Version2Parser(source, options.limits(), sink).parse();
      return;
    }
    if (header.version() != StreamFormat.VERSION) {
      throw source.unsupported(
          Reason.STREAM_VERSION_UNKNOWN,
          "stream version: expected 2 or 3, found " + header.version(),
          streamStart + 4);
    }
    if (source.isSeekable() && !options.headOnly()) {
      findDescription();
    }
    if (source.peek() == StreamFormat.CONFIGURATION) {
      configuration = new ConfigurationParser(source, description, options.limits(), sink).parse();
    } else {
      configure(StreamConfiguration.absent(StreamFormat.VERSION));
    }
    records();
  }

  private void configure(StreamConfiguration found) throws IOException {
    configuration = found;
    long at = source.position();
    sink.accept(new Event.Configuration(new ByteRange(at, at), found, List.of()));
  }

  private void findDescription() throws IOException {
    Optional<ByteRange> place = DescriptionFinder.find(source, streamStart, DESCRIPTION_REACH);
    boolean last = place.isPresent() && place.get().end() == source.length();
    place.ifPresent(range -> descriptionOffset = range.start());
    if (last) {
      use(place.get());
    } else {
      unsettled = true;
    }
  }

  /**
   * Takes the first description from here on, where the file does not end with one: what follows
   * the stream may be the end of an older one, as in a volume that is used again.
   */
  private void settleDescription(long from) throws IOException {
    if (!unsettled) {
      return;
    }
    unsettled = false;
    Optional<ByteRange> place = DescriptionFinder.first(source, from, DESCRIPTION_REACH);
    if (place.isEmpty() && descriptionOffset >= 0) {
      place = DescriptionFinder.find(source, streamStart, DESCRIPTION_REACH);
    }
    if (place.isPresent()) {
      use(place.get());
    }
  }

  private void use(ByteRange place) throws IOException {
    long at = place.start();
    descriptionOffset = at;
    if (place.length() > options.limits().descriptionBytes()) {
      sink.accept(
          new Event.Notice(
              source.problem(
                  Reason.DESCRIPTION_LIMIT,
                  "vmdescription: framed, but cannot be used: expected at most "
                      + options.limits().descriptionBytes()
                      + " bytes, found "
                      + place.length(),
                  at,
                  Facts.found(place.length()))));
      return;
    }
    ByteBuffer text = ByteBuffer.allocate((int) place.length());
    source.copy(at, text);
    try {
      VmDescription found = DescriptionParser.parse(text.array(), at, options.limits());
      description = Optional.of(found);
      sink.accept(new Event.Described(place, found));
    } catch (StateFormatException e) {
      sink.accept(new Event.Notice(DescriptionParser.unusable(e)));
    }
  }

  private void records() throws IOException {
    while (true) {
      long at = source.position();
      int type = source.peek();
      switch (type) {
        case StreamFormat.SECTION_START, StreamFormat.SECTION_FULL -> {
          if (!section(type)) {
            return;
          }
        }
        case StreamFormat.SECTION_PART, StreamFormat.SECTION_END -> {
          if (!sectionAgain(type)) {
            return;
          }
        }
        case StreamFormat.COMMAND -> command();
        case StreamFormat.EOF -> {
          source.skip(1);
          sink.accept(new Event.EndOfStream(new ByteRange(at, at + 1)));
          requireEnd(at);
          settleDescription(at);
          new TailParser(source, options.limits(), sink, description, descriptionOffset)
              .parse()
              .ifPresent(this::flawed);
          return;
        }
        case -1 ->
            throw new TruncatedDataException(
                Reason.END_MARK_MISSING,
                "record: expected another section or the end mark, found the end of the file",
                at,
                source.path().toString());
        default ->
            throw source.malformed(
                type == StreamFormat.CONFIGURATION
                    ? Reason.CONFIGURATION_TWICE
                    : Reason.RECORD_TYPE_UNKNOWN,
                "record type: expected 0 to 4 or 8, found 0x" + Integer.toHexString(type),
                at,
                Facts.found(type));
      }
      if (!ram.blocks().isEmpty()) {
        if (options.headOnly()) {
          return;
        }
        passOver();
      }
    }
  }

  /**
   * Bytes after the end mark do not count, unless a longer stream ends there: then a part of it was
   * overwritten by zeros, and the first of them is no end mark.
   */
  private void requireEnd(long at) throws IOException {
    if (!source.has(1) || source.peek() == StreamFormat.VMDESCRIPTION) {
      return;
    }
    putAside();
    boolean ended = descriptionOffset > at;
    if (!ended && source.length() - source.position() >= LAST) {
      ByteBuffer last = ByteBuffer.allocate(LAST);
      source.copy(source.length() - LAST, last);
      ended = last.get(0) == StreamFormat.SECTION_FOOTER && last.get(LAST - 1) == StreamFormat.EOF;
    }
    if (ended) {
      flawed(
          source.malformed(
              Reason.END_MARK_EARLY,
              "end mark: expected at the end of the stream, found one where more of it follows",
              at));
    }
  }

  /** Goes on after the memory, once and where that is wanted and possible. */
  private void passOver() throws IOException {
    boolean wanted = options.extent() == ParseOptions.Extent.DEVICES && !passed;
    if (wanted && ram.layout() == RamContext.Layout.SEQUENTIAL && description.isPresent()) {
      passed = true;
      OptionalLong devices =
          DeviceTail.find(
              source,
              description.orElseThrow().devices(),
              source.position(),
              descriptionOffset - DESCRIPTION_FRAME,
              d ->
                  sections.values().stream()
                      .anyMatch(s -> s.name().equals(d.name()) && s.instance() == d.instance()));
      if (devices.isPresent()) {
        source.seek(devices.getAsLong());
      }
    }
  }

  private void command() throws IOException {
    long at = source.position();
    QemuCommand command =
        SpecReader.read(source, "command", Reason.RECORD_TYPE_UNKNOWN, QemuCommand::new);
    int code = command.command();
    byte[] payload = command.payload();
    sink.accept(new Event.Command(new ByteRange(at, source.position()), code, payload));
    CommandType type = CommandType.of(code);
    if (type == CommandType.INVALID) {
      sink.accept(
          new Event.Notice(
              source.problem(
                  Reason.COMMAND_UNKNOWN,
                  "command " + code + " is not known",
                  at,
                  Facts.found(code, payload.length))));
    } else if (type.length() >= 0 && type.length() != payload.length) {
      sink.accept(
          new Event.Notice(
              source.problem(
                  Reason.COMMAND_LENGTH,
                  "command "
                      + type.label()
                      + ": expected "
                      + type.length()
                      + " bytes, found "
                      + payload.length,
                  at,
                  Facts.named(type.name(), type.length(), payload.length))));
    }
    if (type == CommandType.POSTCOPY_ADVISE && payload.length == ADVISE_WITH_SIZES) {
      postcopyPageSizes = ByteBuffer.wrap(payload).getLong();
    }
  }

  /** Reads a START or FULL record; false when the rest of the stream could not be delimited. */
  private boolean section(int type) throws IOException {
    long at = source.position();
    source.path().push("section[" + sectionCount + "]");
    QemuSectionHeader header = header(at);
    Section section =
        new Section(
            header.sectionId(),
            ByteSource.latin1(header.idstr()),
            header.instanceId(),
            header.versionId());
    if (section.name().isEmpty()) {
      throw source.malformed(
          Reason.SECTION_NAME_EMPTY, "section name: expected 1 to 255 bytes, found none", at + 5);
    }
    if (++sectionCount > options.limits().sections()) {
      throw source.limitExceeded(
          Reason.SECTIONS_TOO_MANY,
          "stream: more than " + options.limits().sections() + " sections",
          at);
    }
    sections.put(section.id(), section);
    sink.accept(new Event.SectionHeader(new ByteRange(at, source.position()), type, section));
    source.path().push(section.name());
    boolean delimited;
    if (type == StreamFormat.SECTION_FULL) {
      delimited = full(section);
    } else if (section.name().equals(RamFormat.IDSTR)) {
      ramFeatures =
          new RamFeatures(
              configuration.has(Capability.IGNORE_SHARED),
              postcopyPageSizes,
              LayoutGuess.pageSize(options, configuration, description),
              options.bitmapOrder(),
              options.xbzrle());
      ramParser()
          .start(section, LayoutGuess.layout(source, options, configuration), options.limits());
      delimited = true;
    } else {
      delimited = iterable(type, section);
    }
    source.path().pop();
    delimited = delimited && footer(section);
    source.path().pop();
    return delimited;
  }

  private QemuSectionHeader header(long at) throws IOException {
    try {
      return SpecReader.read(source, "header", Reason.RECORD_TYPE_UNKNOWN, QemuSectionHeader::new);
    } catch (TruncatedDataException e) {
      throw e.problem().reason() == Reason.DATA_ENDS && e.offset() <= at + NAME
          ? new TruncatedDataException(e.problem().as(Reason.SECTION_NAME_CUT))
          : e;
    }
  }

  private boolean sectionAgain(int type) throws IOException {
    long at = source.position();
    QemuSectionRef ref =
        SpecReader.read(source, "section", Reason.RECORD_TYPE_UNKNOWN, QemuSectionRef::new);
    Section section = sections.get(ref.sectionId());
    if (section == null) {
      throw source.malformed(
          Reason.SECTION_NOT_ANNOUNCED,
          "section id: expected one that a START announced, found " + ref.sectionId(),
          at + 1,
          Facts.found(ref.sectionId()));
    }
    sink.accept(new Event.SectionHeader(new ByteRange(at, source.position()), type, section));
    source.path().push(section.name());
    source.path().push(type == StreamFormat.SECTION_PART ? "part[" + ++partCount + "]" : "end");
    boolean delimited = true;
    if (section.name().equals(RamFormat.IDSTR) && ramFeatures != null) {
      ramParser().part();
    } else {
      delimited = iterable(type, section);
    }
    boolean ended = delimited && footer(section);
    source.path().pop();
    source.path().pop();
    return ended;
  }

  /** Returns a parser on the source of the moment: a pipe is replaced once by what is put aside. */
  private RamParser ramParser() {
    return new RamParser(source, ram, ramFeatures, sink);
  }

  /** Reads a payload that is not described and not RAM. */
  private boolean iterable(int type, Section section) throws IOException {
    Optional<SelfDelimited> grammar = SelfDelimited.of(section);
    if (sink.wants(EventSink.Want.DATA)) {
      putAside();
    }
    long start = source.position();
    if (grammar.isEmpty()) {
      return search(section, start, Optional.empty());
    }
    grammar.get().skip(source, type);
    ByteRange range = new ByteRange(start, source.position());
    sink.accept(new Event.IterablePart(range, source, section));
    return true;
  }

  private void device(
      Section section, long start, Optional<StateNode> state, Optional<Problem> problem)
      throws IOException {
    ByteRange range = new ByteRange(start, source.position());
    sink.accept(new Event.Device(range, source, section, state, problem));
  }

  /** Replaces a pipe by a source in which the rest of the stream can be sought. */
  private void putAside() throws IOException {
    if (!source.isSeekable()) {
      source = source.seekable();
      findDescription();
    }
  }

  private boolean full(Section section) throws IOException {
    putAside();
    long start = source.position();
    settleDescription(start);
    Optional<DeviceDesc> desc =
        description.flatMap(d -> d.find(section.name(), section.instance()));
    if (description.isEmpty() && byTable(section, start)) {
      return true;
    }
    if (desc.isEmpty()) {
      return search(
          section,
          start,
          description.map(
              d ->
                  device(
                      section,
                      start,
                      Reason.DEVICE_NOT_DESCRIBED,
                      "the description does not name it")));
    }
    Problem problem;
    String path = source.path().toString();
    try {
      StateNode state = StateDecoder.decode(source, desc.get().state(), options.limits());
      if (footerFollows(section) || footers != Footers.PRESENT && recordFollows()) {
        device(section, start, Optional.of(state), Optional.empty());
        return true;
      }
      problem = noFooter(section, state);
      flawed(new MalformedDataException(problem.inWords(section.name() + ": " + problem.words())));
    } catch (StateFormatException e) {
      problem = device(section, start, Reason.DEVICE_UNDECODABLE, e.getMessage());
      flawed(e);
    }
    while (!source.path().toString().equals(path)) {
      source.path().pop();
    }
    sink.accept(new Event.Notice(problem.inWords(section.name() + ": " + problem.words())));
    return search(section, start, Optional.of(problem));
  }

  /**
   * Decodes a device of a stream without a description by the table of its machine type; what does
   * not end at the section's footer is left to others, with the cursor where it was.
   */
  private boolean byTable(Section section, long start) throws IOException {
    if (tables == null) {
      tables = DescriptionTables.of(configuration.machine(), options.limits());
    }
    if (tables.isEmpty() || footers == Footers.ABSENT) {
      return false;
    }
    String path = source.path().toString();
    for (StateDesc candidate : tables.get().candidates(section)) {
      try {
        StateNode state = StateDecoder.decode(source, candidate, options.limits());
        if (footerFollows(section)) {
          if (!tableNamed) {
            tableNamed = true;
            sink.accept(
                new Event.Notice(
                    source.problem(
                        Reason.DEVICES_BY_TABLE,
                        "devices: decoded by " + tables.get().label(),
                        start,
                        Facts.NONE)));
          }
          device(section, start, Optional.of(state), Optional.empty());
          return true;
        }
      } catch (StateFormatException e) {
        // the next one may fit
        while (!source.path().toString().equals(path)) {
          source.path().pop();
        }
      }
      source.seek(start);
    }
    return false;
  }

  /** Says what stands where a device's state ends by its description. */
  private Problem noFooter(Section section, StateNode state) throws IOException {
    long start = state.range().start();
    String words = "the description gives " + state.range().length() + " bytes, ";
    int next = source.peek();
    if (next == StreamFormat.SUBSECTION) {
      byte[] name = new byte[Math.max(0, source.peek(1))];
      for (int i = 0; i < name.length; i++) {
        name[i] = (byte) source.peek(2 + i);
      }
      String found = ByteSource.latin1(name);
      if (found.startsWith(state.desc().name() + "/")) {
        return source.problem(
            Reason.DEVICE_SUBSECTION_UNKNOWN,
            words + "the subsection " + found + " follows",
            start,
            Facts.names(found, state.desc().name()));
      }
    }
    return device(
        section,
        start,
        next == StreamFormat.SECTION_FOOTER
            ? Reason.DEVICE_FOOTER_ID
            : Reason.DEVICE_ENDS_ELSEWHERE,
        words + "no footer follows");
  }

  private Problem device(Section section, long start, Reason reason, String words) {
    return source.problem(reason, words, start, Facts.named(section.name(), section.instance()));
  }

  /** Looks for the footer that ends a payload; without one, the rest is unknown. */
  private boolean search(Section section, long start, Optional<Problem> problem)
      throws IOException {
    putAside();
    OptionalLong found =
        footers == Footers.ABSENT
            ? OptionalLong.empty()
            : new FooterFinder(source, sections).find(start, section.id());
    if (found.isPresent()) {
      source.seek(found.getAsLong());
      device(section, start, Optional.empty(), problem);
      return true;
    }
    ByteRange rest = new ByteRange(start, Math.max(start, source.length()));
    String why = "no end of section " + section.name();
    sink.accept(new Event.Unknown(rest, source, why, Optional.of(section), problem));
    Problem lost =
        source.problem(
            Reason.SECTION_END_UNKNOWN,
            "no end of section " + section.name() + " found; the rest of the file is unknown",
            start,
            Facts.named(section.name(), section.instance()));
    sink.accept(new Event.Notice(lost));
    // a stream of old is as good as it was written, but nothing says where its sections end
    boolean untold = footers == Footers.ABSENT && description.isEmpty();
    flawed(untold ? new UnsupportedFeatureException(lost) : new MalformedDataException(lost));
    source.seek(source.length());
    return false;
  }

  private boolean footerFollows(Section section) throws IOException {
    return source.peek() == StreamFormat.SECTION_FOOTER && source.peek32(1) == section.id();
  }

  private boolean recordFollows() throws IOException {
    return source.peek() < 0 || RecordStart.follows(source, sections);
  }

  private boolean footer(Section section) throws IOException {
    long at = source.position();
    if (footers == Footers.UNKNOWN) {
      // Neither a footer nor a record: the footer is damaged, the stream is not one without them.
      footers = recordFollows() ? Footers.ABSENT : Footers.PRESENT;
    }
    if (footers == Footers.ABSENT) {
      return true;
    }
    if (source.peek() != StreamFormat.SECTION_FOOTER && source.has(1)) {
      throw source.malformed(
          Reason.FOOTER_MISSING,
          "section footer: expected 0x7e, found 0x" + Integer.toHexString(source.peek()),
          at);
    }
    QemuSectionRef ref =
        SpecReader.read(source, "footer", Reason.FOOTER_MISSING, QemuSectionRef::new);
    if (ref.sectionId() != section.id()) {
      throw source.malformed(
          Reason.FOOTER_OF_ANOTHER_SECTION,
          "section footer: expected id " + section.id() + ", found " + ref.sectionId(),
          at + 1);
    }
    sink.accept(new Event.SectionFooter(new ByteRange(at, source.position()), section));
    return true;
  }
}
