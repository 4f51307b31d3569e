package org.vmstate.analyzer.check;

import java.io.IOException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.rule.QemuRelease;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.stream.MachineRelease;
import org.vmstate.formats.stream.StreamFormat;

/**
 * Where no target says what it offers: the release that was asked for has no machine type of a
 * later one. Of the newest release that is known nothing is said, as there will be newer ones.
 */
final class MachineInspector extends Inspector {
  MachineInspector(Findings findings) {
    super(findings);
  }

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    if (event instanceof Event.Configuration e
        && e.configuration().present()
        && release().compareTo(QemuRelease.DEFAULT) < 0) {
      String name = e.configuration().machine();
      MachineRelease.of(name)
          .filter(since -> !release().isFrom(since.major(), since.minor()))
          .ifPresent(
              since ->
                  add(
                      here(
                          Rule.TARGET_MACHINE,
                          e.range().start() + StreamFormat.MACHINE_AT,
                          "machine type "
                              + name
                              + ": QEMU before "
                              + since
                              + " does not have it")));
    }
  }
}
