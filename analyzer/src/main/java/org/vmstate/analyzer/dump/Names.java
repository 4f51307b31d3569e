package org.vmstate.analyzer.dump;

import org.vmstate.formats.event.Event;
import org.vmstate.formats.stream.StreamFormat;

/** Names of records and elements in reports. */
final class Names {
  private Names() {}

  static String record(int type) {
    return switch (type) {
      case StreamFormat.SECTION_START -> "start";
      case StreamFormat.SECTION_PART -> "part";
      case StreamFormat.SECTION_END -> "end";
      default -> "full";
    };
  }

  static String element(Event event) {
    return switch (event) {
      case Event.SaveImageHeader e -> "libvirt-header";
      case Event.DomainXml e -> "domain-xml";
      case Event.Cookie e -> "cookie";
      case Event.Padding e -> "padding";
      case Event.CompressedStream e -> "compressed-stream";
      case Event.StreamHeader e -> "stream-header";
      case Event.Configuration e -> "configuration";
      case Event.SectionHeader e -> "section-header";
      case Event.SectionFooter e -> "section-footer";
      case Event.Device e -> "device-payload";
      case Event.IterablePart e -> "device-payload";
      case Event.RamTotal e -> "ram-total";
      case Event.RamBlockEntry e -> "ram-block";
      case Event.MappedHeader e -> "mapped-ram-header";
      case Event.PageBitmap e -> "page-bitmap";
      case Event.PageArea e -> "page-area";
      case Event.RamPages e -> "ram-pages";
      case Event.RamMarker e -> "ram-marker";
      case Event.Command e -> "command";
      case Event.EndOfStream e -> "end-of-stream";
      case Event.Description e -> "vmdescription";
      case Event.Trailing e -> "trailing";
      case Event.Gap e -> "gap";
      case Event.Unknown e -> "unknown";
      case Event.RamListEnd e -> "ram-list-end";
      case Event.MappedPages e -> "mapped-pages";
      case Event.Described e -> "described";
      case Event.Notice e -> "notice";
    };
  }
}
