package org.vmstate.analyzer.change;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.Limits;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.event.Subsection;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.writer.io.StreamSink;
import org.vmstate.writer.stream.Capabilities;
import org.vmstate.writer.stream.DescriptionEditor;
import org.vmstate.writer.stream.StreamWriter;
import org.vmstate.writer.vmdesc.DeviceListEditor;
import org.vmstate.writer.vmdesc.StateDescriptionWriter;
import org.vmstate.writer.vmdesc.StateEncoder;

/** Makes the splices of a plan while a pass goes over the image that it was made for. */
final class SpliceFinder implements EventSink {

  private final ChangePlan plan;
  private final SpliceFeed feed = new SpliceFeed();
  private final Set<Integer> commands = new LinkedHashSet<>();
  private List<Subsection> subsections = List.of();
  private final RamSplices ram;
  private SourceBytes source;
  private SectionChange open;
  private long growth;

  SpliceFinder(ChangePlan plan) {
    this.plan = plan;
    this.ram = new RamSplices(plan, this);
  }

  /** Returns what the splices go to. */
  SpliceFeed feed() {
    return feed;
  }

  /**
   * Ends the pass over an input of a length.
   *
   * @throws ChangeException when something was not met that a change names
   */
  void finish(long length) throws ChangeException {
    plan.requireCommands(commands);
    feed.complete(length);
  }

  void add(Splice splice) {
    feed.add(splice);
    growth += splice.growth();
  }

  /** Returns how much longer the output is than the input so far. */
  long growth() {
    return growth;
  }

  /** Says that there are no splices but those added up to an offset of the input. */
  void settle(long offset) {
    feed.settle(offset);
  }

  SourceBytes source() {
    return source;
  }

  /** Writes records into an array. */
  interface Records {
    void write(StreamWriter out) throws IOException;
  }

  static byte[] records(Records records) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (StreamSink sink = new StreamSink(bytes)) {
      records.write(new StreamWriter(sink));
    }
    return bytes.toByteArray();
  }

  @Override
  public boolean wants(Want want) {
    return want == Want.DATA;
  }

  private void configuration(Event.Configuration e) throws IOException {
    subsections = e.subsections();
    if (e.configuration().present() && plan.changesConfiguration()) {
      add(Splice.of(e.range(), records(out -> out.configuration(plan.machine(), written()))));
    }
  }

  private List<Subsection> written() {
    return plan.changesCapabilities()
        ? Capabilities.replace(subsections, plan.capabilities())
        : subsections;
  }

  @Override
  public void accept(Event event) throws IOException {
    switch (event) {
      case Event.StreamHeader e -> source = e.content();
      case Event.Configuration e -> configuration(e);
      case Event.SectionHeader e -> header(e);
      case Event.Device e -> payload(e.range());
      case Event.IterablePart e -> payload(e.range());
      case Event.SectionFooter e -> {
        if (isDropping()) {
          add(Splice.nothing(e.range()));
        }
        open = null;
      }
      case Event.Command e -> {
        commands.add(e.code());
        if (plan.drops(e.code())) {
          add(Splice.nothing(e.range()));
        }
      }
      case Event.Description e -> description(e);
      default -> ram.element(event);
    }
  }

  private boolean isDropping() {
    return open != null && open.isDropped();
  }

  private void header(Event.SectionHeader e) throws IOException {
    Section section = e.section();
    open = plan.sectionOf(ImageFacts.key(section));
    boolean announced =
        e.recordType() == StreamFormat.SECTION_START || e.recordType() == StreamFormat.SECTION_FULL;
    if (isDropping()) {
      add(Splice.nothing(e.range()));
    } else if (open != null && open.isHeaderChanged() && announced) {
      Section after = open.after();
      Section written = new Section(section.id(), after.name(), after.instance(), after.version());
      add(Splice.of(e.range(), records(out -> out.section(e.recordType(), written))));
    }
  }

  private void payload(ByteRange range) {
    if (isDropping()) {
      add(Splice.nothing(range));
    } else if (open != null) {
      open.state(range.start()).ifPresent(s -> add(Splice.of(range, StateEncoder.encode(s))));
    }
  }

  private void description(Event.Description e) throws IOException {
    long length = e.range().length() - StreamFormat.DESCRIPTION_FRAME;
    boolean changes = plan.changesConfiguration() || plan.changesSections();
    if (!changes || length > Limits.DEFAULT.descriptionBytes()) {
      return;
    }
    byte[] json = new byte[(int) length];
    e.content().copy(e.range().start() + StreamFormat.DESCRIPTION_FRAME, ByteBuffer.wrap(json));
    byte[] edited = json;
    if (plan.changesConfiguration()) {
      edited = DescriptionEditor.withConfiguration(edited, plan.machine(), written());
    }
    edited = DeviceListEditor.edit(edited, this::device);
    ByteBuffer text = ByteBuffer.allocate(StreamFormat.DESCRIPTION_FRAME + edited.length);
    text.put((byte) StreamFormat.VMDESCRIPTION).putInt(edited.length).put(edited);
    add(Splice.of(e.range(), text.array()));
  }

  private Optional<String> device(String name, long instance, String text) {
    SectionChange change = plan.sectionOf(name + "#" + instance);
    if (change == null) {
      return Optional.of(text);
    }
    if (change.isDropped()) {
      return Optional.empty();
    }
    Section after = change.after();
    String result =
        change.isReshaped()
            ? StateDescriptionWriter.device(name, instance, change.reshaped())
            : text;
    return Optional.of(
        change.isHeaderChanged()
            ? DeviceListEditor.renamed(result, after.name(), after.instance(), after.version())
            : result);
  }
}
