package org.vmstate.analyzer.domain;

import java.io.StringReader;
import java.util.Locale;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * A few facts from a domain XML.
 *
 * @param name name of the domain, may be empty
 * @param uuid its UUID, may be empty
 * @param memory its memory in bytes, 0 when not given
 * @param machine machine type of {@code <os><type>}, may be empty
 */
public record DomainFacts(String name, String uuid, long memory, String machine) {

  /** Reads the facts; an XML that is not well-formed gives nothing. Entities are not resolved. */
  public static Optional<DomainFacts> parse(String xml) {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    String name = "";
    String uuid = "";
    String machine = "";
    long memory = 0;
    try {
      XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(xml));
      int depth = 0;
      while (reader.hasNext()) {
        int event = reader.next();
        if (event == XMLStreamConstants.START_ELEMENT) {
          depth++;
          String element = reader.getLocalName();
          if (depth == 2 && element.equals("name")) {
            name = reader.getElementText();
            depth--;
          } else if (depth == 2 && element.equals("uuid")) {
            uuid = reader.getElementText();
            depth--;
          } else if (depth == 2 && element.equals("memory")) {
            String unit = reader.getAttributeValue(null, "unit");
            memory = bytes(reader.getElementText().trim(), unit);
            depth--;
          } else if (depth == 3 && element.equals("type")) {
            String value = reader.getAttributeValue(null, "machine");
            machine = value == null ? machine : value;
          } else if (depth == 2 && element.equals("devices")) {
            break;
          }
        } else if (event == XMLStreamConstants.END_ELEMENT) {
          depth--;
        }
      }
      return Optional.of(new DomainFacts(name, uuid, memory, machine));
    } catch (XMLStreamException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static long bytes(String number, String unit) {
    long value = Long.parseLong(number);
    return switch (unit == null ? "kib" : unit.toLowerCase(Locale.ROOT)) {
      case "b", "bytes" -> value;
      case "m", "mib" -> value << 20;
      case "g", "gib" -> value << 30;
      case "t", "tib" -> value << 40;
      default -> value << 10;
    };
  }
}
