package org.vmstate.parser.stream;

import java.io.IOException;
import java.util.List;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.spec.QemuStreamHeader;
import org.vmstate.formats.stream.StreamConfiguration;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.SpecReader;

/**
 * Reads one stream from its magic to the end of the source. Device sections carry no length: they
 * are read by the description, which a seekable source gives before they come; the rest of a pipe
 * is spooled when the first such section is met. Source: QEMU 10.0 migration/savevm.c.
 */
public final class StreamParser {
  private final StreamContext stream;
  private final DescriptionChoice description;
  private final CommandReader commands;
  private final SectionReader sections;
  private long headerEnd;

  /** Reads from the cursor of a source. */
  public StreamParser(ByteSource source, ParseOptions options, EventSink sink) {
    stream = new StreamContext(source, options, sink);
    description = new DescriptionChoice(stream);
    commands = new CommandReader(stream);
    sections = new SectionReader(stream, description, commands);
  }

  /** Reads the stream, and on after what does not make sense wherever that can be delimited. */
  public Outcome parse() throws IOException {
    if (header() == StreamFormat.VERSION_2) {
      new Version2Parser(stream.source(), stream.limits(), stream.sink()).parse();
    } else {
      records();
    }
    return stream.outcome();
  }

  private long header() throws IOException {
    ByteSource source = stream.source();
    long start = source.position();
    QemuStreamHeader header =
        SpecReader.read(
            source, "stream header", Reason.STREAM_MAGIC_MISSING, QemuStreamHeader::new);
    long version = header.version();
    headerEnd = source.position();
    stream.accept(new Event.StreamHeader(new ByteRange(start, headerEnd), source, version));
    if (version == StreamFormat.VERSION_2) {
      configure(StreamConfiguration.absent(StreamFormat.VERSION_2));
      return version;
    }
    if (version != StreamFormat.VERSION) {
      throw source.unsupported(
          Reason.STREAM_VERSION_UNKNOWN,
          "stream version: expected 2 or 3, found "
              + version
              + (version == StreamFormat.VERSION_OF_OTHERS
                  ? ", that of Android's emulator and PANDA 1"
                  : ""),
          start + 4);
    }
    if (source.isSeekable() && !stream.options().headOnly()) {
      description.find();
    }
    if (source.peek() == StreamFormat.CONFIGURATION) {
      stream.configured(
          new ConfigurationParser(source, description.chosen(), stream.limits(), stream.sink())
              .parse());
    } else {
      configure(StreamConfiguration.absent(StreamFormat.VERSION));
    }
    return version;
  }

  private void configure(StreamConfiguration found) throws IOException {
    stream.configured(found);
    long at = stream.source().position();
    stream.accept(new Event.Configuration(new ByteRange(at, at), found, List.of()));
  }

  /**
   * Passes over what follows the end mark of a package, of which a loader reads no more; a package
   * without one ends in the middle of the stream.
   */
  private boolean inPackage(long at, int type) throws IOException {
    ByteSource source = stream.source();
    long end = commands.packageEnd();
    if (end < 0 || type < 0) {
      return false;
    }
    if (at >= end) {
      commands.leavePackage();
      stream.flawed(
          source.malformed(
              Reason.PACKAGE_ENDLESS,
              "command packaged: expected an end mark or postcopy-run in the package, found"
                  + " neither",
              at));
      return false;
    }
    if (type != StreamFormat.EOF || source.isSeekable() && end > source.length()) {
      return false;
    }
    source.skip(end - at);
    commands.leavePackage();
    stream.accept(new Event.Gap(new ByteRange(at, end), source));
    return true;
  }

  private void records() throws IOException {
    while (true) {
      ByteSource source = stream.source();
      long at = source.position();
      int type = source.peek();
      if (inPackage(at, type)) {
        continue;
      }
      switch (type) {
        case StreamFormat.SECTION_START, StreamFormat.SECTION_FULL -> {
          if (!sections.startOrFull(type)) {
            return;
          }
        }
        case StreamFormat.SECTION_PART, StreamFormat.SECTION_END -> {
          if (!sections.partOrEnd(type)) {
            return;
          }
        }
        case StreamFormat.COMMAND -> commands.read();
        case StreamFormat.EOF -> {
          new EndOfRecords(stream, description).read();
          return;
        }
        case -1 ->
            throw new TruncatedDataException(
                at == headerEnd ? Reason.STREAM_HEADER_ONLY : Reason.END_MARK_MISSING,
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
      if (sections.inMemory()) {
        if (stream.options().headOnly()) {
          return;
        }
        sections.passOverMemory();
      }
    }
  }
}
