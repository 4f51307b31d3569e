package org.vmstate.analyzer.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.vmstate.formats.device.PciFormat;
import org.vmstate.formats.device.PciFunction;
import org.vmstate.formats.device.VirtioFormat;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.FieldType;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.device.DeviceDecoders;

/** Rules on what the description shows of virtio devices and PCI functions only as bytes. */
final class VirtioStateInspector extends Inspector {
  VirtioStateInspector(Findings findings) {
    super(findings);
  }

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    if (event instanceof Event.Device e && e.state().isPresent()) {
      StateNode expanded =
          DeviceDecoders.expandWith(
              e.state().get(),
              (field, problem) -> problem.ifPresent(p -> undecoded(e.section(), p)));
      fields(e.section(), expanded.desc().name(), expanded);
      PciFunction.badVersion(e.state().get()).ifPresent(v -> version(e, v));
    }
  }

  private void version(Event.Device e, long found) {
    applied(Rule.VIRTIO_STATE);
    add(
        Finding.of(
            Problem.of(
                Reason.PCI_VERSION,
                e.section().name()
                    + ": version of the PCI function: expected 0 to 2, found "
                    + found,
                e.range().start(),
                e.section().name(),
                Facts.found(found))));
  }

  private void undecoded(Section section, Problem problem) {
    if (problem.reason().rule() == Rule.VIRTIO_STATE) {
      add(
          Finding.of(
              Problem.of(
                  problem.reason(),
                  section.name() + ": " + problem.words(),
                  problem.offset(),
                  section.name(),
                  problem.facts())));
    }
  }

  private void fields(Section section, String device, StateNode node) {
    for (FieldNode field : node.fields()) {
      String name = field.desc().name();
      boolean virtio = node.desc().name().equals(VirtioFormat.TYPE);
      if (virtio && name.equals("queue_sel")) {
        selected(section, device, field);
      } else if (virtio && name.equals("intx") || field.desc().type() == FieldType.PCI_IRQ) {
        levels(section, field);
      } else if (field.desc().typeName().equals(PciFormat.TYPE)) {
        configuration(section, field);
      }
      for (StateNode element : field.elements()) {
        fields(section, device, element);
      }
    }
    for (StateNode subsection : node.subsections()) {
      fields(section, device, subsection);
    }
  }

  private void selected(Section section, String device, FieldNode field) {
    applied(Rule.VIRTIO_STATE);
    int selected = ByteBuffer.wrap(field.raw()).getShort() & 0xffff;
    if (selected >= VirtioFormat.MOST_QUEUES) {
      add(
          of(
              Reason.VIRTIO_QUEUE_SELECTED,
              Facts.named(device, selected),
              section,
              field,
              "queue "
                  + selected
                  + " is selected, expected one below "
                  + VirtioFormat.MOST_QUEUES));
    }
  }

  private void configuration(Section section, FieldNode field) {
    applied(Rule.VIRTIO_STATE);
    long length = field.range().length();
    if (length != PciFormat.CONFIGURATION && length != PciFormat.EXPRESS_CONFIGURATION) {
      add(
          of(
              Reason.PCI_CONFIGURATION_LENGTH,
              Facts.found(length),
              section,
              field,
              "configuration space: expected "
                  + PciFormat.CONFIGURATION
                  + " or "
                  + PciFormat.EXPRESS_CONFIGURATION
                  + " bytes, found "
                  + length));
    }
  }

  private void levels(Section section, FieldNode field) {
    applied(Rule.VIRTIO_STATE);
    for (ByteBuffer raw = ByteBuffer.wrap(field.raw()); raw.remaining() >= Integer.BYTES; ) {
      int level = raw.getInt();
      if (level < 0 || level > 1) {
        add(
            of(
                Reason.PCI_INTERRUPT_LEVEL,
                Facts.found(level),
                section,
                field,
                "level of an interrupt: expected 0 or 1, found " + level));
        return;
      }
    }
  }

  private static Finding of(
      Reason reason, Facts facts, Section section, FieldNode field, String words) {
    return Finding.of(
        Problem.of(
            reason, section.name() + ": " + words, field.range().start(), section.name(), facts));
  }
}
