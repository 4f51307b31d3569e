package org.vmstate.parser.stream;

import java.io.IOException;
import java.util.Optional;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.Limits;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.spec.QemuVmdescription;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.formats.vmdesc.VmDescription;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.SpecReader;
import org.vmstate.parser.vmdesc.DescriptionParser;

/**
 * Reads what stands after the end mark: the description, and bytes that QEMU does not look at. A
 * broken description does not stop a loader, so it is only noted.
 */
final class TailParser {

  private final ByteSource source;
  private final Limits limits;
  private final EventSink sink;
  private final Optional<VmDescription> known;
  private final long knownOffset;

  TailParser(
      ByteSource source,
      Limits limits,
      EventSink sink,
      Optional<VmDescription> known,
      long knownOffset) {
    this.source = source;
    this.limits = limits;
    this.sink = sink;
    this.known = known;
    this.knownOffset = knownOffset;
  }

  /** Reads to the end of the source; returns the error of a description that was cut off. */
  Optional<StateFormatException> parse() throws IOException {
    Optional<StateFormatException> cut = Optional.empty();
    if (source.peek() == StreamFormat.VMDESCRIPTION) {
      if (source.has(StreamFormat.DESCRIPTION_FRAME)) {
        cut = description();
      } else {
        cut = Optional.of(cut(StreamFormat.DESCRIPTION_FRAME));
      }
    }
    long start = source.position();
    source.skipToEnd();
    if (source.position() > start) {
      sink.accept(new Event.Trailing(new ByteRange(start, source.position()), source));
      long length = source.position() - start;
      sink.accept(
          new Event.Notice(
              source.problem(
                  Reason.BYTES_AFTER_STREAM,
                  length + " bytes follow the end of the stream",
                  start,
                  Facts.found(length))));
    }
    return cut;
  }

  private TruncatedDataException cut(long expected) {
    return new TruncatedDataException(
        Reason.DESCRIPTION_CUT,
        "vmdescription: expected " + expected + " bytes, found the end of the file",
        source.position(),
        source.path().toString());
  }

  private Optional<StateFormatException> description() throws IOException {
    long start = source.position();
    source.path().push("vmdescription");
    long length =
        SpecReader.read(source, "frame", Reason.RECORD_TYPE_UNKNOWN, QemuVmdescription::new)
            .lenJson();
    long textStart = source.position();
    Optional<StateFormatException> cut = Optional.empty();
    if (knownOffset == textStart && length > source.length() - textStart) {
      StateFormatException other =
          source.malformed(
              Reason.DESCRIPTION_LENGTH,
              "vmdescription: expected "
                  + (source.length() - textStart)
                  + " bytes to the end of the file, found a length of "
                  + length,
              start + 1,
              Facts.found(length));
      sink.accept(new Event.Notice(other.problem()));
      source.skipToEnd();
      cut = Optional.of(other);
    } else if (knownOffset == textStart) {
      source.skip(length);
    } else {
      try {
        byte[] text = source.bytes(length, limits.descriptionBytes(), "vmdescription");
        VmDescription found = DescriptionParser.parse(text, textStart, limits);
        if (known.isEmpty()) {
          sink.accept(new Event.Described(new ByteRange(textStart, textStart + length), found));
        }
      } catch (StateFormatException e) {
        sink.accept(new Event.Notice(DescriptionParser.unusable(e)));
        skipUpTo(length - (source.position() - textStart));
        if (source.position() - textStart < length) {
          cut = Optional.of(cut(length));
        }
      }
    }
    source.path().pop();
    sink.accept(new Event.Description(new ByteRange(start, source.position()), source));
    return cut;
  }

  private void skipUpTo(long count) throws IOException {
    long left = count;
    while (left > 0 && source.has(1)) {
      if (source.length() >= 0) {
        left = Math.min(left, source.length() - source.position());
        source.skip(left);
        return;
      }
      source.skip(1);
      left--;
    }
  }
}
