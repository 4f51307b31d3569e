package org.vmstate.analyzer.dump;

import org.vmstate.formats.element.Element;
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

  static String element(Element element) {
    return switch (element) {
      case Element.EnvelopeHeader e -> "libvirt-header";
      case Element.DomainXml e -> "domain-xml";
      case Element.Cookie e -> "cookie";
      case Element.Padding e -> "padding";
      case Element.PackedStream e -> "packed-stream";
      case Element.StreamHeader e -> "stream-header";
      case Element.Configuration e -> "configuration";
      case Element.ConfigurationSubsection e -> "configuration-subsection";
      case Element.SectionHeader e -> "section-header";
      case Element.SectionFooter e -> "section-footer";
      case Element.DevicePayload e -> "device-payload";
      case Element.RamTotal e -> "ram-total";
      case Element.RamBlockEntry e -> "ram-block";
      case Element.MappedHeader e -> "mapped-ram-header";
      case Element.PageBitmap e -> "page-bitmap";
      case Element.PageArea e -> "page-area";
      case Element.RamPages e -> "ram-pages";
      case Element.RamMarker e -> "ram-marker";
      case Element.Command e -> "command";
      case Element.EndOfStream e -> "end-of-stream";
      case Element.Description e -> "vmdescription";
      case Element.Trailing e -> "trailing";
      case Element.Gap e -> "gap";
      case Element.Unknown e -> "unknown";
    };
  }
}
