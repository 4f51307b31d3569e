package org.vmstate.analyzer.check;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.vmstate.analyzer.check.Target.StateType;
import org.vmstate.formats.device.PciFormat;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.FieldType;
import org.vmstate.formats.vmdesc.StateDesc;

/**
 * Compares the fields that were sent with those of the target's own state. Releases rename fields,
 * and leave some out under conditions; what counts is that fields come or go without others in
 * their place.
 */
final class FieldShapes {
  /** Types whose condition is what kind of device it is, which no state changes. */
  private static final Set<String> BY_KIND = Set.of(PciFormat.TYPE);

  /** Structure of a PCI function, which pvscsi has in a subsection where it is of PCI Express. */
  private static final String FUNCTION = "PCIDevice";

  /** Fields that are there where the machine has hotplug, whatever the guest does. */
  private static final Set<String> BY_MACHINE =
      Set.of("acpi_pci_hotplug.hotplug_select", "acpi_pci_hotplug.acpi_pcihp_pci_status");

  /**
   * Subsections with a timer that an element has where the device was made with it, whatever the
   * guest does. QEMU ends with an assertion where it is to load one that it has not.
   */
  private static final Set<String> BY_SETUP = Set.of("hda-audio-stream/buffer");

  private FieldShapes() {}

  /**
   * A field that has no counterpart.
   *
   * @param path where it is
   * @param sent bytes that were sent at this place
   * @param own bytes that the target has there
   * @param kind what it is
   */
  record Odd(String path, long sent, long own, Kind kind) {
    Odd(String path, long sent, long own) {
      this(path, sent, own, Kind.FIELDS);
    }
  }

  /** What comes or goes. */
  enum Kind {
    FIELDS,
    /** A timer in a subsection. */
    TIMER,
    /** Pointers, of which the target has more. */
    POINTERS,
    /** The state of a PCI function, which the target reads from what stands there instead. */
    FUNCTION,
    /** A newer version of a subsection; what is sent and own are versions. */
    VERSION
  }

  /**
   * The entries of one name: arrays whose elements are not all alike have several, which QEMU 10.0
   * calls by the words of its source, as {@code gt_timer[GTIMER_PHYS]}.
   */
  private static Map<String, List<FieldDesc>> byName(StateDesc state) {
    Map<String, List<FieldDesc>> result = new LinkedHashMap<>();
    for (FieldDesc field : state.fields()) {
      result.computeIfAbsent(Target.array(field.name()), n -> new ArrayList<>()).add(field);
    }
    return result;
  }

  static long bytes(List<FieldDesc> fields) {
    return fields.stream().mapToLong(f -> f.size() * f.count()).sum();
  }

  private static List<FieldDesc> unused(StateDesc state) {
    return state.fields().stream().filter(f -> f.type() == FieldType.UNUSED).toList();
  }

  /** Returns by how much one has more that is unused, where both have some. */
  private static Optional<FieldDesc> gap(StateDesc one, StateDesc other) {
    List<FieldDesc> unused = unused(one);
    long more = bytes(unused) - bytes(unused(other));
    return more <= 0 || unused(other).isEmpty()
        ? Optional.empty()
        : Optional.of(
            new FieldDesc("unused", "unused_buffer", FieldType.UNUSED, 1, false, more, List.of()));
  }

  private static boolean isAlways(StateType type, String name, long version) {
    return type == null
        || type.array(name).stream().anyMatch(f -> f.always() && f.version() <= version);
  }

  private static boolean isFunction(FieldDesc field) {
    return field.nested().stream().anyMatch(s -> s.name().equals(FUNCTION));
  }

  private static boolean isByKind(FieldDesc field) {
    return BY_KIND.contains(field.typeName())
        || BY_MACHINE.contains(Target.array(field.name()))
        || isFunction(field);
  }

  /**
   * Returns a field that comes or goes whichever of the types of one name it is; without types, all
   * fields are sent always.
   */
  static Optional<Odd> compare(
      String path, StateDesc sent, StateDesc own, List<StateType> candidates) {
    if (candidates.isEmpty()) {
      return compare(path, sent, own, (StateType) null);
    }
    List<StateType> fitting = candidates.stream().filter(type -> describes(type, own)).toList();
    Optional<Odd> first = Optional.empty();
    for (StateType type : fitting.isEmpty() ? candidates : fitting) {
      Optional<Odd> odd = compare(path, sent, own, type);
      if (odd.isEmpty()) {
        return odd;
      }
      first = first.or(() -> odd);
    }
    return first;
  }

  /** Reports whether a state can be of a type: the vga of ISA and that of PCI have one name. */
  private static boolean describes(StateType type, StateDesc state) {
    return state.fields().stream()
        .allMatch(
            f -> f.type() == FieldType.UNUSED || !type.array(Target.array(f.name())).isEmpty());
  }

  private static Optional<Odd> compare(String path, StateDesc sent, StateDesc own, StateType type) {
    if (sent.version() != own.version()) {
      // other versions have other fields, each under a condition
      return Optional.empty();
    }
    Map<String, List<FieldDesc>> theirs = byName(sent);
    Map<String, List<FieldDesc>> ours = byName(own);
    List<FieldDesc> more = new ArrayList<>();
    List<FieldDesc> fewer = new ArrayList<>();
    theirs.forEach(
        (name, fields) -> {
          // an array may have had no elements
          boolean alone = type != null || fields.size() == 1 && !fields.getFirst().isArray();
          if (alone
              && !ours.containsKey(name)
              && (type == null
                  || type.array(name).isEmpty()
                  || fields.stream().anyMatch(FieldShapes::isByKind))) {
            more.addAll(fields);
          }
        });
    ours.forEach(
        (name, fields) -> {
          boolean needed =
              isAlways(type, name, sent.version())
                  || fields.stream().anyMatch(FieldShapes::isByKind);
          if (needed && !theirs.containsKey(name)) {
            fewer.addAll(fields);
          }
        });
    if (type == null) {
      gap(sent, own).ifPresent(more::add);
      gap(own, sent).ifPresent(fewer::add);
    }
    boolean same = bytes(sent.fields()) == bytes(own.fields());
    if (!same && bytes(more) != bytes(fewer)) {
      FieldDesc first = more.isEmpty() ? fewer.getFirst() : more.getFirst();
      Kind kind = more.isEmpty() && isFunction(first) ? Kind.FUNCTION : Kind.FIELDS;
      return Optional.of(new Odd(path + "." + first.name(), bytes(more), bytes(fewer), kind));
    }
    for (Map.Entry<String, List<FieldDesc>> entry : theirs.entrySet()) {
      Optional<Odd> length =
          ArrayLengths.compare(
              path,
              sent.name(),
              entry.getKey(),
              entry.getValue(),
              ours.get(entry.getKey()),
              type,
              same);
      if (length.isPresent()) {
        return length;
      }
      Optional<Odd> unknown = setUp(path, entry.getValue(), ours.get(entry.getKey()));
      if (unknown.isPresent()) {
        return unknown;
      }
      Optional<Odd> inside =
          nested(
              path + "." + entry.getKey(),
              entry.getValue(),
              ours.getOrDefault(entry.getKey(), List.of()),
              type == null ? null : type.array(entry.getKey()));
      if (inside.isPresent()) {
        return inside;
      }
    }
    return subsections(path, sent, own, type);
  }

  /** Compares the subsections that both have. */
  private static Optional<Odd> subsections(
      String path, StateDesc sent, StateDesc own, StateType type) {
    for (StateDesc theirs : sent.subsections()) {
      for (StateDesc ours : own.subsections()) {
        StateType known = type == null ? null : type.subsections().get(theirs.name());
        boolean same = theirs.name().equals(ours.name()) && (type == null || known != null);
        if (same && type == null && theirs.version() > ours.version()) {
          String name = path + "." + theirs.name();
          return Optional.of(new Odd(name, theirs.version(), ours.version(), Kind.VERSION));
        }
        Optional<Odd> inside =
            same ? compare(path + "." + theirs.name(), theirs, ours, known) : Optional.empty();
        if (inside.isPresent()) {
          return inside;
        }
      }
    }
    return Optional.empty();
  }

  /** Compares what elements of an array have because of how the device was made. */
  private static Optional<Odd> setUp(String path, List<FieldDesc> sent, List<FieldDesc> own) {
    // where no element sends it, all may have it nevertheless: of a codec with use-timer=off
    if (own == null || own.stream().allMatch(f -> setUp(f).isEmpty())) {
      return Optional.empty();
    }
    int both = Math.min(sent.size(), own.size());
    for (int i = 0; i < both; i++) {
      Set<String> more = setUp(sent.get(i));
      more.removeAll(setUp(own.get(i)));
      if (!more.isEmpty()) {
        String place = path + "." + sent.get(i).name() + "[" + i + "]." + more.iterator().next();
        return Optional.of(new Odd(place, sent.get(i).size(), own.get(i).size(), Kind.TIMER));
      }
    }
    return Optional.empty();
  }

  private static Set<String> setUp(FieldDesc field) {
    Set<String> names = new TreeSet<>();
    for (StateDesc element : field.nested()) {
      element.subsections().forEach(s -> names.add(s.name()));
    }
    names.retainAll(BY_SETUP);
    return names;
  }

  /** Compares the elements of a field where each is of the same type. */
  private static Optional<Odd> nested(
      String path, List<FieldDesc> sent, List<FieldDesc> own, List<Target.Field> types) {
    List<StateType> known =
        types == null
            ? List.of()
            : types.stream().map(Target.Field::type).filter(Objects::nonNull).toList();
    boolean alike =
        (types == null || !known.isEmpty()) && !own.isEmpty() && !own.getFirst().nested().isEmpty();
    if (!alike) {
      return Optional.empty();
    }
    for (int i = 0; i < sent.size(); i++) {
      FieldDesc field = sent.get(i);
      // fields of one name may be of several types, as the two parents of a USB controller
      FieldDesc ours = own.get(sent.size() == own.size() ? i : 0);
      boolean queue = field.type() == FieldType.QUEUE || field.nested().size() != 1;
      Optional<Odd> odd =
          queue || ours.nested().isEmpty()
              ? Optional.empty()
              : compare(path, field.nested().getFirst(), ours.nested().getFirst(), known);
      if (odd.isPresent()) {
        return odd;
      }
    }
    return Optional.empty();
  }
}
