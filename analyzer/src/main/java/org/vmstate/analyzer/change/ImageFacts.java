package org.vmstate.analyzer.change;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.Front;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.libvirt.SaveHeader;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.stream.CommandType;
import org.vmstate.formats.stream.MachineRelease;
import org.vmstate.formats.stream.StreamConfiguration;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.device.SectionDecoders;
import org.vmstate.parser.io.ByteSource;

/** What an image has that changes can name. */
public final class ImageFacts implements EventSink {
  /**
   * A section.
   *
   * @param section name, instance, version
   * @param records decoded state of each of its records, none where there is none
   * @param length bytes of its payload, as far as it is a device's
   */
  record Found(Section section, List<StateNode> records, long length) {
    /** Returns the state of a device, which has one record. */
    Optional<StateNode> state() {
      return records.stream().findFirst();
    }
  }

  /** Records of one section whose fields can be named; no bitmap or table fills the memory. */
  private static final int MOST_RECORDS = 16;

  private final Map<String, Found> sections = new LinkedHashMap<>();
  private final Set<String> alike = new HashSet<>();
  private final List<String> commands = new ArrayList<>();
  private final Front front = new Front();
  private String head = "";
  private long length;

  /** Reads an image. */
  public static ImageFacts read(ByteSource source, ParseOptions options) throws IOException {
    ImageFacts facts = new ImageFacts();
    ImageReader.read(source, options, facts);
    return facts;
  }

  static String key(Section section) {
    return section.key();
  }

  @Override
  public void accept(Event event) throws IOException {
    front.accept(event);
    switch (event) {
      case Event.Description e -> {
        if (e.content().isSeekable()
            && e.range().length() > StreamFormat.DESCRIPTION_FRAME + ReaderCondition.HEAD) {
          ByteBuffer start = ByteBuffer.allocate(ReaderCondition.HEAD);
          e.content().copy(e.range().start() + StreamFormat.DESCRIPTION_FRAME, start);
          head = new String(start.array(), StandardCharsets.ISO_8859_1);
        }
      }
      case Event.Device e ->
          found(
              e.section(), SectionDecoders.decode(e, e.section()).or(e::state), e.range().length());
      case Event.IterablePart e -> {
        length = e.range().length();
        record(e);
      }
      case Event.Unknown e when e.section().isPresent() ->
          found(e.section().get(), Optional.empty(), length);
      case Event.SectionHeader e -> {
        String key = key(e.section());
        Found before = sections.putIfAbsent(key, new Found(e.section(), List.of(), 0));
        if (before != null && e.isFirst()) {
          alike.add(key);
        }
      }
      case Event.Command e -> commands.add(CommandType.of(e.code()).label());
      default -> {}
    }
  }

  private void found(Section section, Optional<StateNode> state, long bytes) {
    length = bytes;
    sections.put(key(section), new Found(section, state.map(List::of).orElse(List.of()), bytes));
  }

  private void record(Event.IterablePart part) throws IOException {
    Found known = sections.get(key(part.section()));
    if (known == null || known.records().size() >= MOST_RECORDS) {
      return;
    }
    Optional<StateNode> state = SectionDecoders.decode(part, part.section());
    if (state.isPresent()) {
      List<StateNode> records = new ArrayList<>(known.records());
      records.add(state.get());
      sections.put(key(part.section()), new Found(known.section(), records, known.length()));
    }
  }

  /** Adds the command that most likely stands between pages that were passed over. */
  public void assumeSwitchover() {
    boolean announced =
        MachineRelease.of(machine()).map(MachineRelease::announcesSwitchover).orElse(true);
    String label = CommandType.SWITCHOVER_START.label();
    if (announced && !commands.contains(label)) {
      commands.add(label);
    }
  }

  /** Returns the first bytes of the description, empty where there is none. */
  String head() {
    return head;
  }

  /** Returns the machine type. */
  public String machine() {
    return configuration().machine();
  }

  StreamConfiguration configuration() {
    return front.configuration().orElseGet(() -> StreamConfiguration.absent(StreamFormat.VERSION));
  }

  Map<String, Found> sections() {
    return sections;
  }

  List<String> commands() {
    return commands;
  }

  /** Reports whether pages have fixed places. */
  boolean isFixed() {
    return blocks().stream().anyMatch(block -> block.mapped().isPresent());
  }

  List<RamBlock> blocks() {
    return front.blocks();
  }

  /** Returns how the stream is compressed, as far as it is. */
  Optional<Compression> compression() {
    return front.compression();
  }

  Optional<SaveHeader> saveHeader() {
    return front.saveHeader();
  }

  /**
   * Returns the section that a name means, alone or with {@code #INSTANCE}; the last part of a
   * device path is enough where it is the only one.
   */
  Found section(String name) throws ChangeException {
    Found found = named(name);
    String key = key(found.section());
    if (alike.contains(key)) {
      throw new ChangeException("section " + key + ": expected one of this name, found several");
    }
    return found;
  }

  private Found named(String name) throws ChangeException {
    if (sections.containsKey(name)) {
      return sections.get(name);
    }
    List<Found> all =
        sections.values().stream().filter(f -> f.section().name().equals(name)).toList();
    if (all.isEmpty()) {
      all = sections.values().stream().filter(f -> f.section().isCalled(name)).toList();
    }
    if (all.isEmpty()) {
      throw ChangeException.unknown("section", name, sections.keySet());
    }
    if (all.size() > 1) {
      throw new ChangeException(
          "section "
              + name
              + ": expected an instance, one of "
              + String.join(", ", all.stream().map(f -> key(f.section())).toList()));
    }
    return all.getFirst();
  }

  RamBlock block(String name) throws ChangeException {
    for (RamBlock block : blocks()) {
      if (block.name().equals(name)) {
        return block;
      }
    }
    throw ChangeException.unknown("block", name, blocks().stream().map(RamBlock::name).toList());
  }

  /**
   * Returns the section in which a path of a field begins: the longest name in front of a dot.
   *
   * @return the section's key and what follows the dot
   */
  Map.Entry<String, String> split(String path) throws ChangeException {
    for (int dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
      String name = path.substring(0, dot);
      boolean known =
          sections.containsKey(name)
              || sections.values().stream().anyMatch(f -> f.section().isCalled(name));
      if (known) {
        return Map.entry(key(section(name).section()), path.substring(dot + 1));
      }
    }
    int dot = path.indexOf('.', path.lastIndexOf('/') + 1);
    throw ChangeException.unknown(
        "section", dot < 0 ? path : path.substring(0, dot), sections.keySet());
  }
}
