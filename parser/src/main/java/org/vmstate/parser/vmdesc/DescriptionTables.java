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
import org.vmstate.formats.stream.StreamConfiguration;
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
  private static final List<String> FAMILIES = List.of("pc-i440fx-", "pc-q35-");

  private final String machine;
  private final Limits limits;
  private VmDescription table;

  private DescriptionTables(String machine, Limits limits) {
    this.machine = machine;
    this.limits = limits;
  }

  /**
   * Returns the table of a machine type: of its own release, else of the next that is known. A
   * stream that names no machine, such as the device state that Xen saves, may be of any: all
   * tables are returned, the likeliest first.
   */
  public static List<DescriptionTables> of(StreamConfiguration configuration, Limits limits) {
    List<DescriptionTables> result = new ArrayList<>();
    if (!configuration.present()) {
      for (String family : FAMILIES) {
        for (String release : RELEASES.reversed()) {
          result.add(new DescriptionTables(family + release, limits));
        }
      }
      return result;
    }
    String named = configuration.machine();
    Optional<String> family = FAMILIES.stream().filter(named::startsWith).findFirst();
    Optional<MachineRelease> release = MachineRelease.of(named);
    if (family.isPresent() && release.isPresent()) {
      String chosen = RELEASES.getLast();
      for (String known : RELEASES.reversed()) {
        MachineRelease number = MachineRelease.of("-" + known).orElseThrow();
        if (number.isFrom(release.get().major(), release.get().minor())) {
          chosen = known;
        }
      }
      result.add(new DescriptionTables(family.get() + chosen, limits));
    }
    return result;
  }

  private VmDescription table() throws IOException {
    if (table == null) {
      try (InputStream in = DescriptionTables.class.getResourceAsStream(machine + ".json.gz")) {
        byte[] text = new GZIPInputStream(in).readAllBytes();
        table = DescriptionParser.parse(text, 0, limits);
      }
    }
    return table;
  }

  /** Returns QEMU and machine type in words. */
  public String label() {
    return "the table of QEMU "
        + machine.substring(machine.lastIndexOf('-') + 1)
        + ", machine "
        + machine;
  }

  /** Returns what a section may hold, the likeliest first. */
  public List<StateDesc> candidates(Section section) throws IOException {
    List<StateDesc> result = new ArrayList<>();
    for (DeviceDesc device : table().devices()) {
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
