package org.vmstate.parser.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.formats.vmdesc.DescriptionCursor;
import org.vmstate.formats.vmdesc.DeviceDesc;
import org.vmstate.formats.vmdesc.VmDescription;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.vmdesc.DescriptionFinder;
import org.vmstate.parser.vmdesc.DescriptionParser;

/**
 * The description that a stream's devices are read by: the one the file ends with, or else the
 * first one after the device that asks. Source: QEMU 10.0 migration/savevm.c.
 */
final class DescriptionChoice {
  private static final long REACH = 64 << 20;

  /** Most texts that look like descriptions and are looked into. */
  private static final int TRIED = 64;

  private final StreamContext stream;
  private final long start;
  private Optional<VmDescription> description = Optional.empty();
  private Optional<DescriptionCursor> cursor = Optional.empty();
  private long offset = -1;
  private long textEnd = -1;

  /** Whether the description is still to be found, because the file does not end with one. */
  private boolean unsettled;

  /** The section that asked for it first. */
  private Optional<Section> asked = Optional.empty();

  /** Where the text begins of a description in which the file was cut, or -1. */
  private long cut = -1;

  /** Chooses for the stream that begins at the cursor. */
  DescriptionChoice(StreamContext stream) {
    this.stream = stream;
    this.start = stream.source().position();
  }

  /** The description, once it is settled. */
  Optional<VmDescription> chosen() {
    return description;
  }

  /** The description of the section that is read next. */
  Optional<DeviceDesc> next(Section section) {
    return cursor.flatMap(c -> c.next(section.name(), section.instance()));
  }

  /** Where the description's text begins, or -1. */
  long offset() {
    return offset;
  }

  /** Looks from the end of the file for a description, and uses the one it ends with. */
  void find() throws IOException {
    ByteSource source = stream.source();
    Optional<ByteRange> place = DescriptionFinder.last(source, start, REACH);
    long end = place.map(ByteRange::end).orElse(-1L);
    long begin = place.map(ByteRange::start).orElse(-1L);
    if (end > source.length()) {
      ByteRange rest = new ByteRange(begin, source.length());
      if (isWhole(rest)) {
        use(rest);
        return;
      }
      cut = begin;
    } else {
      offset = begin;
    }
    if (end == source.length()) {
      use(place.get());
    } else {
      // the one that was cut is this stream's, and another one before it may lie in a device
      unsettled = end < source.length();
    }
  }

  /**
   * The description for whoever needs it before the memory, as only it says how large pages are. A
   * pass over the head alone sends nothing of it; of a pipe it is not asked for, which would be all
   * of its memory on disk: there a wrong size soon meets a word that is none.
   */
  Optional<VmDescription> forPageSize() throws IOException {
    if (stream.options().headOnly() && stream.source().isSeekable()) {
      Optional<ByteRange> place = DescriptionFinder.find(stream.source(), start, REACH);
      if (place.isPresent() && place.get().length() <= stream.limits().descriptionBytes()) {
        try {
          return Optional.of(parse(place.get()));
        } catch (StateFormatException e) {
          return Optional.empty();
        }
      }
    }
    return description;
  }

  /** Reports whether a text that should go on is whole: its length is wrong, and nothing is cut. */
  private boolean isWhole(ByteRange text) throws IOException {
    if (text.length() > stream.limits().descriptionBytes()) {
      return false;
    }
    try {
      parse(text);
      return true;
    } catch (StateFormatException e) {
      return false;
    }
  }

  private VmDescription parse(ByteRange place) throws IOException {
    ByteBuffer text = ByteBuffer.allocate((int) place.length());
    stream.source().copy(place.start(), text);
    return DescriptionParser.parse(text.array(), place.start(), stream.limits());
  }

  /**
   * Takes the first description from here on that names a section, where the file does not end with
   * one: what follows the stream may be the end of an older one, as in a volume that is used again.
   * What looks like a description and does not name it is a part of the device.
   */
  void settle(long from, Section section) throws IOException {
    ByteSource source = stream.source();
    if (!unsettled || asked.isPresent()) {
      return;
    }
    asked = Optional.of(section);
    long last = from + REACH;
    long at = from;
    for (int i = 0; i < TRIED && at < last; i++) {
      Optional<ByteRange> place = DescriptionFinder.first(source, at, last - at);
      if (place.isEmpty()) {
        return;
      }
      if (names(place.get(), section)) {
        unsettled = false;
        use(place.get());
        return;
      }
      at = place.get().end();
    }
  }

  /** Reports whether a description names a section; one that cannot be used may. */
  private boolean names(ByteRange place, Section section) throws IOException {
    if (place.length() > stream.limits().descriptionBytes()) {
      return true;
    }
    try {
      return parse(place).cursor().next(section.name(), section.instance()).isPresent();
    } catch (StateFormatException e) {
      return true;
    }
  }

  /** Takes the first description from the end mark on, where none was taken before. */
  void settle(long from) throws IOException {
    ByteSource source = stream.source();
    if (!unsettled) {
      return;
    }
    unsettled = false;
    Optional<ByteRange> place = DescriptionFinder.first(source, from, REACH);
    if (place.isEmpty() && offset >= 0) {
      place = DescriptionFinder.find(source, start, REACH);
    }
    if (place.isPresent()) {
      use(place.get());
    }
  }

  private void use(ByteRange place) throws IOException {
    ByteSource source = stream.source();
    long at = place.start();
    offset = at;
    textEnd = place.end();
    if (place.length() > stream.limits().descriptionBytes()) {
      stream.notice(
          source.problem(
              Reason.DESCRIPTION_LIMIT,
              "vmdescription: framed, but cannot be used: expected at most "
                  + stream.limits().descriptionBytes()
                  + " bytes, found "
                  + place.length(),
              at,
              Facts.found(place.length())));
      return;
    }
    try {
      VmDescription found = parse(place);
      description = Optional.of(found);
      cursor = Optional.of(found.cursor());
      stream.accept(new Event.Described(place, found));
    } catch (StateFormatException e) {
      stream.notice(DescriptionParser.unusable(e));
    }
  }

  /**
   * Reports whether an end mark is none, but a part of a device: where the file was cut in a
   * description that comes later, or the one after the mark, with more bytes after it, cannot be
   * used or does not name the device that the stream begins with.
   */
  boolean isInDevice(long endMark) throws IOException {
    ByteSource source = stream.source();
    long own = endMark + 1 + StreamFormat.DESCRIPTION_FRAME;
    boolean stranger =
        offset == own
            && asked.isPresent()
            && description
                .flatMap(d -> d.find(asked.get().name(), asked.get().instance()))
                .isEmpty();
    return cut > own || stranger && source.length() > textEnd;
  }

  /** Replaces a pipe by a source in which the rest of the stream can be sought. */
  void spool() throws IOException {
    if (!stream.source().isSeekable()) {
      stream.spool();
      find();
    }
  }
}
