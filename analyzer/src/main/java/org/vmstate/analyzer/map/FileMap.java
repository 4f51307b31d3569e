package org.vmstate.analyzer.map;

import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.stream.CommandType;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.device.DeviceDecoders;
import org.vmstate.parser.device.SectionDecoders;

/** Names every byte of an image, in the order of the file, and joins what a level does not tell. */
public final class FileMap implements EventSink {
  /** Levels: parts, records, elements. */
  public static final int MOST_DETAIL = 4;

  /** The level that names the fields of devices. */
  private static final int FIELDS = 4;

  private final int level;
  private final Consumer consumer;
  private boolean decompressed;
  private String part = "stream";
  private String record = "";
  private long records;
  private long recordOfPending;
  private Entry pending;

  /** Takes entries. */
  public interface Consumer {
    /** Accepts the next entry. */
    void accept(Entry entry) throws IOException;
  }

  /**
   * Makes a map.
   *
   * @param level 1 to 4
   */
  public FileMap(int level, Consumer consumer) {
    this.level = level;
    this.consumer = consumer;
  }

  @Override
  public void accept(Event event) throws IOException {
    if (!event.covers()) {
      if (event instanceof Event.CompressedStream) {
        decompressed = true;
      }
      return;
    }
    switch (event) {
      case Event.SaveImageHeader e -> alone(e, "libvirt", "header");
      case Event.DomainXml e -> alone(e, "libvirt", "domain XML");
      case Event.Cookie e -> alone(e, "libvirt", "cookie");
      case Event.Padding e -> alone(e, "libvirt", "padding");
      case Event.CompressedStream e -> {
        alone(e, "compressed stream", e.compression().label() + " data");
        finish();
        decompressed = true;
      }
      case Event.StreamHeader e -> alone(e, "stream", "magic and version");
      case Event.Configuration e -> {
        begin("stream", "configuration");
        addRange(e.head(), "configuration");
        for (Event.SubsectionPart subsection : e.parts()) {
          addRange(subsection.range(), subsection.subsection().name());
        }
      }
      case Event.SectionHeader e -> section(e);
      case Event.SectionFooter e -> add(e, "footer");
      case Event.Device e ->
          state(e, level < FIELDS ? Optional.empty() : DeviceDecoders.decode(e, note -> {}));
      case Event.IterablePart e ->
          state(e, level < FIELDS ? Optional.empty() : SectionDecoders.decode(e, e.section()));
      case Event.RamTotal e -> add(e, "total length");
      case Event.RamBlockEntry e -> add(e, "block " + e.block().name());
      case Event.MappedHeader e -> add(e, "header of " + e.block().name());
      case Event.PageBitmap e -> add(e, "bitmap of " + e.block().name());
      case Event.PageArea e -> add(e, "pages of " + e.block().name());
      case Event.RamPages e -> add(e, pages(e));
      case Event.RamMarker e -> add(e, "marker 0x" + Long.toHexString(e.word() & 0xfff));
      case Event.Command e -> alone(e, "stream", "command " + CommandType.of(e.code()).label());
      case Event.EndOfStream e -> alone(e, "stream", "end mark");
      case Event.Description e -> alone(e, "description", "JSON");
      case Event.Trailing e -> alone(e, "after the stream", "trailing bytes");
      case Event.Gap e -> {
        if (records == 0) {
          alone(e, "unused", "unused space");
        } else {
          add(e, "unused space");
        }
      }
      case Event.Unknown e -> add(e, "unknown: " + e.why());
      case Event.RamListEnd _, Event.MappedPages _, Event.Described _, Event.Notice _ -> {}
    }
  }

  private static String pages(Event.RamPages e) {
    long first = e.run().firstPage();
    int size = e.run().block().pageSize();
    return String.format(
        Locale.ROOT,
        "%s %s 0x%x%s",
        e.run().block().name(),
        e.run().kind().label(),
        first * size,
        e.run().count() == 1
            ? ""
            : String.format(Locale.ROOT, " to 0x%x", (first + e.run().count()) * size));
  }

  private void state(Event e, Optional<StateNode> state) throws IOException {
    if (state.isPresent()) {
      StateRanges.of(e.range(), state.get(), this::addRange);
    } else {
      add(e, "state");
    }
  }

  private void section(Event.SectionHeader e) throws IOException {
    Section section = e.section();
    boolean ram = section.name().equals(RamFormat.IDSTR);
    String type =
        switch (e.recordType()) {
          case StreamFormat.SECTION_START -> "START";
          case StreamFormat.SECTION_PART -> "PART";
          case StreamFormat.SECTION_END -> "END";
          default -> "FULL";
        };
    begin(ram ? "ram" : "devices", type + " " + section.name() + " " + section.instance());
    add(e, "section header");
  }

  private void begin(String newPart, String newRecord) {
    part = newPart;
    record = newRecord;
    records++;
  }

  private void alone(Event event, String newPart, String name) throws IOException {
    begin(newPart, name);
    add(event, name);
  }

  private void add(Event event, String name) throws IOException {
    addRange(event.range(), name);
  }

  private void addRange(ByteRange range, String name) throws IOException {
    Entry entry = new Entry(range, decompressed, part, record, name);
    boolean joins =
        pending != null
            && pending.range().end() == entry.range().start()
            && switch (level) {
              case 1 -> pending.part().equals(entry.part());
              case 2 -> recordOfPending == records;
              default -> false;
            };
    if (joins) {
      pending = pending.to(entry.range().end());
    } else {
      finish();
      pending = entry;
    }
    recordOfPending = records;
  }

  /** Gives the last entry; to be called after the pass. */
  public void finish() throws IOException {
    if (pending != null) {
      consumer.accept(pending);
      pending = null;
    }
  }
}
