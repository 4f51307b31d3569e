package org.vmstate.analyzer.facts;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.vmstate.analyzer.output.GivenFile;

/**
 * What libvirt says of a host: the output of {@code virsh domcapabilities}, which names CPU models
 * with what blocks them, or of {@code virsh capabilities}, which names machine types.
 *
 * @param machines machine types, empty where they are not named
 * @param usable CPU models that the host can run
 * @param blockers features that the host lacks, by CPU model that needs them
 * @param features features of the host's CPU beyond its model
 * @param disabled features of the host's model that the host does not have
 */
public record HostDescription(
    Set<String> machines,
    Set<String> usable,
    Map<String, List<String>> blockers,
    Set<String> features,
    Set<String> disabled) {
  private static final long MOST = 16 << 20;

  /** Reports whether a file may hold such a description: whether it is XML. */
  public static boolean is(Path file) throws IOException {
    GivenFile.requireFile(file);
    try (InputStream in = Files.newInputStream(file)) {
      int first = in.read();
      while (first == ' ' || first == '\n' || first == '\r' || first == '\t') {
        first = in.read();
      }
      return first == '<';
    }
  }

  /** Reads a description. Entities are not resolved. */
  public static HostDescription read(Path file) throws IOException {
    if (Files.size(file) > MOST) {
      throw new TargetException(file + ": expected at most 16 MiB of XML");
    }
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    HostDescription host =
        new HostDescription(
            new HashSet<>(), new HashSet<>(), new HashMap<>(), new HashSet<>(), new HashSet<>());
    try (InputStream in = Files.newInputStream(file)) {
      XMLStreamReader xml = factory.createXMLStreamReader(in);
      xml.nextTag();
      if (!xml.getLocalName().matches("domainCapabilities|capabilities")) {
        throw new TargetException(
            file + ": expected domainCapabilities or capabilities, found " + xml.getLocalName());
      }
      host.read(xml);
    } catch (XMLStreamException e) {
      throw new TargetException(file + ": is no XML: " + e.getMessage().lines().findFirst().get());
    }
    return host;
  }

  private void read(XMLStreamReader xml) throws XMLStreamException {
    List<String> open = new ArrayList<>();
    String blocked = "";
    while (xml.hasNext()) {
      int event = xml.next();
      if (event == XMLStreamConstants.END_ELEMENT && !open.isEmpty()) {
        open.removeLast();
      } else if (event == XMLStreamConstants.START_ELEMENT) {
        String name = xml.getLocalName();
        String inside = String.join("/", open);
        String feature = attribute(xml, "name");
        switch (name) {
          case "machine" -> {
            if (inside.endsWith("arch") || inside.endsWith("arch/domain")) {
              machines.add(attribute(xml, "canonical"));
              machines.add(xml.getElementText());
              continue;
            }
          }
          case "model" -> {
            String usability = attribute(xml, "usable");
            if (!usability.isEmpty()) {
              String model = xml.getElementText();
              if (usability.equals("yes")) {
                usable.add(model);
              } else {
                blockers.putIfAbsent(model, List.of());
              }
              continue;
            }
          }
          case "blockers" -> {
            blocked = attribute(xml, "model");
            blockers.put(blocked, new ArrayList<>());
          }
          case "feature" -> {
            if (inside.endsWith("blockers")) {
              blockers.get(blocked).add(feature);
            } else if (inside.endsWith("cpu/mode") || inside.equals("host/cpu")) {
              (attribute(xml, "policy").equals("disable") ? disabled : features).add(feature);
            }
          }
          default -> {}
        }
        open.add(name);
      }
    }
  }

  private static String attribute(XMLStreamReader xml, String name) {
    String value = xml.getAttributeValue(null, name);
    return value == null ? "" : value;
  }
}
