package org.vmstate.analyzer.check;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.vmstate.analyzer.check.Target.StateType;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.StateDesc;

/** Compares what was sent with a type of state that a target's binary knows. */
final class TypeComparison {
  /** Types whose size in memory is that on the wire. */
  private static final Set<String> SCALARS =
      Set.of(
          "bool",
          "int8",
          "int16",
          "int32",
          "int64",
          "uint8",
          "uint16",
          "uint32",
          "uint64",
          "int32 equal",
          "uint8 equal",
          "uint16 equal",
          "uint32 equal",
          "int64 equal",
          "int32 le");

  private TypeComparison() {}

  /**
   * Finds a field that the target passes over, as it came after the section's version. Only the
   * fields of the section itself: a structure inside is read with the newest version of its own.
   *
   * @param version of the section
   * @param isOwn whether what was sent has the fields of the target's own newest version
   */
  static Optional<TargetProblem> unread(
      String path, long version, StateDesc sent, StateType type, boolean isOwn) {
    boolean own = version < type.version() && isOwn;
    for (FieldDesc field : sent.fields()) {
      List<Target.Field> known = known(type, name(field));
      boolean passed =
          !known.isEmpty() && known.stream().allMatch(f -> isNewer(f, version))
              // where the type has another field of this name for older versions
              || own && known.stream().anyMatch(f -> isNewer(f, version));
      if (passed && field.size() > 0) {
        return Optional.of(
            new TargetProblem(
                Reason.TARGET_FIELD_LENGTH,
                Facts.named(field.name(), field.size(), 0),
                String.format(
                    Locale.ROOT,
                    "%s: field %s has %d bytes, which the target does not read in version %d",
                    path,
                    field.name(),
                    field.size(),
                    version)));
      }
    }
    return Optional.empty();
  }

  private static boolean isNewer(Target.Field field, long version) {
    return field.always() && field.version() > version;
  }

  /** Returns what the target cannot load of a description, if anything. */
  static Optional<TargetProblem> compare(String path, StateDesc sent, StateType type) {
    Optional<TargetProblem> problem = fields(path, sent, type);
    for (StateDesc subsection : sent.subsections()) {
      problem = problem.or(() -> subsection(path, subsection, type));
    }
    return problem;
  }

  private static Optional<TargetProblem> fields(String path, StateDesc sent, StateType type) {
    Set<String> seen = new HashSet<>();
    for (FieldDesc field : sent.fields()) {
      String name = name(field);
      List<Target.Field> known = known(type, name);
      if (known.isEmpty() || !seen.add(name)) {
        // fields were renamed between releases without a change of the bytes
        continue;
      }
      boolean hasSize = SCALARS.contains(field.typeName()) && !field.isArray();
      if (hasSize && known.stream().noneMatch(f -> f.size() == field.size())) {
        long own = known.getFirst().size();
        return Optional.of(
            new TargetProblem(
                Reason.TARGET_FIELD_LENGTH,
                Facts.named(name, field.size(), own),
                String.format(
                    Locale.ROOT,
                    "%s: field %s has %d bytes, on the target %d",
                    path,
                    name,
                    field.size(),
                    own)));
      }
      Optional<TargetProblem> inside = nested(path + "." + name, field, known);
      if (inside.isPresent()) {
        return inside;
      }
    }
    return Optional.empty();
  }

  /** Returns a field's name; an array that is not all alike is described element by element. */
  private static String name(FieldDesc field) {
    return field.name().replaceFirst("\\[\\d+\\]$", "");
  }

  private static List<Target.Field> known(StateType type, String name) {
    return type.fields().getOrDefault(name, List.of());
  }

  /** Compares the elements of a field; those of a queue may differ from each other. */
  private static Optional<TargetProblem> nested(
      String path, FieldDesc sent, List<Target.Field> known) {
    if (known.stream().anyMatch(f -> f.type() == null)) {
      return Optional.empty();
    }
    int elements = sent.nested().size();
    for (int i = 0; i < elements; i++) {
      String place = elements > 1 ? path + "[" + i + "]" : path;
      Optional<TargetProblem> problem = element(place, sent.nested().get(i), known);
      if (problem.isPresent()) {
        return problem;
      }
    }
    return Optional.empty();
  }

  private static Optional<TargetProblem> element(
      String path, StateDesc sent, List<Target.Field> known) {
    Optional<TargetProblem> first = Optional.empty();
    for (Target.Field candidate : known) {
      Optional<TargetProblem> problem = compare(path, sent, candidate.type());
      if (problem.isEmpty()) {
        return problem;
      }
      first = first.or(() -> problem);
    }
    return first;
  }

  private static Optional<TargetProblem> subsection(
      String path, StateDesc subsection, StateType type) {
    String place = path + "." + subsection.name();
    StateType known = type.subsections().get(subsection.name());
    if (known == null) {
      return Optional.of(
          new TargetProblem(
              Reason.TARGET_SUBSECTION_UNKNOWN,
              Facts.names(subsection.name(), type.name()),
              path + ": the target does not know the subsection " + subsection.name(),
              Map.of("subsection", place, "cure", "upgrade --target takes the subsection away")));
    }
    long version = subsection.version();
    if (version > known.version()) {
      return Optional.of(TargetProblem.newer(place, subsection.name(), version, known.version()));
    }
    if (!known.loads(version)) {
      return Optional.of(
          new TargetProblem(
              Reason.TARGET_VERSION_NEW,
              Facts.named(subsection.name(), version, known.minimum()),
              String.format(
                  Locale.ROOT,
                  "%s: subsection %s has version %d, the target loads %d to %d",
                  path,
                  subsection.name(),
                  version,
                  known.minimum(),
                  known.version())));
    }
    return compare(place, subsection, known);
  }
}
