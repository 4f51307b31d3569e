package org.vmstate.parser.vmdesc;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.vmstate.formats.Limits;
import org.vmstate.formats.device.PciFormat;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.FieldType;
import org.vmstate.formats.vmdesc.StateDesc;
import org.vmstate.parser.device.OpaqueLength;

/**
 * Makes the description of one section from a table, which has all subsections and fields that a
 * device may have, and from the section's bytes, which tell those that are there. What no byte
 * tells is tried: the description counts that ends where the section does.
 */
final class TableFit {
  /** Most descriptions of one section that are tried. */
  private static final int MOST_TRIES = 512;

  private static final int TYPICAL = 64;

  private final SectionBytes section;
  private final String device;
  private final Limits limits;
  private final Work work;
  private final Choices choices = new Choices();

  // of one try
  private final Map<String, Long> values = new HashMap<>();
  private final Map<String, Long> found = new HashMap<>();
  private byte[] configuration;
  private int descriptions;

  /** What all sections of a stream may cost together, and what is known of the table's states. */
  static final class Work {
    private final FixedLengths lengths = new FixedLengths();
    private long steps = 10_000_000;

    /** Whether there is none left. */
    boolean isDone() {
      return steps <= 0;
    }
  }

  private TableFit(byte[] bytes, String device, Limits limits, Work work) {
    this.section = new SectionBytes(bytes);
    this.device = device;
    this.limits = limits;
    this.work = work;
  }

  /**
   * Returns a description of all of a section's bytes, if the table has one.
   *
   * @param table the description with everything that the device may have
   */
  static Optional<StateDesc> of(byte[] bytes, StateDesc table, Limits limits, Work work) {
    TableFit fit = new TableFit(bytes, table.name(), limits, work);
    for (int i = 0; i < MOST_TRIES && !work.isDone(); i++) {
      try {
        StateDesc desc = fit.once(table);
        if (fit.section.remaining() == 0) {
          return Optional.of(desc);
        }
      } catch (NoFit e) {
        // another choice may fit
      }
      if (!fit.choices.next()) {
        break;
      }
    }
    return Optional.empty();
  }

  private StateDesc once(StateDesc table) throws NoFit {
    values.clear();
    found.clear();
    configuration = new byte[0];
    choices.restart();
    descriptions = 0;
    section.restart();
    return state(table, 0);
  }

  private StateDesc state(StateDesc table, int depth) throws NoFit {
    if (depth > limits.nesting()) {
      throw new NoFit();
    }
    long length = work.lengths.of(table);
    if (length >= 0) {
      section.pass(length, 1);
      return table;
    }
    List<FieldDesc> fields = new ArrayList<>(table.fields().size());
    for (FieldDesc field : table.fields()) {
      field(field, fields, depth);
    }
    List<StateDesc> subsections = new ArrayList<>(0);
    Set<String> names = new HashSet<>(0);
    for (Optional<StateDesc> next = subsection(table); next.isPresent(); next = subsection(table)) {
      if (!names.add(next.get().name())) {
        throw new NoFit();
      }
      subsections.add(state(next.get(), depth + 1));
    }
    return new StateDesc(table.name(), table.version(), fields, subsections);
  }

  /** Passes the head of a subsection that the table knows. */
  private Optional<StateDesc> subsection(StateDesc table) throws NoFit {
    if (table.subsections().isEmpty()
        || section.remaining() < 2
        || section.next() != StreamFormat.SUBSECTION) {
      return Optional.empty();
    }
    int length = (int) section.number(1, 1);
    if (section.remaining() < 2 + length + Integer.BYTES) {
      return Optional.empty();
    }
    long version = section.number(2 + length, Integer.BYTES);
    List<StateDesc> fitting = new ArrayList<>(1);
    for (StateDesc subsection : table.subsections()) {
      if (subsection.version() == version && section.isNamed(subsection.name(), 2, length)) {
        fitting.add(subsection);
      }
    }
    if (fitting.isEmpty()) {
      return Optional.empty();
    }
    section.pass(2L + length + Integer.BYTES, 1);
    return Optional.of(
        fitting.size() == 1 ? fitting.get(0) : fitting.get(choices.choose(fitting.size())));
  }

  private void field(FieldDesc table, List<FieldDesc> fields, int depth) throws NoFit {
    if (--work.steps < 0 || ++descriptions > limits.descriptionFields()) {
      throw new NoFit();
    }
    TableRule rule = TableRule.of(table.typeName());
    long count = table.count();
    long size = table.size();
    switch (rule.kind()) {
      case TableRule.COUNT -> count = rule.factor() * told(rule, count, Math.max(1, size));
      case TableRule.SIZE -> size = rule.factor() * told(rule, size, 1);
      case TableRule.PRESENT -> {
        if (values.getOrDefault(rule.field(), 0L) == 0) {
          return;
        }
      }
      default -> {}
    }
    // QEMU does not describe an array without elements
    if (count == 0) {
      return;
    }
    if (count > section.remaining() && size > 0) {
      throw new NoFit();
    }
    FieldType type = table.nested().isEmpty() ? FieldType.of(rule.type()) : table.type();
    switch (type) {
      case STRUCT -> structs(table, rule, (int) count, fields, depth);
      case QUEUE -> queue(table, fields, depth);
      case INLINE -> inline(table, fields, depth);
      default -> {
        if (type == FieldType.OPAQUE) {
          size = opaque(rule.type(), size);
        }
        if (count == 1 && size <= Math.min(Long.BYTES, section.remaining())) {
          values.put(table.name(), section.number(0, (int) size));
        }
        int from = section.at();
        section.pass(size, count);
        if (rule.type().equals(PciFormat.TYPE)) {
          configuration = section.since(from);
        }
        if (type == FieldType.PCI_IRQ && !section.isInterruptsSince(from)) {
          throw new NoFit();
        }
        fields.add(
            new FieldDesc(
                table.name(),
                rule.type(),
                type,
                (int) count,
                isArray(table, rule, count),
                size,
                table.nested()));
      }
    }
  }

  /** QEMU describes an array of one element as one element. */
  private static boolean isArray(FieldDesc table, TableRule rule, long count) {
    return rule.kind() == TableRule.COUNT ? count > 1 : table.isArray();
  }

  private void structs(
      FieldDesc table, TableRule rule, int count, List<FieldDesc> fields, int depth) throws NoFit {
    StateDesc nested = nested(table);
    int from = section.at();
    StateDesc first = state(nested, depth + 1);
    int size = section.at() - from;
    List<StateDesc> all = new ArrayList<>(List.of(first));
    List<Integer> sizes = new ArrayList<>(List.of(size));
    boolean alike = true;
    if (work.lengths.of(nested) >= 0) {
      section.pass(size, count - 1L);
    } else {
      for (int i = 1; i < count; i++) {
        int start = section.at();
        all.add(state(nested, depth + 1));
        sizes.add(section.at() - start);
        alike &= all.get(i).equals(first);
      }
    }
    if (alike) {
      boolean isArray = isArray(table, rule, count);
      fields.add(struct(table, rule, count, isArray, size, first));
    } else {
      for (int i = 0; i < count; i++) {
        fields.add(struct(table, rule, 1, true, sizes.get(i), all.get(i)));
      }
    }
  }

  private static FieldDesc struct(
      FieldDesc table, TableRule rule, int count, boolean isArray, long size, StateDesc nested) {
    return new FieldDesc(
        table.name(), rule.type(), FieldType.STRUCT, count, isArray, size, List.of(nested));
  }

  private static StateDesc nested(FieldDesc table) throws NoFit {
    if (table.nested().isEmpty()) {
      throw new NoFit();
    }
    return table.nested().getFirst();
  }

  /** Elements with a byte 1 before each, and a byte 0. */
  private void queue(FieldDesc table, List<FieldDesc> fields, int depth) throws NoFit {
    int from = section.at();
    List<StateDesc> elements = new ArrayList<>(0);
    while (section.remaining() > 0 && section.next() == 1) {
      section.pass(1, 1);
      elements.add(state(nested(table), depth + 1));
    }
    if (section.remaining() == 0 || section.next() != 0 || table.typeName().equals("gtree")) {
      throw new NoFit();
    }
    section.pass(1, 1);
    fields.add(
        new FieldDesc(
            table.name(),
            table.typeName(),
            FieldType.QUEUE,
            1,
            table.isArray(),
            section.at() - from,
            elements));
  }

  private void inline(FieldDesc table, List<FieldDesc> fields, int depth) throws NoFit {
    int from = section.at();
    List<StateDesc> states = new ArrayList<>(1);
    for (StateDesc nested : table.nested()) {
      states.add(state(nested, depth + 1));
    }
    fields.add(
        new FieldDesc(
            table.name(),
            table.typeName(),
            FieldType.INLINE,
            1,
            table.isArray(),
            section.at() - from,
            states));
  }

  /** Returns the length of what QEMU does not describe: what its bytes tell, or was recorded. */
  private long opaque(String type, long recorded) throws NoFit {
    if (!OpaqueLength.knows(type)) {
      return recorded;
    }
    work.steps -= section.remaining() / TYPICAL;
    int[] lengths = OpaqueLength.of(device, type, section.rest(), configuration);
    if (lengths.length == 0) {
      throw new NoFit();
    }
    return lengths[lengths.length == 1 ? 0 : choices.choose(lengths.length)];
  }

  /** Returns what an earlier field says, or what is tried. */
  private long told(TableRule rule, long recorded, long unit) throws NoFit {
    if (!rule.isFree()) {
      Long value = values.get(rule.field());
      if (value == null || value < 0 || value > section.length()) {
        throw new NoFit();
      }
      return value;
    }
    String name = rule.field();
    Long before = name.isEmpty() ? null : found.get(name);
    if (before != null) {
      return before;
    }
    // first what was recorded, then what would fill the section, then others
    long most = section.remaining() / (unit * rule.factor());
    int choice = choices.choose(TYPICAL * 2);
    long value;
    if (choice == 0) {
      value = recorded / rule.factor();
    } else if (choice < TYPICAL) {
      value = most + 1 - choice;
    } else {
      value = choice - TYPICAL;
    }
    if (value < 0) {
      throw new NoFit();
    }
    found.put(name, value);
    return value;
  }
}
