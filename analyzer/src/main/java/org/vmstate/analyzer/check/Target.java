package org.vmstate.analyzer.check;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.vmstate.analyzer.facts.HostDescription;
import org.vmstate.analyzer.facts.TargetFacts;
import org.vmstate.analyzer.facts.TargetJson;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.report.JsonTree;
import org.vmstate.formats.Limits;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.rule.CapabilityTable;
import org.vmstate.formats.rule.QemuRelease;
import org.vmstate.formats.vmdesc.VmDescription;
import org.vmstate.parser.vmdesc.DescriptionParser;

/**
 * What is to load an image.
 *
 * @param machine machine type, empty when not known
 * @param types descriptions by their vmsd name; devices may share one
 * @param pageSize target page size in bytes, where given
 * @param blocks length in bytes of each RAM block by name, empty when not given
 * @param capabilities migration capabilities that will be set, null when not given
 * @param own description of the target's own state, where it gave one
 * @param facts what the target said of itself, if it was asked
 * @param host what libvirt says of the host
 */
public record Target(
    String machine,
    Map<String, List<StateType>> types,
    OptionalLong pageSize,
    Map<String, Long> blocks,
    List<String> capabilities,
    Optional<VmDescription> own,
    Optional<TargetFacts> facts,
    Optional<HostDescription> host) {

  /**
   * A field.
   *
   * @param size its size in bytes in the target's memory
   * @param type what it holds, null when it is no struct
   * @param always whether it is sent without a condition
   * @param version version from which it is sent
   * @param count elements of an array of a fixed length, else 0
   */
  public record Field(long size, StateType type, boolean always, long version, long count) {}

  /**
   * A description that the target loads by.
   *
   * @param name vmsd name
   * @param version newest version that it loads
   * @param minimum oldest version that it loads
   * @param fields the fields of each name
   * @param arrays the same, the elements of an array together, see {@link Target#array}
   * @param subsections subsections by name
   */
  public record StateType(
      String name,
      long version,
      long minimum,
      Map<String, List<Field>> fields,
      Map<String, List<Field>> arrays,
      Map<String, StateType> subsections) {

    boolean loads(long found) {
      return found >= minimum && found <= version;
    }

    /** Returns the fields of an array or of one name. */
    List<Field> array(String name) {
      return arrays.getOrDefault(name, List.of());
    }
  }

  /**
   * Returns what the array of an element is called: {@code mac_reg} of {@code mac_reg[IMS]}. QEMU
   * calls elements by numbers or by the words of its source.
   */
  static String array(String name) {
    int bracket = name.endsWith("]") ? name.lastIndexOf('[') : -1;
    return bracket < 0 ? name : name.substring(0, bracket);
  }

  /**
   * Reads a target's description.
   *
   * @param dump output of {@code target-facts}, of {@code -dump-vmstate}, of {@code virsh
   *     domcapabilities} or {@code capabilities}, may be null
   * @param configuration JSON with page_size, ram_blocks and capabilities, may be null
   */
  public static Target read(Path dump, Path configuration) throws IOException {
    Optional<HostDescription> host =
        dump != null && HostDescription.is(dump)
            ? Optional.of(HostDescription.read(dump))
            : Optional.empty();
    Map<?, ?> types = dump == null || host.isPresent() ? Map.of() : JsonTree.object(dump);
    if (dump != null && host.isEmpty() && !TargetJson.is(types) && !isDump(types)) {
      throw ConversionException.named(
          dump + ": expected what target-facts, -dump-vmstate or virsh domcapabilities prints");
    }
    Map<?, ?> more = configuration == null ? Map.of() : JsonTree.object(configuration);
    Optional<TargetFacts> facts = Optional.empty();
    if (TargetJson.is(types)) {
      Map<?, ?> tree = types;
      facts = Optional.of(TargetJson.read(tree));
      types = facts.get().types();
      Map<Object, Object> both = new LinkedHashMap<>(tree);
      both.putAll(more);
      more = both;
    }
    Map<String, List<StateType>> byName = new HashMap<>();
    types.values().stream()
        .map(v -> v instanceof Map<?, ?> m ? m.get("Description") : null)
        .filter(v -> v instanceof Map<?, ?>)
        .map(v -> type((Map<?, ?>) v))
        .forEach(t -> byName.computeIfAbsent(t.name(), n -> new ArrayList<>()).add(t));
    Map<String, Long> blocks = new HashMap<>();
    if (more.get("ram_blocks") instanceof Map<?, ?> found) {
      found.forEach((name, length) -> blocks.put(String.valueOf(name), number(length)));
    }
    List<String> capabilities = null;
    if (more.get("capabilities") instanceof List<?> found) {
      capabilities = found.stream().map(String::valueOf).toList();
    }
    String machine =
        types.get("vmschkmachine") instanceof Map<?, ?> m ? String.valueOf(m.get("Name")) : "";
    return new Target(
        more.get("machine") == null ? machine : String.valueOf(more.get("machine")),
        byName,
        more.get("page_size") instanceof Long n ? OptionalLong.of(n) : OptionalLong.empty(),
        blocks,
        capabilities,
        facts.flatMap(Target::own),
        facts,
        host);
  }

  /** Reports whether this has a device type at least, as each dump of QEMU has. */
  private static boolean isDump(Map<?, ?> tree) {
    return tree.containsKey("vmschkmachine")
        || tree.values().stream().anyMatch(v -> v instanceof Map<?, ?> m && m.containsKey("Name"));
  }

  private static Optional<VmDescription> own(TargetFacts facts) {
    byte[] text = facts.description().getBytes(StandardCharsets.UTF_8);
    try {
      return text.length == 0
          ? Optional.empty()
          : Optional.of(DescriptionParser.parse(text, 0, Limits.DEFAULT));
    } catch (StateFormatException e) {
      // facts are written by people too
      return Optional.empty();
    }
  }

  /** Returns the release of QEMU, where the target said it. */
  public Optional<QemuRelease> release() {
    return facts
        .map(TargetFacts::qemu)
        .filter(q -> q.matches("\\d{1,4}\\.\\d{1,4}(\\..*)?"))
        .map(q -> q.split("\\."))
        .map(q -> new QemuRelease(Integer.parseInt(q[0]), Integer.parseInt(q[1])));
  }

  /**
   * Requires that a release accepts the capabilities together.
   *
   * @throws ConversionException in one line, with the nearest names of one that it does not know
   */
  public void requireCapabilities(QemuRelease release) throws ConversionException {
    if (capabilities == null || facts.isPresent()) {
      return;
    }
    CapabilityTable table = CapabilityTable.of(release);
    for (String name : capabilities) {
      Optional<String> unknown = table.unknown(name);
      if (unknown.isPresent()) {
        throw ConversionException.named("--target-config: " + unknown.get());
      }
    }
    List<CapabilityTable.Refusal> refusals = table.refusals(capabilities);
    if (!refusals.isEmpty()) {
      throw ConversionException.named("--target-config: " + refusals.getFirst().words());
    }
  }

  private static StateType type(Map<?, ?> description) {
    Map<String, List<Field>> fields = new HashMap<>();
    if (description.get("Fields") instanceof List<?> list) {
      for (Object o : list) {
        if (o instanceof Map<?, ?> field) {
          StateType nested =
              field.get("Description") instanceof Map<?, ?> inner ? type(inner) : null;
          fields
              .computeIfAbsent(String.valueOf(field.get("field")), n -> new ArrayList<>())
              .add(
                  new Field(
                      number(field.get("size")),
                      nested,
                      "false".equals(String.valueOf(field.get("field_exists"))),
                      number(field.get("version_id")),
                      number(field.get("num"))));
        }
      }
    }
    Map<String, List<Field>> arrays = new HashMap<>();
    fields.forEach(
        (name, all) -> arrays.computeIfAbsent(array(name), n -> new ArrayList<>()).addAll(all));
    Map<String, StateType> subsections = new HashMap<>();
    if (description.get("Subsections") instanceof List<?> list) {
      for (Object o : list) {
        if (o instanceof Map<?, ?> m) {
          StateType subsection = type(m);
          subsections.put(subsection.name(), subsection);
        }
      }
    }
    return new StateType(
        String.valueOf(description.get("name")),
        number(description.get("version_id")),
        number(description.get("minimum_version_id")),
        fields,
        arrays,
        subsections);
  }

  private static long number(Object value) {
    return value instanceof Long n ? n : 0;
  }
}
