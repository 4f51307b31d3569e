package org.vmstate.analyzer.convert;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.formats.Limits;
import org.vmstate.formats.error.UnsupportedFeatureException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.event.Subsection;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.rule.CapabilityTable;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.stream.CommandType;
import org.vmstate.formats.stream.StreamConfiguration;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.writer.io.ByteSink;
import org.vmstate.writer.stream.Capabilities;
import org.vmstate.writer.stream.DescriptionEditor;
import org.vmstate.writer.stream.RecordWriter;
import org.vmstate.writer.stream.StreamWriter;

/**
 * Writes a stream anew while it is read. Everything that is not RAM is written as it stands, in the
 * same order, with the configuration and its copy in the description fitted to the new layout. What
 * happens to RAM is left to the two subclasses.
 *
 * <p>In the canonical form the {@code ram} section has one START, at most one PART and one END.
 */
abstract class StreamVisitor extends FrontVisitor {
  private static final int CHUNK = 256 << 10;
  private static final int ADVISE_WITH_SIZES = 16;

  private final Head head;
  private final Progress progress;
  private final List<Subsection> written = new ArrayList<>();
  private final SubsectionEnds ends = new SubsectionEnds();
  private String machine = "";
  private boolean configured;
  private boolean ramFooterDropped;
  private RecordWriter records;
  private StreamWriter stream;
  private ByteSink sink;
  private SourceBytes source;
  private Section ram;
  private int ramParts;
  private boolean ramEnded;
  private List<RamBlock> blocks = List.of();
  private boolean isAgain;
  private boolean ramFooters;
  private boolean endAdded;
  private boolean inRam;

  StreamVisitor(Head head, Progress progress, Consumer<String> notes) {
    super(notes);
    this.head = head;
    this.progress = progress;
  }

  /** Returns the capability list of the output. */
  abstract List<String> capabilities(List<String> before);

  /** Reports whether a command has a meaning in the output. */
  boolean keeps(CommandType command, int length) {
    return true;
  }

  /** Reports whether the output needs an END of ram, which background snapshots do not have. */
  boolean needsEnd() {
    return false;
  }

  /** Writes the block list of the START record; the sink is after the record's header. */
  abstract void list(List<RamBlock> blocks) throws IOException;

  /** Writes the payload of the PART or END record, whose header was written. */
  abstract void payload(boolean isEnd, int part) throws IOException;

  final ByteSink sink() {
    return sink;
  }

  final SourceBytes source() {
    return source;
  }

  final Progress progress() {
    return progress;
  }

  final boolean isRamEnded() {
    return ramEnded;
  }

  @Override
  public boolean wants(Want want) {
    return want == Want.DATA;
  }

  private void configuration(Event.Configuration e) throws IOException {
    StreamConfiguration found = e.configuration();
    if (found.version() != StreamFormat.VERSION) {
      throw new UnsupportedFeatureException(
          Reason.STREAM_VERSION_OLD,
          "stream version " + found.version() + ": only today's streams change their layout",
          0,
          "stream header");
    }
    configured = found.present();
    machine = found.machine();
    List<String> capabilities = capabilities(found.capabilities());
    CapabilityTable.refusedEverywhere(capabilities).ifPresent(r -> note(r.words()));
    if (configured) {
      written.addAll(Capabilities.replace(e.subsections(), capabilities));
      requireEnds(e);
      stream.configuration(machine, written);
    } else if (!capabilities.isEmpty()) {
      note(
          "the stream has no configuration to announce "
              + String.join(", ", capabilities)
              + "; read it with -f");
    }
  }

  private void requireEnds(Event.Configuration e) throws IOException {
    Optional<String> guessed = ends.guessed(e.configuration());
    if (guessed.isPresent() && !written.equals(e.subsections())) {
      throw new UnsupportedFeatureException(
          Reason.SUBSECTION_ENDLESS,
          "subsection "
              + guessed.get()
              + ": its end is guessed by what follows, which would change",
          e.range().start(),
          "configuration");
    }
  }

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    if (event.covers() && !isFixedPart(event)) {
      progress.at(event.range().end(), source == null ? -1 : source.length());
    }
    switch (event) {
      case Event.StreamHeader e -> {
        source = e.content();
        sink = open(head);
        stream = new StreamWriter(sink);
        records = new RecordWriter(sink);
        records.accept(e);
      }
      case Event.Configuration e -> configuration(e);
      case Event.SectionHeader e -> section(e);
      case Event.SectionFooter e -> {
        ramFooters |= inRam;
        if (!inRam || !ramFooterDropped) {
          records.accept(e);
        }
        inRam = false;
      }
      case Event.Command e -> {
        CommandType type = CommandType.of(e.code());
        refusePostcopy(type, e);
        if (keeps(type, e.payload().length)) {
          records.accept(e);
        }
      }
      case Event.RamMarker e -> marker(e);
      case Event.Description e -> description(e);
      case Event.Trailing e -> note(e.range().length() + " bytes after the stream left out");
      case Event.Device e -> records.accept(e);
      case Event.IterablePart e -> records.accept(e);
      case Event.Unknown e -> records.accept(e);
      case Event.EndOfStream e -> {
        addEnd();
        end();
        records.accept(e);
      }
      case Event.SaveImageHeader e -> {}
      case Event.DomainXml e -> {}
      case Event.Cookie e -> {}
      case Event.Padding e -> {}
      case Event.CompressedStream e -> {}
      case Event.RamTotal e -> {}
      case Event.RamBlockEntry e -> {}
      case Event.RamListEnd e -> {
        if (blocks.isEmpty()) {
          blocks = e.blocks();
          list(blocks);
        } else if (!blocks.equals(e.blocks()) || blocks.getFirst().mapped().isPresent()) {
          throw startedAgain("another block list", e.range().start());
        }
      }
      case Event.MappedHeader e -> {}
      case Event.PageBitmap e -> {}
      case Event.PageArea e -> {}
      case Event.RamPages e -> {}
      case Event.Gap e -> {}
      case Event.MappedPages e -> {}
      case Event.Described e -> ends.described(e);
      case Event.Notice e -> {}
    }
  }

  /** Reports whether an event comes before the pages of its layout are read. */
  private static boolean isFixedPart(Event element) {
    return element instanceof Event.RamBlockEntry
        || element instanceof Event.MappedHeader
        || element instanceof Event.PageBitmap
        || element instanceof Event.PageArea
        || element instanceof Event.Gap;
  }

  /** Is called at the end mark. */
  void end() throws IOException {}

  private static void refusePostcopy(CommandType type, Event.Command e)
      throws UnsupportedFeatureException {
    boolean ram =
        switch (type) {
          case POSTCOPY_LISTEN, POSTCOPY_RUN, POSTCOPY_RAM_DISCARD, PACKAGED -> true;
          default -> false;
        };
    if (ram) {
      throw new UnsupportedFeatureException(
          Reason.COMMAND_OF_POSTCOPY,
          "command " + type.label() + ": a stream that switched to postcopy keeps its layout",
          e.range().start(),
          "command");
    }
  }

  /** Reports whether a command belongs to postcopy, which fixed layouts exclude. */
  static boolean isPostcopy(CommandType command, int length) {
    return switch (command) {
      case OPEN_RETURN_PATH, PING -> true;
      case POSTCOPY_ADVISE -> length == ADVISE_WITH_SIZES;
      default -> false;
    };
  }

  private static UnsupportedFeatureException startedAgain(String what, long at) {
    return new UnsupportedFeatureException(
        Reason.RAM_STARTED_AGAIN,
        "ram: " + what + ", which only a copy as it stands keeps",
        at,
        RamFormat.IDSTR);
  }

  private void section(Event.SectionHeader e) throws IOException {
    inRam = e.section().name().equals(RamFormat.IDSTR);
    if (!inRam) {
      // those of the setup come before all parts
      if (e.recordType() == StreamFormat.SECTION_FULL && ramParts > 0) {
        addEnd();
      }
      records.accept(e);
      return;
    }
    switch (e.recordType()) {
      case StreamFormat.SECTION_START, StreamFormat.SECTION_FULL -> {
        if (ram != null && !ramEnded && e.section().id() == ram.id()) {
          // what it brings is of the first one
          ramFooterDropped = true;
          isAgain = true;
          return;
        }
        if (ram != null) {
          throw startedAgain("a second START after the END", e.range().start());
        }
        ram = e.section();
        if (ram.version() != RamFormat.VERSION) {
          throw new UnsupportedFeatureException(
              Reason.RAM_VERSION_OLD,
              "ram section version " + ram.version() + ": only version 4 changes its layout",
              e.range().start(),
              RamFormat.IDSTR);
        }
        stream.section(StreamFormat.SECTION_START, ram);
        ramFooterDropped = false;
      }
      case StreamFormat.SECTION_PART -> {
        ramParts++;
        ramFooterDropped = endAdded || !startsPart(ramParts);
        if (!ramFooterDropped) {
          records.accept(e);
          payload(false, ramParts);
        }
      }
      default -> {
        ramEnded = true;
        ramFooterDropped = endAdded;
        if (!endAdded) {
          records.accept(e);
          payload(true, ramParts);
        }
      }
    }
  }

  /**
   * Ends the RAM of a background snapshot in front of its devices, where other saves end it: a
   * reader of a fixed layout takes the END as the sign that the bitmaps were written.
   */
  private void addEnd() throws IOException {
    if (ram == null || ramEnded || endAdded || !needsEnd()) {
      return;
    }
    endAdded = true;
    stream.section(StreamFormat.SECTION_END, ram);
    payload(true, ramParts);
    if (ramFooters) {
      stream.footer(ram);
    }
  }

  /** Reports whether the PART with a number, from 1, has a counterpart in the output. */
  boolean startsPart(int part) {
    return part == 1;
  }

  private void marker(Event.RamMarker e) throws IOException {
    // PART and END got their payload with their header
    boolean isEnd = (e.word() & RamFormat.EOS) != 0 && (e.word() & RamFormat.MULTIFD_FLUSH) == 0;
    if (isEnd && ramParts == 0 && !ramEnded && !isAgain) {
      sink.be64(RamFormat.EOS);
    }
  }

  private void description(Event.Description e) throws IOException {
    int frame = 5;
    if (!configured || e.range().length() > Limits.DEFAULT.descriptionBytes()) {
      records.accept(e);
      return;
    }
    byte[] json = new byte[(int) (e.range().length() - frame)];
    for (int at = 0; at < json.length; at += CHUNK) {
      int n = Math.min(CHUNK, json.length - at);
      e.content().copy(e.range().start() + frame + at, ByteBuffer.wrap(json, at, n));
    }
    byte[] edited = DescriptionEditor.withConfiguration(json, machine, written);
    stream.descriptionFrame(edited.length);
    sink.write(edited);
  }
}
