package org.vmstate.analyzer.check;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.vmstate.analyzer.facts.HostDescription;
import org.vmstate.analyzer.facts.TargetFacts;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;

/** Compares the CPU of a domain XML with what a host has. */
final class HostInspector extends Inspector {
  private final Target target;

  HostInspector(Findings findings, Target target) {
    super(findings);
    this.target = target;
  }

  /** The CPU that a domain XML asks for. */
  private record Cpu(String machine, String model, List<String> required) {}

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    if (event instanceof Event.SaveImageHeader e) {
      Cpu cpu = cpu(e.xml());
      target.host().ifPresent(host -> host(cpu, host));
      target
          .facts()
          .map(TargetFacts::cpu)
          .filter(c -> !c.offered().isEmpty())
          .ifPresent(c -> offered(cpu, c));
    }
  }

  private static Cpu cpu(String xml) {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    List<String> open = new ArrayList<>();
    List<String> required = new ArrayList<>();
    String machine = "";
    String model = "";
    try {
      XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(xml));
      while (reader.hasNext()) {
        int event = reader.next();
        if (event == XMLStreamConstants.END_ELEMENT) {
          open.removeLast();
        } else if (event == XMLStreamConstants.START_ELEMENT) {
          String inside = String.join("/", open);
          String name = reader.getLocalName();
          if (inside.equals("domain/os") && name.equals("type")) {
            machine = String.valueOf(reader.getAttributeValue(null, "machine"));
          } else if (inside.equals("domain/cpu") && name.equals("model")) {
            model = reader.getElementText();
            continue;
          } else if (inside.equals("domain/cpu") && name.equals("feature")) {
            String policy = reader.getAttributeValue(null, "policy");
            if ("require".equals(policy)) {
              required.add(String.valueOf(reader.getAttributeValue(null, "name")));
            }
          }
          open.add(name);
        }
      }
    } catch (XMLStreamException e) {
      // that the XML is broken is another rule's to say
    }
    return new Cpu(machine, model, required);
  }

  private void host(Cpu cpu, HostDescription host) {
    applied(Rule.TARGET_CPU);
    Set<String> machines = host.machines();
    if (!machines.isEmpty() && !cpu.machine().isEmpty() && !machines.contains(cpu.machine())) {
      add(
          Finding.of(
              Rule.TARGET_MACHINE,
              0,
              "libvirt",
              "machine type: the host does not offer " + cpu.machine()));
    }
    boolean listed = !host.usable().isEmpty() || !host.blockers().isEmpty();
    if (listed && !cpu.model().isEmpty() && !host.usable().contains(cpu.model())) {
      List<String> missing = host.blockers().get(cpu.model());
      lacks(
          missing == null
              ? "CPU model " + cpu.model() + ": the host does not know it"
              : "CPU model "
                  + cpu.model()
                  + ": the host lacks "
                  + (missing.isEmpty() ? "what it needs" : String.join(", ", missing)),
          Severity.ERROR);
    }
    for (String feature : cpu.required()) {
      if (host.disabled().contains(feature)) {
        lacks("CPU feature " + feature + ": the host has it not", Severity.ERROR);
      } else if (!host.features().isEmpty() && !host.features().contains(feature)) {
        lacks(
            "CPU feature " + feature + ": is not among those that the host lists beyond its model",
            Severity.INFO);
      }
    }
  }

  /** Libvirt and QEMU write some names with other signs between the words. */
  private static String plain(String feature) {
    return feature.toLowerCase(Locale.ROOT).replaceAll("[._]", "-");
  }

  private void offered(Cpu cpu, TargetFacts.Cpu target) {
    applied(Rule.TARGET_CPU);
    Set<String> offered =
        target.offered().stream().map(HostInspector::plain).collect(Collectors.toSet());
    for (String feature : cpu.required()) {
      if (!offered.contains(plain(feature))) {
        lacks("CPU feature " + feature + ": the target cannot give it", Severity.ERROR);
      }
    }
  }

  private void lacks(String text, Severity severity) {
    add(
        Finding.of(Rule.TARGET_CPU, 0, "libvirt", text)
            .as(severity)
            .with(Map.of("cure", "a host with it; a running guest cannot do without")));
  }
}
