package org.vmstate.parser;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.libvirt.SaveHeader;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.stream.StreamConfiguration;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.FileSource;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.parser.memory.RamContents;

/** Remembers everything a pass tells, and checks that the elements cover the bytes. */
final class Recording implements EventSink {
  final List<Event> elements = new ArrayList<>();
  final List<PageRun> runs = new ArrayList<>();
  final List<String> notices = new ArrayList<>();
  final Map<Section, Optional<StateNode>> states = new LinkedHashMap<>();
  final Map<Section, String> problems = new LinkedHashMap<>();
  final RamContents contents = new RamContents();
  List<RamBlock> blocks = List.of();
  StreamConfiguration configuration;
  SaveHeader saveHeader;
  String xml;
  String cookie;

  /** Data of pages and devices as it stood when they came, of a recording that copies. */
  final ByteArrayOutputStream copied = new ByteArrayOutputStream();

  private SourceBytes source;
  private boolean copies;
  private boolean keep;
  private long covered;

  /** Where the bytes of a test are. */
  enum Place {
    HEAP,
    FILE,
    PIPE
  }

  static Recording of(byte[] image) throws IOException {
    return of(image, ParseOptions.DEFAULT, Place.HEAP);
  }

  static Recording of(byte[] image, ParseOptions options, Place place) throws IOException {
    Recording recording = new Recording();
    read(image, options, place, recording, false);
    if (recording.covered != image.length) {
      throw new AssertionError("covered " + recording.covered + " of " + image.length);
    }
    return recording;
  }

  /** Reads as verbs do that copy the pages when they come. */
  static Recording copying(byte[] image, Place place) throws IOException {
    Recording recording = new Recording();
    recording.copies = true;
    read(image, ParseOptions.DEFAULT, place, recording, false);
    return recording;
  }

  /** Reads with the final memory at hand. */
  static Recording withMemory(byte[] image, Place place) throws IOException {
    Recording recording = new Recording();
    recording.keep = true;
    read(image, ParseOptions.DEFAULT, place, recording, true);
    return recording;
  }

  static Outcome read(
      byte[] image, ParseOptions options, Place place, EventSink visitor, boolean keep)
      throws IOException {
    Path file = null;
    ByteSource source;
    switch (place) {
      case HEAP -> source = new HeapSource(image, 0, new StructurePath());
      case PIPE -> source = ImageReader.open(new ByteArrayInputStream(image));
      default -> {
        file = Files.createTempFile("vmstate-test", ".img");
        Files.write(file, image);
        source = FileSource.open(file, new StructurePath());
        Files.delete(file);
      }
    }
    if (keep) {
      // the mapping stays, the recording reads memory from it
      ImageReader.readKeeping(source, options, visitor);
      return Outcome.WHOLE;
    }
    Outcome outcome = ImageReader.survey(source, options, visitor);
    source.close();
    return outcome;
  }

  byte[] memory(int block) throws IOException {
    RamBlock of = blocks.get(block);
    ByteBuffer all = ByteBuffer.allocate((int) of.usedLength());
    contents.read(
        of,
        new RamContents.Sink() {
          @Override
          public void bytes(ByteBuffer data) {
            all.put(data);
          }

          @Override
          public void zeros(long count) {
            all.position(all.position() + (int) count);
          }

          @Override
          public void absent(long count) {
            zeros(count);
          }
        });
    if (all.hasRemaining()) {
      throw new AssertionError("block " + block + " is short of " + all.remaining() + " bytes");
    }
    return all.array();
  }

  <T extends Event> List<T> all(Class<T> type) {
    return elements.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** Returns what the events say, whatever their bytes are read from. */
  List<String> said() {
    return elements.stream().map(Recording::said).toList();
  }

  private static String said(Event event) {
    String name = event.getClass().getSimpleName() + " " + event.range() + " ";
    return switch (event) {
      case Event.RamPages e -> name + e.run();
      case Event.Device e -> name + e.section() + e.state().map(StateNode::range) + e.problem();
      // arrays in records have no useful text
      case Event.Bytes _, Event.Command _ -> name;
      default -> event.toString();
    };
  }

  @Override
  public boolean wants(Want want) {
    return want == Want.MAPPED_PAGES || copies;
  }

  @Override
  public void accept(Event event) throws IOException {
    if (event.covers()) {
      if (event.range().start() != covered) {
        throw new AssertionError(event + " does not start at " + covered);
      }
      covered = event.range().end();
      elements.add(event);
    }
    if (copies && event instanceof Event.Bytes e && isPayload(event)) {
      ByteBuffer payload = ByteBuffer.allocate((int) event.range().length());
      e.content().copy(event.range().start(), payload);
      copied.write(payload.array());
    }
    switch (event) {
      case Event.CompressedStream _ -> covered = 0;
      case Event.StreamHeader e -> {
        source = e.content();
        contents.setSource(source);
      }
      case Event.SaveImageHeader e -> {
        saveHeader = e.saveHeader();
        xml = e.xml();
        cookie = e.cookie();
      }
      case Event.Configuration e -> configuration = e.configuration();
      case Event.RamListEnd e -> {
        blocks = e.blocks();
        if (keep) {
          contents.blocks(blocks);
        }
      }
      case Event.RamPages e -> pages(e.content(), e.run());
      case Event.MappedPages e -> pages(source, e.run());
      case Event.Device e -> state(e.section(), e.state(), e.problem());
      case Event.Unknown e when e.section().isPresent() ->
          state(e.section().get(), Optional.empty(), e.problem());
      case Event.Notice e -> notices.add(e.problem().words());
      default -> {}
    }
  }

  /** Returns the payloads of sections but RAM. */
  List<Event> payloads() {
    return elements.stream().filter(Recording::isPayload).toList();
  }

  private static boolean isPayload(Event event) {
    return event instanceof Event.Device || event instanceof Event.IterablePart;
  }

  private void pages(SourceBytes from, PageRun run) throws IOException {
    runs.add(run);
    for (long i = 0; copies && run.kind() != PageKind.ZERO && i < run.count(); i++) {
      boolean whole = run.kind() == PageKind.DATA;
      ByteBuffer data = ByteBuffer.allocate(whole ? run.block().pageSize() : run.value());
      from.copy(run.offset() + i * run.stride(), data);
      copied.write(data.array());
    }
    if (keep) {
      contents.add(run);
    }
  }

  private void state(Section section, Optional<StateNode> state, Optional<Problem> problem) {
    states.put(section, state);
    problems.put(section, problem.map(Problem::words).orElse(""));
  }
}
