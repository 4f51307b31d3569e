package org.vmstate.analyzer.salvage;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/** A pass that ends at the first error, and remembers where everything was well. */
final class Scan implements EventSink {
  /** The blocks whose entries were read, also of a list that was not read to its end. */
  final List<RamBlock> blocks = new ArrayList<>();

  /** Iterables between their START and their END. */
  final Map<Long, Section> open = new HashMap<>();

  Optional<StateFormatException> error = Optional.empty();
  Outcome outcome = Outcome.WHOLE;

  /** Where the end mark ends, if it was seen. */
  long streamEnd = -1;

  long goodEnd;
  long totalAt = -1;
  Section section;
  long sectionStart;
  int recordType;
  boolean inSection;
  boolean listed;
  boolean finished;
  boolean devicesCut;
  PageRun lastRun;
  private boolean footerSeen;
  private boolean footerMissing;
  private boolean configured;

  static Scan of(ByteSource source, ParseOptions options) throws IOException {
    Scan scan = new Scan();
    source.seek(source.origin());
    try {
      scan.outcome = ImageReader.survey(source, options, scan);
    } catch (StateFormatException e) {
      scan.error = Optional.of(e);
    }
    return scan;
  }

  @Override
  public void accept(Event event) {
    if (event instanceof Event.Unknown && event.covers()) {
      devicesCut = true;
      return;
    }
    if (event.covers()) {
      goodEnd = event.range().end();
    }
    switch (event) {
      case Event.Configuration e -> configured = e.configuration().present();
      case Event.RamListEnd _ -> listed = true;
      case Event.RamPages e -> lastRun = e.run();
      case Event.SectionHeader e -> {
        footerMissing |= inSection && !footerSeen;
        // without footers, the next section is what ends one
        ended();
        section = e.section();
        sectionStart = e.range().start();
        recordType = e.recordType();
        inSection = true;
        if (recordType == StreamFormat.SECTION_START) {
          open.put(section.id(), section);
        }
      }
      case Event.SectionFooter e -> {
        ended();
        inSection = false;
        footerSeen = true;
      }
      case Event.RamTotal e -> totalAt = e.range().start();
      case Event.RamBlockEntry e -> blocks.add(e.block());
      case Event.EndOfStream e -> {
        finished = true;
        streamEnd = e.range().end();
      }
      default -> {}
    }
  }

  private void ended() {
    if (inSection && recordType == StreamFormat.SECTION_END) {
      open.remove(section.id());
    }
  }

  /**
   * Reports whether sections end with a footer. Machine types before 2.4 have neither it nor the
   * configuration record.
   */
  boolean hasFooters() {
    return footerSeen || configured && !footerMissing;
  }

  /** Returns the ram section, between its START and its END. */
  Optional<Section> ram() {
    return open.values().stream().filter(s -> s.name().equals(RamFormat.IDSTR)).findFirst();
  }

  boolean inRam() {
    return inSection && section.name().equals(RamFormat.IDSTR);
  }
}
