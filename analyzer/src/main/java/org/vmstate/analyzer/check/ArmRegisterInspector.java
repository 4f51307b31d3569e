package org.vmstate.analyzer.check;

import java.io.IOException;
import java.util.Locale;
import org.vmstate.analyzer.facts.ArmRegisters;
import org.vmstate.analyzer.physical.Fields;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.vmdesc.StateNode;

/**
 * Compares how many registers the state of an Arm processor says that it has with its two lists: a
 * loader reads as many from each, whatever their description says.
 */
final class ArmRegisterInspector extends Inspector {
  ArmRegisterInspector(Findings findings) {
    super(findings);
  }

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    if (event instanceof Event.Device e
        && e.state().isPresent()
        && e.section().name().equals(ArmRegisters.SECTION)) {
      lists(e.section(), e.state().get());
    }
  }

  private void lists(Section section, StateNode state) {
    Fields fields = new Fields(state);
    if (!fields.has(ArmRegisters.COUNT)) {
      return;
    }
    applied(Rule.DEVICE_DECODES);
    long count = fields.value(ArmRegisters.COUNT);
    int numbers = fields.values(ArmRegisters.NUMBERS).length;
    int values = fields.values(ArmRegisters.VALUES).length;
    if (numbers != count || values != count) {
      add(
          here(
              Reason.ARM_REGISTER_LISTS,
              Facts.named(section.name(), section.instance()),
              last(),
              String.format(
                  Locale.ROOT,
                  "%s %d: %s is %d, and the lists have %d numbers and %d values",
                  section.name(),
                  section.instance(),
                  ArmRegisters.COUNT,
                  count,
                  numbers,
                  values)));
    }
  }
}
