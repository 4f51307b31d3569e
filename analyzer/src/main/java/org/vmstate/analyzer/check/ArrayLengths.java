package org.vmstate.analyzer.check;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.vmstate.analyzer.check.FieldShapes.Kind;
import org.vmstate.analyzer.check.FieldShapes.Odd;
import org.vmstate.analyzer.check.Target.StateType;
import org.vmstate.formats.device.PciFormat;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.FieldType;

/** Compares how many elements of an array were sent with how many the target has. */
final class ArrayLengths {
  /** Arm's lists of registers are as long as the processor has registers. */
  private static final String REGISTER_LIST = "cpreg";

  /** Arrays whose lengths are properties of the device, which no state has. */
  private static final Set<String> BY_PROPERTY =
      Set.of(
          "ahci.dev",
          "xhci-core.ports",
          "xhci-core.intr",
          "nvme.sq",
          "nvme.cq",
          "memory hotplug state.devs",
          "CPU hotplug state.devs",
          "piix4_pm.acpi_pci_hotplug.acpi_pcihp_pci_status");

  private ArrayLengths() {}

  /**
   * Compares the lengths of an array.
   *
   * @param state what the state is called that has it
   * @param own the target's, null where it has none
   * @param type the state's type, null where it is not known
   * @param same whether the whole states are equally long, so that elements have other names only
   */
  static Optional<Odd> compare(
      String path,
      String state,
      String name,
      List<FieldDesc> sent,
      List<FieldDesc> own,
      StateType type,
      boolean same) {
    if (isMessages(sent) && isMessages(own)) {
      return unless(FieldShapes.bytes(sent) == FieldShapes.bytes(own), path, name, sent, own);
    }
    return BY_PROPERTY.contains(state + "." + name)
        ? property(path, name, sent, own)
        : length(path, name, sent, own, type, same);
  }

  /** Reports whether it is a table of MSI-X, as long as the device has messages. */
  private static boolean isMessages(List<FieldDesc> fields) {
    return fields != null
        && fields.size() == 1
        && fields.getFirst().typeName().equals(PciFormat.MSIX_TYPE);
  }

  private static long pointers(List<FieldDesc> fields) {
    return fields.stream()
        .filter(f -> f.type() == FieldType.POINTER_MARKER)
        .mapToLong(FieldDesc::count)
        .sum();
  }

  /** Compares the lengths of an array that is as long as the device was made. */
  private static Optional<Odd> property(
      String path, String name, List<FieldDesc> sent, List<FieldDesc> own) {
    List<FieldDesc> ours = own == null ? List.of() : own;
    long marks = pointers(sent);
    boolean same =
        marks > 0
            ? marks == pointers(ours)
            : sent.stream().mapToLong(FieldDesc::count).sum()
                == ours.stream().mapToLong(FieldDesc::count).sum();
    Kind kind = marks > 0 && marks < pointers(ours) ? Kind.POINTERS : Kind.FIELDS;
    return same
        ? Optional.empty()
        : Optional.of(
            new Odd(path + "." + name, FieldShapes.bytes(sent), FieldShapes.bytes(ours), kind));
  }

  /** Returns how many elements an array has that is sent element by element, or -1. */
  private static long total(StateType type, String name) {
    // one whose length is not said may have any
    boolean said =
        type.fields().getOrDefault(name, List.of()).stream().allMatch(f -> f.count() > 0);
    List<Target.Field> all = type.array(name);
    return said && all.stream().allMatch(Target.Field::always)
        ? all.stream().mapToLong(f -> Math.max(1, f.count())).sum()
        : -1;
  }

  /**
   * Reports whether only elements that have names of their own can be what differs. QEMU 7.2 does
   * not say how long the arrays among them are, but both states do.
   */
  private static boolean hasSameArrays(
      StateType type, String name, List<FieldDesc> sent, List<FieldDesc> own) {
    List<Integer> arrays = arrays(own);
    return arrays.size() == type.fields().getOrDefault(name, List.of()).size()
        && arrays.equals(arrays(sent))
        && type.array(name).stream().allMatch(Target.Field::always);
  }

  private static List<Integer> arrays(List<FieldDesc> fields) {
    return fields.stream().filter(FieldDesc::isArray).map(FieldDesc::count).toList();
  }

  /** Compares the lengths of an array that always has the same one. */
  private static Optional<Odd> length(
      String path,
      String name,
      List<FieldDesc> sent,
      List<FieldDesc> own,
      StateType type,
      boolean same) {
    // what takes the place of fields that are no more has one name, wherever it is
    if (own == null || own.getFirst().type() == FieldType.UNUSED) {
      return Optional.empty();
    }
    long most = own.stream().mapToLong(FieldDesc::count).sum();
    boolean fixed =
        type == null
            ? most > 1 && !name.startsWith(REGISTER_LIST)
            : type.fields().getOrDefault(name, List.of()).stream().anyMatch(f -> f.count() == most)
                || !same && (total(type, name) == most || hasSameArrays(type, name, sent, own));
    boolean alike = !fixed || sent.stream().mapToLong(FieldDesc::count).sum() == most;
    return unless(alike, path, name, sent, own);
  }

  private static Optional<Odd> unless(
      boolean alike, String path, String name, List<FieldDesc> sent, List<FieldDesc> own) {
    return alike
        ? Optional.empty()
        : Optional.of(new Odd(path + "." + name, FieldShapes.bytes(sent), FieldShapes.bytes(own)));
  }
}
