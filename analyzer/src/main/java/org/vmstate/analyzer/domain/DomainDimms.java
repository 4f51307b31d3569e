package org.vmstate.analyzer.domain;

import java.io.StringReader;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Addresses of DIMMs in a domain XML: {@code devices/memory} has an {@code address} with a {@code
 * base} and an {@code alias}; libvirt calls the block {@code mem} and the alias. Source: libvirt
 * 11.3 src/qemu/qemu_command.c.
 */
public final class DomainDimms {
  /** Where there is no domain XML; reading an empty one would load the whole XML parser. */
  public static final DomainDimms NONE = new DomainDimms();

  private final Map<String, Long> bases = new HashMap<>();

  private DomainDimms() {}

  /** Reads a domain XML; one that cannot be read has no DIMMs. */
  public DomainDimms(String xml) {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    try {
      XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(xml));
      String alias = null;
      String base = null;
      int depth = 0;
      int memory = 0;
      while (reader.hasNext()) {
        int event = reader.next();
        if (event == XMLStreamConstants.START_ELEMENT) {
          depth++;
          switch (reader.getLocalName()) {
            case "memory" -> {
              memory = depth == 3 ? depth : memory;
              alias = null;
              base = null;
            }
            case "alias" -> alias = reader.getAttributeValue(null, "name");
            case "address" -> base = reader.getAttributeValue(null, "base");
            default -> {}
          }
        } else if (event == XMLStreamConstants.END_ELEMENT) {
          if (depth == memory && alias != null && base != null) {
            bases.put("mem" + alias, Long.decode(base));
          }
          memory = depth == memory ? 0 : memory;
          depth--;
        }
      }
    } catch (XMLStreamException | NumberFormatException e) {
      // check says what is wrong with it
      bases.clear();
    }
  }

  /** Returns the address of a block, by its name with or without a path in front. */
  public OptionalLong base(String block) {
    Long base = bases.get(block.substring(block.lastIndexOf('/') + 1));
    return base == null || base < 0 ? OptionalLong.empty() : OptionalLong.of(base);
  }
}
