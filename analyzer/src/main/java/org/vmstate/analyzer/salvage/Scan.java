package org.vmstate.analyzer.salvage;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vmstate.formats.element.Element;
import org.vmstate.formats.element.Section;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.StateVisitor;
import org.vmstate.parser.StreamConfiguration;
import org.vmstate.parser.io.ByteSource;

/** A pass that ends at the first error, and remembers where everything was well. */
final class Scan implements StateVisitor {
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
    source.path().clear();
    try {
      scan.outcome = ImageReader.survey(source, options, scan);
    } catch (StateFormatException e) {
      scan.error = Optional.of(e);
    }
    return scan;
  }

  @Override
  public void element(Element element) {
    if (element instanceof Element.Unknown) {
      devicesCut = true;
      return;
    }
    goodEnd = element.range().end();
    switch (element) {
      case Element.SectionHeader e -> {
        footerMissing |= inSection && !footerSeen;
        section = e.section();
        sectionStart = e.range().start();
        recordType = e.recordType();
        inSection = true;
        if (recordType == StreamFormat.SECTION_START) {
          open.put(section.id(), section);
        }
      }
      case Element.SectionFooter e -> {
        inSection = false;
        footerSeen = true;
        if (recordType == StreamFormat.SECTION_END) {
          open.remove(section.id());
        }
      }
      case Element.RamTotal e -> totalAt = e.range().start();
      case Element.RamBlockEntry e -> blocks.add(e.block());
      case Element.EndOfStream e -> {
        finished = true;
        streamEnd = e.range().end();
      }
      default -> {}
    }
  }

  @Override
  public void configuration(StreamConfiguration found) {
    configured = found.present();
  }

  /**
   * Tells whether sections end with a footer. Machine types before 2.4 have neither it nor the
   * configuration record.
   */
  boolean hasFooters() {
    return footerSeen || configured && !footerMissing;
  }

  @Override
  public void ramBlocks(List<RamBlock> found) {
    listed = true;
  }

  @Override
  public void pages(PageRun run) {
    lastRun = run;
  }

  boolean inRam() {
    return inSection && section.name().equals(RamFormat.IDSTR);
  }
}
