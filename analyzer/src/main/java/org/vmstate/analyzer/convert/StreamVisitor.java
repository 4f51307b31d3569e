package org.vmstate.analyzer.convert;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.vmstate.formats.Limits;
import org.vmstate.formats.element.Element;
import org.vmstate.formats.element.Section;
import org.vmstate.formats.element.Subsection;
import org.vmstate.formats.error.UnsupportedFeatureException;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.rule.CapabilityTable;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.stream.CommandType;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.StreamConfiguration;
import org.vmstate.parser.io.ByteSource;
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
  private final List<Subsection> subsections = new ArrayList<>();
  private final List<Subsection> written = new ArrayList<>();
  private String machine = "";
  private boolean configured;
  private boolean ramFooterDropped;
  private RecordWriter records;
  private StreamWriter stream;
  private ByteSink sink;
  private ByteSource source;
  private Section ram;
  private int ramParts;
  private boolean ramEnded;
  private boolean inRam;

  StreamVisitor(Head head, Progress progress, Consumer<String> notes) {
    super(notes);
    this.head = head;
    this.progress = progress;
  }

  /** Returns the capability list of the output. */
  abstract List<String> capabilities(List<String> before);

  /** Tells whether a command has a meaning in the output. */
  boolean keeps(CommandType command, int length) {
    return true;
  }

  /** Writes the block list of the START record; the sink is behind the record's header. */
  abstract void list(List<RamBlock> blocks) throws IOException;

  /** Writes the payload of the PART or END record, whose header was written. */
  abstract void payload(boolean isEnd, int part) throws IOException;

  final ByteSink sink() {
    return sink;
  }

  final ByteSource source() {
    return source;
  }

  final Progress progress() {
    return progress;
  }

  final boolean isRamEnded() {
    return ramEnded;
  }

  @Override
  public boolean wantsData() {
    return true;
  }

  @Override
  public void content(ByteSource content) {
    source = content;
  }

  @Override
  public void unpacking(Compression compression) {}

  @Override
  public void configuration(StreamConfiguration found) throws IOException {
    if (found.version() != StreamFormat.VERSION) {
      throw new UnsupportedFeatureException(
          Reason.STREAM_VERSION_OLD,
          "stream version " + found.version() + ": only today's streams change their layout",
          0,
          "stream header");
    }
    configured = found.present();
    List<String> capabilities = capabilities(found.capabilities());
    CapabilityTable.refusedEverywhere(capabilities).ifPresent(r -> note(r.words()));
    if (configured) {
      written.addAll(Capabilities.replace(subsections, capabilities));
      stream.configuration(machine, written);
    } else if (!capabilities.isEmpty()) {
      note(
          "the stream has no configuration to announce "
              + String.join(", ", capabilities)
              + "; read it with -f");
    }
  }

  @Override
  public void element(Element element) throws IOException {
    if (!isFixedPart(element)) {
      progress.at(element.range().end(), source == null ? -1 : source.length());
    }
    switch (element) {
      case Element.StreamHeader e -> {
        sink = open(head);
        stream = new StreamWriter(sink);
        records = new RecordWriter(sink, (offset, target) -> source.copy(offset, target));
        records.write(e);
      }
      case Element.Configuration e -> machine = e.machine();
      case Element.ConfigurationSubsection e -> subsections.add(e.subsection());
      case Element.SectionHeader e -> section(e);
      case Element.SectionFooter e -> {
        if (!inRam || !ramFooterDropped) {
          records.write(e);
        }
        inRam = false;
      }
      case Element.Command e -> {
        CommandType type = CommandType.of(e.code());
        refusePostcopy(type, e);
        if (keeps(type, e.payload().length)) {
          records.write(e);
        }
      }
      case Element.RamMarker e -> marker(e);
      case Element.Description e -> description(e);
      case Element.Trailing e -> note(e.range().length() + " bytes behind the stream left out");
      case Element.DevicePayload e -> records.write(e);
      case Element.Unknown e -> records.write(e);
      case Element.EndOfStream e -> {
        end();
        records.write(e);
      }
      case Element.EnvelopeHeader e -> {}
      case Element.DomainXml e -> {}
      case Element.Cookie e -> {}
      case Element.Padding e -> {}
      case Element.PackedStream e -> {}
      case Element.RamTotal e -> {}
      case Element.RamBlockEntry e -> {}
      case Element.MappedHeader e -> {}
      case Element.PageBitmap e -> {}
      case Element.PageArea e -> {}
      case Element.RamPages e -> {}
      case Element.Gap e -> {}
    }
  }

  /** Tells whether an element is told before the pages of its layout are read. */
  private static boolean isFixedPart(Element element) {
    return element instanceof Element.RamBlockEntry
        || element instanceof Element.MappedHeader
        || element instanceof Element.PageBitmap
        || element instanceof Element.PageArea
        || element instanceof Element.Gap;
  }

  /** Is called at the end mark. */
  void end() throws IOException {}

  private static void refusePostcopy(CommandType type, Element.Command e)
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

  /** Tells whether a command belongs to postcopy, which fixed layouts exclude. */
  static boolean isPostcopy(CommandType command, int length) {
    return switch (command) {
      case OPEN_RETURN_PATH, PING -> true;
      case POSTCOPY_ADVISE -> length == ADVISE_WITH_SIZES;
      default -> false;
    };
  }

  private void section(Element.SectionHeader e) throws IOException {
    inRam = e.section().name().equals(RamFormat.IDSTR);
    if (!inRam) {
      records.write(e);
      return;
    }
    switch (e.recordType()) {
      case StreamFormat.SECTION_START -> {
        ram = e.section();
        if (ram.version() != RamFormat.VERSION) {
          throw new UnsupportedFeatureException(
              Reason.RAM_VERSION_OLD,
              "ram section version " + ram.version() + ": only version 4 changes its layout",
              e.range().start(),
              "ram");
        }
        records.write(e);
        ramFooterDropped = false;
      }
      case StreamFormat.SECTION_PART -> {
        ramParts++;
        ramFooterDropped = !startsPart(ramParts);
        if (!ramFooterDropped) {
          records.write(e);
          payload(false, ramParts);
        }
      }
      default -> {
        ramEnded = true;
        ramFooterDropped = false;
        records.write(e);
        payload(true, ramParts);
      }
    }
  }

  /** Tells whether the PART with a number, from 1, has a counterpart in the output. */
  boolean startsPart(int part) {
    return part == 1;
  }

  private void marker(Element.RamMarker e) throws IOException {
    // PART and END got their payload with their header
    boolean isEnd = (e.word() & RamFormat.EOS) != 0 && (e.word() & RamFormat.MULTIFD_FLUSH) == 0;
    if (isEnd && ramParts == 0 && !ramEnded) {
      sink.be64(RamFormat.EOS);
    }
  }

  @Override
  public void ramBlocks(List<RamBlock> blocks) throws IOException {
    list(blocks);
  }

  private void description(Element.Description e) throws IOException {
    int frame = 5;
    if (!configured || e.range().length() > Limits.DEFAULT.descriptionBytes()) {
      records.write(e);
      return;
    }
    byte[] json = new byte[(int) (e.range().length() - frame)];
    for (int at = 0; at < json.length; at += CHUNK) {
      int n = Math.min(CHUNK, json.length - at);
      source.copy(e.range().start() + frame + at, ByteBuffer.wrap(json, at, n));
    }
    byte[] edited = DescriptionEditor.withConfiguration(json, machine, written);
    stream.descriptionFrame(edited.length);
    sink.write(edited);
  }
}
