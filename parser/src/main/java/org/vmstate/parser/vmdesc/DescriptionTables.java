package org.vmstate.parser.vmdesc;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
  private static final String X86 = "x86";
  private static final List<String> X86_RELEASES = List.of("5.2", "7.2", "10.0", "11.1");
  private static final List<String> RELEASES = List.of("10.0");

  /** Machine types without a release, and the architecture of each family. */
  private static final Map<String, String> FAMILIES =
      Map.ofEntries(
          Map.entry("pc-i440fx", X86),
          Map.entry("pc-q35", X86),
          Map.entry("microvm", X86),
          Map.entry("isapc", X86),
          Map.entry("xenfv", X86),
          Map.entry("virt", "arm"),
          Map.entry("pseries", "ppc"),
          Map.entry("s390-ccw-virtio", "s390"));

  private static final String RISC_V = "riscv";

  private final String architecture;
  private final String release;
  private final String machine;
  private final Limits limits;
  private final TableFit.Work work;
  private VmDescription table;

  private DescriptionTables(
      String architecture, String release, String machine, Limits limits, TableFit.Work work) {
    this.architecture = architecture;
    this.release = release;
    this.machine = machine;
    this.limits = limits;
    this.work = work;
  }

  /**
   * Returns the tables of a machine type, the likeliest first: that of its own release, else of the
   * next that is known, then older ones. A stream that names no machine, such as the device state
   * that Xen saves, is taken for one of a PC.
   */
  public static List<DescriptionTables> of(StreamConfiguration configuration, Limits limits) {
    String named = configuration.present() ? configuration.machine() : "pc-i440fx";
    Optional<MachineRelease> number = MachineRelease.of(named);
    String family = number.isPresent() ? named.substring(0, named.lastIndexOf('-')) : named;
    String architecture = FAMILIES.get(family);
    // Arm's and RISC-V's machine have one name, but only Arm's have releases
    if (family.equals("virt") && number.isEmpty()) {
      architecture = RISC_V;
    }
    List<DescriptionTables> result = new ArrayList<>();
    if (architecture == null) {
      return result;
    }
    TableFit.Work work = new TableFit.Work();
    int own = 0;
    for (String release : architecture.equals(X86) ? X86_RELEASES : RELEASES) {
      MachineRelease known = MachineRelease.of("-" + release).orElseThrow();
      String machine = number.isEmpty() && named.indexOf('-') < 0 ? named : family + "-" + release;
      boolean older =
          number.isPresent() && !known.isFrom(number.get().major(), number.get().minor());
      DescriptionTables table = new DescriptionTables(architecture, release, machine, limits, work);
      // of those from the machine's release on the oldest, then the newer, then the older ones
      if (older || number.isEmpty()) {
        result.add(own, table);
      } else {
        result.add(own++, table);
      }
    }
    if (!architecture.equals(X86)) {
      // for devices that are the same everywhere, such as those of PCI and USB
      String release = RELEASES.getFirst();
      result.add(new DescriptionTables(X86, release, "pc-q35-" + release, limits, work));
    }
    return result;
  }

  private VmDescription table() throws IOException {
    if (table == null) {
      try (InputStream in =
          DescriptionTables.class.getResourceAsStream(architecture + "-" + release + ".json.gz")) {
        byte[] text = new GZIPInputStream(in).readAllBytes();
        table = DescriptionParser.parse(text, 0, limits);
      }
    }
    return table;
  }

  /** Returns QEMU and machine type in words. */
  public String label() {
    return "the table of QEMU " + release + ", machine " + machine;
  }

  /**
   * Returns a description of all of a section's bytes, if the table has one.
   *
   * @param bytes what stands between the section's header and its footer
   */
  public Optional<StateDesc> describe(Section section, byte[] bytes) throws IOException {
    String last = section.name().substring(section.name().lastIndexOf('/') + 1);
    for (DeviceDesc device : table().devices()) {
      // devices of old have no version in their description
      if ((device.state().version() == section.version() || device.state().name().isEmpty())
          && device.name().equals(last)) {
        Optional<StateDesc> desc = TableFit.of(bytes, device.state(), limits, work);
        if (desc.isPresent()) {
          return desc;
        }
      }
    }
    return Optional.empty();
  }
}
