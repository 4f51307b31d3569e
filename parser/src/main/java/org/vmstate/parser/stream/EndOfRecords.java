package org.vmstate.parser.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.io.ByteSource;

/** The end mark and what follows it: the description, or bytes that do not count. */
final class EndOfRecords {
  private final StreamContext stream;
  private final DescriptionChoice choice;

  EndOfRecords(StreamContext stream, DescriptionChoice choice) {
    this.stream = stream;
    this.choice = choice;
  }

  /** Reads from the end mark at the cursor on. */
  void read() throws IOException {
    long at = stream.source().position();
    stream.source().skip(1);
    stream.accept(new Event.EndOfStream(new ByteRange(at, at + 1)));
    requireLast(at);
    requireEnds(at);
    choice.settle(at);
    if (choice.isInDevice(at)) {
      early(at);
    }
    new TailParser(
            stream.source(), stream.limits(), stream.sink(), choice.chosen(), choice.offset())
        .parse()
        .ifPresent(stream::flawed);
  }

  /** A description after the end mark says that the writer came to its end. */
  private void requireEnds(long at) throws IOException {
    ByteSource source = stream.source();
    Optional<Section> unended = stream.open().unended();
    if (unended.isPresent() && source.peek() != StreamFormat.VMDESCRIPTION) {
      Section section = unended.get();
      stream.flawed(
          source.malformed(
              Reason.SECTION_NEVER_ENDED,
              "end mark: expected an END of section " + section.name() + " first, found none",
              at,
              Facts.named(section.name(), section.id())));
    }
  }

  /**
   * Bytes after the end mark do not count, unless a longer stream ends there: then a part of it was
   * overwritten by zeros, and the first of them is no end mark.
   */
  private void requireLast(long at) throws IOException {
    if (!stream.source().has(1) || stream.source().peek() == StreamFormat.VMDESCRIPTION) {
      return;
    }
    choice.spool();
    ByteSource source = stream.source();
    boolean ended = choice.offset() > at;
    if (!ended && source.length() - source.position() >= StreamFormat.END_LENGTH) {
      ByteBuffer last = ByteBuffer.allocate(StreamFormat.END_LENGTH);
      source.copy(source.length() - StreamFormat.END_LENGTH, last);
      ended =
          last.get(0) == StreamFormat.SECTION_FOOTER
              && last.get(StreamFormat.END_LENGTH - 1) == StreamFormat.EOF;
    }
    if (ended) {
      early(at);
    }
  }

  private void early(long at) throws IOException {
    stream.flawed(
        stream
            .source()
            .malformed(
                Reason.END_MARK_EARLY,
                "end mark: expected at the end of the stream, found one where more of it follows",
                at));
  }
}
