package org.vmstate.formats.vmdesc;

import java.util.List;
import java.util.Optional;

/**
 * The whole vmdescription.
 *
 * @param pageSize target page size in bytes
 * @param configuration description of the configuration record
 * @param devices devices in the order in which their sections were finished
 * @param repeated members that an object has twice; queues, which do rightly, left out
 */
public record VmDescription(
    long pageSize,
    Optional<StateDesc> configuration,
    List<DeviceDesc> devices,
    List<RepeatedMember> repeated) {

  /** Finds the description of a section. */
  public Optional<DeviceDesc> find(String name, long instance) {
    for (DeviceDesc d : devices) {
      if (d.instance() == instance && d.name().equals(name)) {
        return Optional.of(d);
      }
    }
    return Optional.empty();
  }
}
