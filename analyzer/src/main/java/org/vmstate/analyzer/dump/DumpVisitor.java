package org.vmstate.analyzer.dump;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.vmstate.analyzer.domain.XmlSecrets;
import org.vmstate.analyzer.memory.PageCounts;
import org.vmstate.analyzer.report.Report;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.libvirt.SaveHeader;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.stream.CommandType;
import org.vmstate.formats.stream.StreamConfiguration;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.device.DeviceDecoders;
import org.vmstate.parser.device.SectionDecoders;
import org.vmstate.parser.memory.RamContents;

/** Writes a report while a pass goes on; the records of the stream are the array "sections". */
final class DumpVisitor implements EventSink {
  private static final int MAX_NOTICES = 1000;

  private final Report report;
  private final DumpOptions options;
  private final PageCounts counts = new PageCounts();
  private final List<String> notices = new ArrayList<>();
  private final RamContents memory;
  private final long[] recordPages = new long[PageKind.values().length];
  private final int topDepth;
  private boolean inSections;
  private boolean inRecord;
  private final List<Event> outside = new ArrayList<>();
  private String array = "";
  private List<RamBlock> pendingBlocks;
  private StateNode pendingState;
  private String pendingProblem = "";
  private boolean shown;
  private long recordStart;
  private long recordEnd;
  private boolean complete;
  private boolean met;

  DumpVisitor(Report report, DumpOptions options, RamContents contents) {
    this.report = report;
    this.options = options;
    this.memory = contents;
    this.topDepth = report.depth();
  }

  PageCounts counts() {
    return counts;
  }

  List<String> notices() {
    return notices;
  }

  /** Reports whether any section was to be shown. */
  boolean isMet() {
    return met;
  }

  boolean isComplete() {
    return complete;
  }

  /** Closes whatever is open, so that the report can go on after the records. */
  void finish() throws IOException {
    endRecord();
    writeOutside();
    report.endTo(topDepth);
  }

  @Override
  public boolean wants(Want want) {
    return want == Want.MAPPED_PAGES;
  }

  @Override
  public void accept(Event event) throws IOException {
    switch (event) {
      case Event.SaveImageHeader e -> saveHeader(e.saveHeader(), e.xml(), e.cookie());
      case Event.CompressedStream e -> report.text("compressed_with", e.compression().label());
      case Event.StreamHeader e -> memory.setSource(e.content());
      case Event.Configuration e -> configuration(e.configuration());
      case Event.RamListEnd e -> ramBlocks(e.blocks());
      case Event.Device e -> deviceState(e);
      case Event.IterablePart e ->
          pendingState = SectionDecoders.decode(e, e.section()).orElse(null);
      case Event.Notice e -> notice(e.problem());
      case Event.SectionHeader h -> {
        met |= options.shows(h.section());
        beginRecord(Names.record(h.recordType()), options.shows(h.section()), h.range());
        if (shown) {
          section(h.section());
        }
      }
      case Event.Command c -> {
        beginRecord("command", options.section().isEmpty(), c.range());
        if (shown) {
          report.text("command", CommandType.of(c.code()).label());
          report.number("code", c.code());
          report.text("payload", HexFormat.of().formatHex(c.payload()));
        }
      }
      case Event.EndOfStream e -> {
        beginRecord("end-of-stream", options.section().isEmpty(), e.range());
        complete = true;
      }
      case Event.Description d ->
          beginRecord("vmdescription", options.section().isEmpty(), d.range());
      case Event.Trailing t -> beginRecord("trailing", options.section().isEmpty(), t.range());
      case Event.Unknown u when !u.covers() ->
          pendingProblem = u.problem().map(Problem::words).orElse("");
      case Event.Unknown u -> {
        beginRecord("unknown", options.section().isEmpty(), u.range());
        if (shown) {
          report.number("offset", u.range().start());
          report.number("length", u.range().length());
          report.text("why", u.why());
        }
        pendingProblem = u.problem().map(Problem::words).orElse("");
      }
      default -> {}
    }
    if (event.covers()) {
      if (inRecord) {
        recordEnd = event.range().end();
      }
      if (options.offsets() && (!inRecord || shown)) {
        offsets(event);
      }
    }
    switch (event) {
      case Event.RamPages e -> pages(e.run());
      case Event.MappedPages e -> pages(e.run());
      default -> {}
    }
  }

  private void offsets(Event element) throws IOException {
    if (!inRecord) {
      outside.add(element);
    } else if (!(element instanceof Event.SectionHeader) && !(element instanceof Event.Command)) {
      array("elements");
      writeElement(element);
    }
  }

  private void writeElement(Event element) throws IOException {
    if (element instanceof Event.Configuration e) {
      beginElement(Names.element(e), e.head());
      report.end();
      for (Event.SubsectionPart part : e.parts()) {
        beginElement("configuration-subsection", part.range());
        report.end();
      }
      return;
    }
    beginElement(Names.element(element), element.range());
    if (options.runs() && element instanceof Event.RamPages pages) {
      RamBlockWriter.run(report, pages.run());
    }
    report.end();
  }

  private void beginElement(String name, ByteRange range) throws IOException {
    report.beginObject("");
    report.text("element", name);
    report.number("offset", range.start());
    report.number("length", range.length());
  }

  /** Goes on in an array of the current record, which has at most one of them. */
  private void array(String name) throws IOException {
    if (!array.equals(name)) {
      endArray();
      report.beginArray(name);
      array = name;
    }
  }

  private void endArray() throws IOException {
    if (!array.isEmpty()) {
      report.end();
      array = "";
    }
  }

  private void writeOutside() throws IOException {
    if (!outside.isEmpty()) {
      report.beginArray("elements");
      for (Event element : outside) {
        writeElement(element);
      }
      report.end();
      outside.clear();
    }
  }

  private void beginRecord(String type, boolean show, ByteRange range) throws IOException {
    endRecord();
    if (!inSections) {
      writeOutside();
      report.beginArray("sections");
      inSections = true;
    }
    inRecord = true;
    shown = show;
    recordStart = range.start();
    recordEnd = range.end();
    if (show) {
      report.beginObject("");
      report.text("record", type);
      if (options.offsets()) {
        report.number("offset", range.start());
      }
    }
  }

  private void endRecord() throws IOException {
    if (!inRecord) {
      return;
    }
    if (shown) {
      endArray();
      contents();
      if (options.offsets()) {
        report.number("length", recordEnd - recordStart);
      }
      report.end();
    }
    Arrays.fill(recordPages, 0);
    inRecord = false;
    pendingBlocks = null;
    pendingState = null;
    pendingProblem = "";
  }

  /** Writes what the record holds, which became known while its elements went by. */
  private void contents() throws IOException {
    if (pendingBlocks != null) {
      report.number("page_size", pendingBlocks.isEmpty() ? 0 : pendingBlocks.getFirst().pageSize());
      report.beginArray("blocks");
      for (RamBlock block : pendingBlocks) {
        RamBlockWriter.write(report, block);
      }
      report.end();
    }
    pageCounts();
    if (pendingState != null) {
      new StateWriter(report, options.offsets(), options.raw()).write("state", pendingState);
    } else if (!pendingProblem.isEmpty()) {
      report.text("not_decoded", pendingProblem);
    }
  }

  private void pageCounts() throws IOException {
    long sum = 0;
    for (long n : recordPages) {
      sum += n;
    }
    if (sum == 0) {
      return;
    }
    report.beginObject("pages");
    for (PageKind kind : PageKind.values()) {
      if (recordPages[kind.ordinal()] > 0) {
        report.number(kind.label(), recordPages[kind.ordinal()]);
      }
    }
    report.end();
  }

  private void section(Section section) throws IOException {
    report.text("name", section.name());
    report.number("section_id", section.id());
    report.number("instance_id", section.instance());
    report.number("version", section.version());
  }

  private void saveHeader(SaveHeader saveHeader, String xml, String cookie) throws IOException {
    report.beginObject("libvirt");
    report.bool("complete", saveHeader.complete());
    report.number("version", saveHeader.version());
    report.text("byte_order", saveHeader.bigEndian() ? "big" : "little");
    report.text("image_format", saveHeader.compression().label());
    report.bool("running", saveHeader.running());
    report.number("data_length", saveHeader.dataLength());
    report.number("cookie_offset", saveHeader.cookieOffset());
    report.hex64("features", saveHeader.features());
    report.number("stream_offset", saveHeader.streamOffset());
    report.text("domain_xml", options.secrets() ? xml : XmlSecrets.mask(xml));
    if (saveHeader.cookieOffset() != 0) {
      report.text("cookie", cookie);
    }
    report.end();
  }

  private void configuration(StreamConfiguration configuration) throws IOException {
    report.number("stream_version", configuration.version());
    if (!configuration.present()) {
      report.nothing("configuration");
      return;
    }
    report.beginObject("configuration");
    report.text("machine", configuration.machine());
    if (configuration.pageBits().isPresent()) {
      report.number("target_page_bits", configuration.pageBits().getAsInt());
    }
    report.beginArray("capabilities");
    for (String capability : configuration.capabilities()) {
      report.text("", capability);
    }
    report.end();
    if (configuration.uuid().isPresent()) {
      report.text("uuid", configuration.uuid().get());
    }
    report.end();
  }

  private void ramBlocks(List<RamBlock> blocks) throws IOException {
    counts.blocks(blocks);
    memory.blocks(options.hashes() ? blocks : List.of());
    pendingBlocks = blocks;
  }

  private void pages(PageRun run) throws IOException {
    counts.add(run);
    recordPages[run.kind().ordinal()] += run.count();
    if (options.hashes()) {
      memory.add(run);
    }
    if (options.runs() && shown && !(options.offsets() && run.block().mapped().isEmpty())) {
      array(options.offsets() ? "elements" : "runs");
      report.beginObject("");
      RamBlockWriter.run(report, run);
      report.end();
    }
  }

  private void deviceState(Event.Device e) throws IOException {
    pendingState = DeviceDecoders.decode(e, note -> undecoded(e.section(), note)).orElse(null);
    pendingProblem = e.problem().map(Problem::words).orElse("");
  }

  private void undecoded(Section section, String note) {
    if (notices.size() < MAX_NOTICES) {
      notices.add(section.name() + "." + note);
    }
  }

  private void notice(Problem problem) {
    if (notices.size() < MAX_NOTICES) {
      notices.add(problem.note());
    }
  }
}
