package org.vmstate.analyzer.domain;

import java.io.StringReader;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.vmstate.analyzer.output.ConversionException;

/** Checks strings that are to go into a save header. Entities are refused, not resolved. */
public final class DomainXmlCheck {
  private DomainXmlCheck() {}

  /**
   * Requires a well-formed document without a document type.
   *
   * @param name what errors call it
   * @param root name of the root element
   */
  public static void require(String name, String xml, String root) throws ConversionException {
    if (xml.indexOf('\0') >= 0) {
      throw ConversionException.named(name + ": expected text, found a zero byte");
    }
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    try {
      XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(xml));
      String found = null;
      while (reader.hasNext()) {
        int event = reader.next();
        if (event == XMLStreamReader.START_ELEMENT && found == null) {
          found = reader.getLocalName();
        }
        if (event == XMLStreamReader.DTD || event == XMLStreamReader.ENTITY_REFERENCE) {
          throw ConversionException.named(
              name + ": document types and entities are not allowed in a saved image");
        }
      }
      if (!root.equals(found)) {
        throw ConversionException.named(
            name + ": expected the root element <" + root + ">, found <" + found + ">");
      }
    } catch (XMLStreamException e) {
      throw ConversionException.named(name + ": not well-formed: " + reason(e));
    }
  }

  /** The parser's text starts with a line on the place. */
  private static String reason(XMLStreamException e) {
    String text = String.valueOf(e.getMessage());
    int at = text.lastIndexOf("Message: ");
    String reason = at < 0 ? text : text.substring(at + "Message: ".length());
    return e.getLocation() == null
        ? reason
        : "line " + e.getLocation().getLineNumber() + ": " + reason.strip();
  }
}
