package org.vmstate.analyzer.map;

import java.io.IOException;
import java.util.Locale;
import org.vmstate.formats.element.Element;
import org.vmstate.formats.element.Section;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.stream.CommandType;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.StateVisitor;

/** Names every byte of an image, in the order of the file, and joins what a level does not tell. */
public final class FileMap implements StateVisitor {
  /** Levels: parts, records, elements. */
  public static final int MOST_DETAIL = 3;

  private final int level;
  private final Consumer consumer;
  private boolean unpacked;
  private String part = "stream";
  private String record = "";
  private long records;
  private long recordOfPending;
  private Entry pending;

  /** Takes entries. */
  public interface Consumer {
    /** Takes the next entry. */
    void accept(Entry entry) throws IOException;
  }

  /**
   * Makes a map.
   *
   * @param level 1 to 3
   */
  public FileMap(int level, Consumer consumer) {
    this.level = level;
    this.consumer = consumer;
  }

  @Override
  public void unpacking(Compression compression) throws IOException {
    finish();
    unpacked = true;
  }

  @Override
  public void element(Element element) throws IOException {
    switch (element) {
      case Element.EnvelopeHeader e -> alone(e, "libvirt", "header");
      case Element.DomainXml e -> alone(e, "libvirt", "domain XML");
      case Element.Cookie e -> alone(e, "libvirt", "cookie");
      case Element.Padding e -> alone(e, "libvirt", "padding");
      case Element.PackedStream e -> alone(e, "packed stream", e.compression().label() + " data");
      case Element.StreamHeader e -> alone(e, "stream", "magic and version");
      case Element.Configuration e -> alone(e, "stream", "configuration");
      case Element.ConfigurationSubsection e -> add(e, e.subsection().name());
      case Element.SectionHeader e -> section(e);
      case Element.SectionFooter e -> add(e, "footer");
      case Element.DevicePayload e -> add(e, "state");
      case Element.RamTotal e -> add(e, "total length");
      case Element.RamBlockEntry e -> add(e, "block " + e.block().name());
      case Element.MappedHeader e -> add(e, "header of " + e.block().name());
      case Element.PageBitmap e -> add(e, "bitmap of " + e.block().name());
      case Element.PageArea e -> add(e, "pages of " + e.block().name());
      case Element.RamPages e -> add(e, pages(e));
      case Element.RamMarker e -> add(e, "marker 0x" + Long.toHexString(e.word() & 0xfff));
      case Element.Command e -> alone(e, "stream", "command " + CommandType.of(e.code()).label());
      case Element.EndOfStream e -> alone(e, "stream", "end mark");
      case Element.Description e -> alone(e, "description", "JSON");
      case Element.Trailing e -> alone(e, "behind the stream", "trailing bytes");
      case Element.Gap e -> {
        if (records == 0) {
          alone(e, "unused", "unused space");
        } else {
          add(e, "unused space");
        }
      }
      case Element.Unknown e -> add(e, "unknown: " + e.why());
    }
  }

  private static String pages(Element.RamPages e) {
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

  private void section(Element.SectionHeader e) throws IOException {
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

  private void alone(Element element, String newPart, String name) throws IOException {
    begin(newPart, name);
    add(element, name);
  }

  private void add(Element element, String name) throws IOException {
    Entry entry = new Entry(element.range(), unpacked, part, record, name);
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

  /** Gives the last entry; to be called behind the pass. */
  public void finish() throws IOException {
    if (pending != null) {
      consumer.accept(pending);
      pending = null;
    }
  }
}
