package org.vmstate.formats.vmdesc;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the descriptions of sections that come one after the other. Two devices may have one name
 * and one instance, as both IDE controllers of QEMU 7.2's isapc: each has a section and a
 * description, in the same order. Source: QEMU 7.2 hw/ide/isa.c, migration/savevm.c.
 */
public final class DescriptionCursor {
  /** The number that QEMU takes for each device without a number of old. */
  public static final long NO_ALIAS = 0xffffffffL;

  private final VmDescription description;
  private final Map<VmDescription.Key, Integer> met = new HashMap<>();

  DescriptionCursor(VmDescription description) {
    this.description = description;
  }

  /** Finds the description of the next section; one too many has the last one of its name. */
  public Optional<DeviceDesc> next(String name, long instance) {
    VmDescription.Key key = new VmDescription.Key(name, instance);
    List<DeviceDesc> alike = description.alike(key);
    if (alike.isEmpty()) {
      Optional<DeviceDesc> found = description.find(name, instance);
      return found.isEmpty() && instance == NO_ALIAS ? description.first(name) : found;
    }
    int turn = met.merge(key, 1, Integer::sum) - 1;
    return Optional.of(alike.get(Math.min(turn, alike.size() - 1)));
  }
}
