package org.vmstate.analyzer.facts;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.FieldType;
import org.vmstate.formats.vmdesc.FieldValue;
import org.vmstate.formats.vmdesc.StateNode;

/**
 * Fields that a state has to have in common with the target that loads it, as they say how the
 * device is configured: those of the types named "equal", and some that QEMU compares by hand.
 * Source: QEMU 10.0 migration/vmstate-types.c, hw/virtio/virtio-mem.c, hw/display/virtio-gpu.c,
 * hw/net/virtio-net.c, hw/char/virtio-serial-bus.c.
 */
public final class FixedFields {
  /** How many words each scanout of virtio-gpu has, where all are alike. */
  public static final String SCANOUT_WORDS = ".scanout_words";

  /** How many bytes all scanouts have. */
  public static final String SCANOUT_BYTES = ".scanout_bytes";

  /** How large the blocks of virtio-mem are. */
  public static final String BLOCK_SIZE = ".block_size";

  /** Which ports a virtio-serial device has. */
  public static final String PORTS = ".ports_map";

  /** How many timers an HPET has. */
  private static final String TIMERS = "hpet#0.num_timers";

  /** What QEMU from 10.0 on calls them, and compares. */
  private static final String COMPARED_TIMERS = "hpet#0.num_timers_save";

  private static final String PROCESSOR =
      "." + PowerProcessor.REGISTERS + "[" + PowerProcessor.VERSION + "]";

  private static final String EQUAL = " equal";
  private static final String GRAPHICS = "virtio-gpu";
  private static final String SCANOUT = "scanout";

  /** How many outputs a display has, and where that stands without resources. */
  private static final String OUTPUTS = ".max_outputs";

  private static final int OUTPUTS_AT = 8;

  /** Where they stand without resources: an end mark, whether it is on, how many there are. */
  private static final int SCANOUTS = 12;

  /** What virtio-mem sends only to be compared; its configuration space has some of it, too. */
  private static final Set<String> MEMORY = Set.of("addr", "region_size", "block_size", "node");

  /** Known of a target, which loads a state without what it has itself. */
  private static final Set<String> ONLY_KNOWN = Set.of("has_vnet_hdr", "has_ufo");

  private static final Set<String> BY_HAND = Set.of("max_queue_pairs", "max_outputs", "ports_map");

  /** Takes fields. */
  public interface Taker {
    /** Takes a field and where it is, as a dump prints it, {@code SECTION#INSTANCE.PATH}. */
    void field(String path, FieldNode field, long value);
  }

  private final Taker taker;

  private FixedFields(Taker taker) {
    this.taker = taker;
  }

  /**
   * Finds them.
   *
   * @param state state with what is opaque decoded
   */
  public static void find(Section section, StateNode state, Taker taker) {
    String path = section.name() + "#" + section.instance();
    new FixedFields(taker).state(path, state);
    if (PowerProcessor.isCompared(section, state)) {
      processor(path, state, taker);
    }
  }

  private static void processor(String path, StateNode state, Taker taker) {
    for (FieldNode field : state.fields()) {
      int size = (int) field.desc().size();
      if (name(field).equals(PowerProcessor.REGISTERS)
          && field.raw().length == size * PowerProcessor.COUNT
          && size <= Long.BYTES) {
        long value =
            FieldValue.integer(
                FieldType.UNSIGNED, field.raw(), size * PowerProcessor.VERSION, size);
        taker.field(path + PROCESSOR, field, value);
      }
    }
  }

  /** Reports whether a path is that of the register that says which processor it is. */
  public static boolean isProcessor(String path) {
    return path.endsWith(PROCESSOR);
  }

  /**
   * Reports whether a state may have another value at a path than the target.
   *
   * @param own the target's value
   * @param sent the state's
   */
  public static boolean mayDiffer(String path, long own, long sent) {
    return isProcessor(path) && PowerProcessor.takes(own, sent)
        || path.endsWith(SCANOUT_WORDS)
        || ONLY_KNOWN.contains(path.substring(path.lastIndexOf('.') + 1));
  }

  /** Returns what a target calls the value that it compares with the one at a path of a state. */
  public static String own(String path) {
    return path.equals(TIMERS) ? COMPARED_TIMERS : path;
  }

  /** Reports whether a path is that of an HPET's number of timers. */
  public static boolean isTimers(String path) {
    return own(path).equals(COMPARED_TIMERS);
  }

  private static String name(FieldNode field) {
    return field.desc().name();
  }

  private void state(String path, StateNode node) {
    boolean memory = node.fields().stream().filter(f -> MEMORY.contains(name(f))).count() == 4;
    for (FieldNode field : node.fields()) {
      String place = path + "." + field.desc().name();
      if (field.desc().typeName().equals(GRAPHICS)) {
        scanouts(place, field);
      }
      if (field.elements().isEmpty()) {
        value(place, field, memory && MEMORY.contains(name(field)));
        continue;
      }
      int count = field.elements().size();
      for (int i = 0; i < count; i++) {
        state(count > 1 ? place + "[" + i + "]" : place, field.elements().get(i));
      }
    }
    for (StateNode subsection : node.subsections()) {
      state(path + "." + subsection.desc().name(), subsection);
    }
  }

  /**
   * QEMU 9.0 to 11.1 decides from memory after the device how long each scanout but the first is,
   * so that several may differ; the sum is known wherever no resource stands in front of them.
   */
  private void scanouts(String place, FieldNode field) {
    byte[] raw = field.raw();
    boolean idle = raw.length >= SCANOUTS && ByteBuffer.wrap(raw).getInt() == 0;
    if (!field.elements().isEmpty()) {
      List<FieldNode> all =
          field.elements().getFirst().fields().stream()
              .filter(f -> f.desc().name().equals(SCANOUT))
              .toList();
      if (!all.isEmpty()) {
        long words = all.getFirst().elements().getFirst().fields().size();
        taker.field(place + SCANOUT_WORDS, field, words);
        taker.field(place + SCANOUT_BYTES, field, words * Integer.BYTES * all.size());
      }
    } else if (idle) {
      taker.field(place + OUTPUTS, field, ByteBuffer.wrap(raw).getInt(OUTPUTS_AT) & 0xffffffffL);
      taker.field(place + SCANOUT_BYTES, field, raw.length - SCANOUTS);
    }
  }

  private void value(String place, FieldNode field, boolean wanted) {
    String name = field.desc().name();
    long size = field.desc().size();
    boolean fixed =
        wanted
            || field.desc().typeName().endsWith(EQUAL)
            || BY_HAND.contains(name)
            || isTimers(place)
            || ONLY_KNOWN.contains(name);
    boolean number = size == field.raw().length && size >= 1 && size <= Long.BYTES;
    if (fixed && number) {
      FieldType type =
          field.desc().type() == FieldType.LITTLE ? FieldType.LITTLE : FieldType.UNSIGNED;
      taker.field(place, field, FieldValue.integer(type, field.raw(), 0, (int) size));
    }
  }
}
