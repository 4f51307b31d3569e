package org.vmstate.parser.stream;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.vmstate.formats.Limits;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.stream.StreamConfiguration;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/**
 * What the readers of one stream share: the source of the moment, which a spool replaces once if it
 * is a pipe, the sections announced so far, and the first flaw.
 */
final class StreamContext {
  /** By what a loader finds the device of a section. */
  record Device(String name, long instance) {
    static Device of(Section section) {
      return new Device(section.name(), section.instance());
    }
  }

  private final ParseOptions options;
  private final EventSink sink;
  private final Map<Long, Section> sections = new HashMap<>();
  private final Map<Device, Section> last = new HashMap<>();
  private final OpenSections open = new OpenSections();
  private ByteSource source;
  private StreamConfiguration configuration;
  private StateFormatException flaw;

  StreamContext(ByteSource source, ParseOptions options, EventSink sink) {
    this.source = source;
    this.options = options;
    this.sink = sink;
  }

  ByteSource source() {
    return source;
  }

  ParseOptions options() {
    return options;
  }

  EventSink sink() {
    return sink;
  }

  Limits limits() {
    return options.limits();
  }

  void accept(Event event) throws IOException {
    sink.accept(event);
  }

  /** Reports what is not as it should be and stops nobody. */
  void notice(Problem problem) throws IOException {
    sink.accept(new Event.Notice(problem));
  }

  /** The sections that were started so far, by id. */
  Map<Long, Section> sections() {
    return sections;
  }

  /** The iterables that were started and not ended so far. */
  OpenSections open() {
    return open;
  }

  /** Binds an id to a section; a device that had another id before is not known by it any more. */
  void announce(Section section) {
    Section before = last.put(Device.of(section), section);
    if (before != null) {
      sections.remove(before.id(), before);
    }
    sections.put(section.id(), section);
  }

  StreamConfiguration configuration() {
    return configuration;
  }

  void configured(StreamConfiguration found) {
    configuration = found;
  }

  /** Replaces a pipe by a source in which the rest of the stream can be sought. */
  void spool() throws IOException {
    source = source.seekable();
  }

  /** Notes that the stream is not what it should be; the first flaw is the outcome. */
  void flawed(StateFormatException found) {
    if (flaw == null && !options.tolerant()) {
      flaw = found;
    }
  }

  /** How the stream was read, when nothing more of it is. */
  Outcome outcome() {
    return flaw != null
        ? new Outcome.Broken(flaw)
        : options.extent() == ParseOptions.Extent.WHOLE
            ? Outcome.WHOLE
            : new Outcome.Part(options.extent());
  }
}
