package org.vmstate.analyzer.facts;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a target said of itself. Lists are empty where it did not say.
 *
 * @param qemu release, such as {@code 10.0.2}
 * @param arch architecture by QEMU's name
 * @param machine machine type
 * @param machines machine types that it offers, and their aliases
 * @param pageSize target page size in bytes
 * @param blocks length in bytes of each RAM block by name
 * @param limits most bytes that a block can have, where that is more than it has
 * @param capabilities migration capabilities that are on
 * @param known all that it knows
 * @param cpu processor
 * @param devices devices as configured
 * @param virtio features of virtio devices
 * @param sections sections that its own state has
 * @param pci configuration space of each PCI function by its section
 * @param queues most entries of each queue of a virtio device by its section
 * @param fixed values that a state has to have in common with the target, by path, such as {@code
 *     0000:00:01.0/virtio-mem-device-early#0.tmp.block_size}
 * @param registers values of the processor's registers by their number, in a state of Arm
 * @param blocking devices whose state cannot be moved, by the names of their sections, the first
 *     one that it names first: with one of them it loads no state at all
 * @param functions what the monitor says of PCI functions by their place: the configuration space
 *     in hexadecimal digits, with {@code x} for each digit that is not known
 * @param description description of its own state as QEMU writes it, empty when not asked for
 * @param types descriptions of {@code -dump-vmstate} of the sections' types
 */
public record TargetFacts(
    String qemu,
    String arch,
    String machine,
    List<String> machines,
    OptionalLong pageSize,
    Map<String, Long> blocks,
    Map<String, Long> limits,
    List<String> capabilities,
    List<String> known,
    Cpu cpu,
    List<Device> devices,
    List<Virtio> virtio,
    List<Known> sections,
    Map<String, String> pci,
    Map<String, List<Long>> queues,
    Map<String, Long> fixed,
    Map<Long, Long> registers,
    List<String> blocking,
    Map<String, String> functions,
    String description,
    Map<?, ?> types) {
  private static final String RELEASE = "-\\d+\\.\\d+$";

  /**
   * Reports whether a machine type differs from the target's in the release at its end only, so
   * that its state may be given the target's.
   */
  public boolean isOtherRelease(String other) {
    return machines.contains(machine)
        && machine.replaceFirst(RELEASE, "").equals(other.replaceFirst(RELEASE, ""));
  }

  /**
   * The processor.
   *
   * @param type QEMU's type
   * @param offered features that the target can give a guest
   * @param missing features that the configured model has, but the target cannot give
   */
  public record Cpu(String type, List<String> offered, List<String> missing) {}

  /**
   * A device.
   *
   * @param path its place in QEMU's object tree
   * @param type its type
   * @param id its id, empty when it has none
   * @param address its place on the PCI buses as in names of sections, empty when it has none
   */
  public record Device(String path, String type, String id, String address) {}

  /**
   * Features of a virtio device.
   *
   * @param address where it is on the PCI buses
   * @param offered feature bits that it offers, where the target gave them
   * @param refused names of features that its properties switch off
   */
  public record Virtio(String address, OptionalLong offered, List<String> refused) {}

  /**
   * A section.
   *
   * @param name its name
   * @param instance its instance
   * @param version its version
   */
  public record Known(String name, long instance, long version) {}
}
