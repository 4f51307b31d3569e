package org.vmstate.parser.vmdesc;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vmstate.formats.vmdesc.DeviceDesc;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.FieldType;
import org.vmstate.formats.vmdesc.StateDesc;

/**
 * The channel subsystems of s390x, an array of pointers. QEMU up to 9.2 describes such an array by
 * its first element alone, although some are NULL and some are not. Those that a device is in and
 * that of virtual devices are there. Source: QEMU 7.2 and 10.0 hw/s390x/css.c, migration/vmstate.c;
 * the fields as 10.0 describes them.
 */
final class ChannelSubsystems {
  private static final String STATE = "s390_css";
  private static final String FIELD = "css";
  private static final int SUBSYSTEMS = 256;
  private static final int VIRTUAL = 0xfe;
  private static final int PATHS = 256;
  private static final Pattern DEVICE =
      Pattern.compile("/([0-9a-f]{1,2})\\.[0-3]\\.[0-9a-f]{4}/.*");

  private ChannelSubsystems() {}

  /** Returns descriptions that say which subsystems are there. */
  static List<DeviceDesc> complete(List<DeviceDesc> devices) {
    List<DeviceDesc> result = new ArrayList<>(devices);
    for (int i = 0; i < devices.size(); i++) {
      DeviceDesc device = devices.get(i);
      StateDesc state = device.state();
      if (state.name().equals(STATE)
          && state.fields().stream().anyMatch(ChannelSubsystems::isWhole)) {
        List<FieldDesc> fields = new ArrayList<>();
        for (FieldDesc field : state.fields()) {
          fields.addAll(isWhole(field) ? runs(used(devices)) : List.of(field));
        }
        result.set(
            i,
            new DeviceDesc(
                device.name(),
                device.instance(),
                new StateDesc(state.name(), state.version(), fields, state.subsections())));
      }
    }
    return result;
  }

  private static boolean isWhole(FieldDesc field) {
    return field.name().equals(FIELD) && field.count() == SUBSYSTEMS;
  }

  private static SortedSet<Integer> used(List<DeviceDesc> devices) {
    SortedSet<Integer> numbers = new TreeSet<>();
    numbers.add(VIRTUAL);
    for (DeviceDesc device : devices) {
      Matcher m = DEVICE.matcher(device.name());
      if (m.matches()) {
        numbers.add(Integer.parseInt(m.group(1), 16));
      }
    }
    return numbers;
  }

  private static List<FieldDesc> runs(SortedSet<Integer> used) {
    List<FieldDesc> fields = new ArrayList<>();
    int from = 0;
    for (int number : used) {
      nulls(fields, number - from);
      fields.add(subsystem());
      from = number + 1;
    }
    nulls(fields, SUBSYSTEMS - from);
    return fields;
  }

  private static void nulls(List<FieldDesc> fields, int count) {
    if (count > 0) {
      fields.add(
          new FieldDesc(FIELD, "nullptr", FieldType.NULLPTR, count, count > 1, 1, List.of()));
    }
  }

  private static FieldDesc subsystem() {
    List<FieldDesc> path = new ArrayList<>();
    for (String name : List.of("in_use", "type", "is_virtual")) {
      path.add(new FieldDesc(name, "uint8", FieldType.of("uint8"), 1, false, 1, List.of()));
    }
    StateDesc element = new StateDesc("s390_chp_info", 1, path, List.of());
    FieldDesc paths = structs("chpids", PATHS, path.size(), element);
    StateDesc image = new StateDesc("s390_css_img", 1, List.of(paths), List.of());
    return structs(FIELD, 1, paths.size() * PATHS, image);
  }

  private static FieldDesc structs(String name, int count, long size, StateDesc element) {
    return new FieldDesc(
        name, "struct", FieldType.STRUCT, count, count > 1, size, List.of(element));
  }
}
