package org.vmstate.parser.stream;

import java.io.IOException;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.spec.QemuSectionRef;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.SpecReader;

/**
 * The footers of sections: 0x7e and the section's id, four bytes big-endian. Whether a stream has
 * them, it does not say; the first section that ends shows it. Source: QEMU 10.0
 * migration/savevm.c.
 */
final class Footers {
  private enum Presence {
    UNKNOWN,
    PRESENT,
    ABSENT
  }

  private final StreamContext stream;
  private Presence presence = Presence.UNKNOWN;

  Footers(StreamContext stream) {
    this.stream = stream;
  }

  /** Whether sections of this stream are known to end without a footer. */
  boolean absent() {
    return presence == Presence.ABSENT;
  }

  /** Whether a device's state ends here: a footer of its section, or a record if none is needed. */
  boolean endsHere(Section section) throws IOException {
    return follows(section)
        || presence != Presence.ABSENT && cut()
        || presence != Presence.PRESENT && recordFollows();
  }

  /** Whether the footer of a section stands at the cursor. */
  boolean follows(Section section) throws IOException {
    ByteSource source = stream.source();
    return source.peek() == StreamFormat.SECTION_FOOTER && source.peek32(1) == section.id();
  }

  /** Whether the file ends in the middle of a footer. */
  boolean cut() throws IOException {
    ByteSource source = stream.source();
    return source.peek() == StreamFormat.SECTION_FOOTER && !source.has(StreamFormat.REF_LENGTH);
  }

  private boolean recordFollows() throws IOException {
    ByteSource source = stream.source();
    return source.peek() < 0 || RecordStart.follows(source, stream.sections());
  }

  /** Reads the footer of a section that ended, if this stream has them. */
  void read(Section section) throws IOException {
    ByteSource source = stream.source();
    long at = source.position();
    if (presence == Presence.UNKNOWN) {
      // Neither a footer nor a record: the footer is damaged, the stream is not one without them.
      presence = recordFollows() ? Presence.ABSENT : Presence.PRESENT;
    }
    if (presence == Presence.ABSENT) {
      return;
    }
    if (!source.has(1)) {
      throw new TruncatedDataException(
          Reason.FOOTER_CUT,
          "section footer: expected 5 bytes, found the end",
          at,
          source.path() + ".footer");
    }
    if (cut()) {
      throw new TruncatedDataException(
          Reason.FOOTER_ID_CUT,
          "section footer: expected 5 bytes, found the end in them",
          at,
          source.path() + ".footer");
    }
    if (source.peek() != StreamFormat.SECTION_FOOTER) {
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
    stream.accept(new Event.SectionFooter(new ByteRange(at, source.position()), section));
  }
}
