package org.vmstate.parser.stream;

import java.io.IOException;
import java.util.Optional;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.Limits;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.io.ByteSource;

/**
 * Frames the records of a stream from before 2009: be64 total, then (name, be32 instance, be32
 * version, be32 length, payload) for each device. Payloads stay opaque.
 */
final class Version2Parser {
  private final ByteSource source;
  private final Limits limits;
  private final EventSink sink;

  Version2Parser(ByteSource source, Limits limits, EventSink sink) {
    this.source = source;
    this.limits = limits;
    this.sink = sink;
  }

  void parse() throws IOException {
    long at = source.position();
    long total = source.offset64("stream length", Reason.STREAM_LENGTH);
    sink.accept(
        new Event.Unknown(
            new ByteRange(at, source.position()),
            source,
            "length of the records: " + total,
            Optional.empty(),
            Optional.empty()));
    long end = source.position() + total;
    if (end < 0) {
      throw source.malformed(
          Reason.STREAM_LENGTH, "stream length: expected less than 2^63, found more", at);
    }
    for (int i = 0; source.position() < end; i++) {
      if (i >= limits.sections()) {
        throw source.limitExceeded(
            Reason.SECTIONS_TOO_MANY, "stream: more than " + limits.sections() + " sections", at);
      }
      source.path().push("record[" + i + "]");
      record(i);
      source.path().pop();
    }
    new TailParser(source, limits, sink, Optional.empty(), -1).parse();
  }

  private void record(int index) throws IOException {
    long at = source.position();
    String name = source.shortString();
    Section section = new Section(index, name, source.be32(), source.be32());
    long length = source.be32();
    long payload = source.position();
    sink.accept(
        new Event.SectionHeader(new ByteRange(at, payload), StreamFormat.SECTION_FULL, section));
    source.skip(length);
    ByteRange range = new ByteRange(payload, source.position());
    sink.accept(new Event.Device(range, source, section, Optional.empty(), Optional.empty()));
  }
}
