package org.vmstate.parser.stream;

import java.io.IOException;
import java.util.Optional;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.Limits;
import org.vmstate.formats.element.Element;
import org.vmstate.formats.element.Section;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.StateVisitor;
import org.vmstate.parser.io.ByteSource;

/**
 * Frames the records of a stream from before 2009: be64 total, then (name, be32 instance, be32
 * version, be32 length, payload) for each device. Payloads stay opaque.
 */
final class Version2Parser {
  private final ByteSource source;
  private final Limits limits;
  private final StateVisitor visitor;

  Version2Parser(ByteSource source, Limits limits, StateVisitor visitor) {
    this.source = source;
    this.limits = limits;
    this.visitor = visitor;
  }

  void parse() throws IOException {
    long at = source.position();
    long total = source.offset64("stream length", Reason.STREAM_LENGTH);
    visitor.element(
        new Element.Unknown(
            new ByteRange(at, source.position()), "length of the records: " + total));
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
    new TailParser(source, limits, visitor, Optional.empty(), -1).parse();
  }

  private void record(int index) throws IOException {
    long at = source.position();
    String name = source.shortString();
    Section section = new Section(index, name, source.be32(), source.be32());
    long length = source.be32();
    long payload = source.position();
    visitor.element(
        new Element.SectionHeader(new ByteRange(at, payload), StreamFormat.SECTION_FULL, section));
    source.skip(length);
    visitor.element(new Element.DevicePayload(new ByteRange(payload, source.position()), section));
    visitor.deviceState(section, Optional.empty(), Optional.empty());
  }
}
