package org.vmstate.parser.vmdesc;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.vmstate.formats.Limits;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.stream.MachineRelease;
import org.vmstate.formats.vmdesc.DeviceDesc;
import org.vmstate.formats.vmdesc.StateDesc;
import org.vmstate.formats.vmdesc.VmDescription;

/**
 * Descriptions of the devices of some machine types, for streams that have none of their own. They
 * were recorded by .ci/tables; a stream need not fit them, so that each use has to be checked by
 * the section's footer.
 */
public final class DescriptionTables {
  private static final List<String> RELEASES = List.of("5.2", "7.2", "10.0", "11.1");
  private static final List<String> FAMILIES = List.of("pc-q35-", "pc-i440fx-");

  private final String machine;
  private final VmDescription table;

  private DescriptionTables(String machine, VmDescription table) {
    this.machine = machine;
    this.table = table;
  }

  /** Returns the table of a machine type: of its own release, else of the next that is known. */
  public static Optional<DescriptionTables> of(String machine, Limits limits) throws IOException {
    Optional<String> family = FAMILIES.stream().filter(machine::startsWith).findFirst();
    Optional<MachineRelease> release = MachineRelease.of(machine);
    if (family.isEmpty() || release.isEmpty()) {
      return Optional.empty();
    }
    String chosen = RELEASES.getLast();
    for (String known : RELEASES.reversed()) {
      MachineRelease number = MachineRelease.of("-" + known).orElseThrow();
      if (number.isFrom(release.get().major(), release.get().minor())) {
        chosen = known;
      }
    }
    String name = family.get() + chosen;
    try (InputStream in = DescriptionTables.class.getResourceAsStream(name + ".json.gz")) {
      if (in == null) {
        return Optional.empty();
      }
      byte[] text = new GZIPInputStream(in).readAllBytes();
      return Optional.of(new DescriptionTables(name, DescriptionParser.parse(text, 0, limits)));
    }
  }

  /** Returns QEMU and machine type in words. */
  public String label() {
    return "the table of QEMU "
        + machine.substring(machine.lastIndexOf('-') + 1)
        + ", machine "
        + machine;
  }

  /** Returns what a section may hold, the likeliest first. */
  public List<StateDesc> candidates(Section section) {
    List<StateDesc> result = new ArrayList<>();
    for (DeviceDesc device : table.devices()) {
      if (device.state().version() == section.version()
          && !result.contains(device.state())
          && lastPart(device.name()).equals(lastPart(section.name()))) {
        result.add(device.name().equals(section.name()) ? 0 : result.size(), device.state());
      }
    }
    return result;
  }

  private static String lastPart(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }
}
