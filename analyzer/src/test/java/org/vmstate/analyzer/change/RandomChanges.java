package org.vmstate.analyzer.change;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.device.DeviceDecoders;

/** Makes changes at random: most mean something in an image, some are almost right. */
public final class RandomChanges {
  private static final List<String> TYPES =
      List.of("uint8", "uint16", "uint32", "uint64", "bool", "int128");
  private static final List<String> CAPABILITIES =
      List.of("xbzrle", "multifd", "mapped-ram", "postcopy-ram", "", "x".repeat(300));

  /** A field that a path names. */
  private record Place(String path, FieldNode field) {}

  private final Random random = new Random();
  private final ImageFacts facts;
  private final List<Place> fields = new ArrayList<>();
  private final List<String> subsections = new ArrayList<>();
  private final List<String> sections;

  /** Makes changes for an image. */
  public RandomChanges(ImageFacts facts) {
    this.facts = facts;
    this.sections = List.copyOf(facts.sections().keySet());
    facts
        .sections()
        .forEach((key, f) -> f.state().ifPresent(s -> add(key, DeviceDecoders.expand(s))));
  }

  /** Makes the same changes from now on as the last time with this seed. */
  public void seed(long seed) {
    random.setSeed(seed * 0x9e3779b97f4a7c15L);
  }

  private void add(String path, StateNode node) {
    for (FieldNode field : node.fields()) {
      String name = path + "." + field.desc().name();
      fields.add(new Place(name, field));
      int count = Math.min(3, field.elements().size());
      for (int i = 0; i < count; i++) {
        String element = field.elements().size() > 1 ? name + "[" + i + "]" : name;
        add(element, field.elements().get(i));
      }
    }
    for (StateNode subsection : node.subsections()) {
      String name = path + "." + subsection.desc().name();
      subsections.add(name);
      add(name, subsection);
    }
  }

  private <T> T one(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private boolean rarely() {
    return random.nextInt(16) == 0;
  }

  /** Returns a name, rarely with a slip. */
  private String name(String right) {
    if (!rarely() || right.isEmpty()) {
      return right;
    }
    int at = random.nextInt(right.length());
    return switch (random.nextInt(4)) {
      case 0 -> right.substring(0, at);
      case 1 -> right.substring(0, at) + (char) random.nextInt(0x250) + right.substring(at);
      case 2 -> right + "[" + random.nextInt() + "]";
      default -> right.substring(0, at) + "." + right.substring(at);
    };
  }

  private long number() {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt(4);
      case 1 -> random.nextInt(1 << 16);
      case 2 -> 1L << random.nextInt(64);
      default -> random.nextLong();
    };
  }

  private String value(FieldNode field) {
    int size = Math.clamp(field.desc().size(), 1, 64);
    return switch (random.nextInt(8)) {
      case 0 -> "0x" + Long.toHexString(number());
      case 1 -> Long.toString(random.nextInt(3));
      case 2 -> random.nextBoolean() ? "true" : "null";
      case 3 -> "VIRTIO_F_VERSION_1,VIRTIO_F_RING_RESET";
      case 4 -> {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        yield HexFormat.of().formatHex(bytes);
      }
      case 5 -> String.format(Locale.ROOT, "%s%d", random.nextBoolean() ? "-" : "", number());
      case 6 -> "52:54:00:12:34:56";
      default -> Long.toString(random.nextLong(1L << Math.min(62, 8 * Math.min(size, 8))));
    };
  }

  private Change set() {
    Place place = one(fields);
    int count = place.field().desc().count();
    String path =
        count > 1 || place.field().desc().isArray()
            ? place.path() + "[" + random.nextInt(Math.max(1, count) + (rarely() ? 9 : 0)) + "]"
            : place.path();
    return new Change.SetField(
        name(path), one(List.of(Change.Operator.values())), value(place.field()));
  }

  private String block() {
    return name(one(facts.blocks().stream().map(RamBlock::name).toList()));
  }

  private long length() {
    return rarely() ? number() : 4096L * random.nextInt(200);
  }

  /** Returns a change of the values of fields only. */
  public Change ofField() {
    return set();
  }

  /** Returns a change of any kind. */
  public Change any() {
    return switch (random.nextInt(24)) {
      case 0 -> new Change.DropSection(name(one(sections)));
      case 1 -> new Change.RenameSection(name(one(sections)), name("x" + random.nextInt(3)));
      case 2 -> new Change.RenameSection(one(sections), "n".repeat(random.nextInt(300)));
      case 3 -> new Change.SetInstance(name(one(sections)), number());
      case 4 -> new Change.SetVersion(name(one(sections)), number());
      case 5 -> new Change.SetMachine("m".repeat(random.nextInt(300)));
      case 6 -> new Change.SetCapability(one(CAPABILITIES), random.nextBoolean());
      case 7 -> new Change.RenameBlock(block(), "b".repeat(random.nextInt(300)));
      case 8 -> new Change.ResizeBlock(block(), length());
      case 9 -> new Change.DropBlock(block());
      case 10, 11 -> new Change.RemoveField(name(one(fields).path()));
      case 12, 13 ->
          new Change.InsertField(
              name(one(fields).path()), "f" + random.nextInt(3), one(TYPES), number());
      case 14 ->
          new Change.RemoveSubsection(
              name(subsections.isEmpty() ? one(fields).path() : one(subsections)));
      case 15 -> new Change.DropCommand(name("switchover-start"));
      default -> set();
    };
  }

  /** Returns some changes, which may exclude each other. */
  public List<Change> some() {
    List<Change> changes = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      changes.add(any());
    }
    return changes;
  }

  /** Returns a recipe of some changes as JSON, which may be none. */
  public String recipe() {
    StringBuilder text = new StringBuilder("{\"recipe\": \"r\", \"steps\": [");
    for (int i = random.nextInt(3); i >= 0; i--) {
      text.append("{\"when\": {").append(condition()).append("}, ").append(step()).append("}");
      text.append(i > 0 ? ", " : "]}");
    }
    if (rarely()) {
      int at = random.nextInt(text.length());
      text.setCharAt(at, (char) (' ' + random.nextInt(90)));
    }
    return text.toString();
  }

  private String condition() {
    return switch (random.nextInt(6)) {
      case 0 -> "\"section\": \"%s\"".formatted(one(sections).replaceAll("#.*", "*"));
      case 1 -> "\"section\": \"*\", \"version\": " + random.nextInt(4);
      case 2 -> "\"block\": \"*.rom\", \"block_length\": 131072";
      case 3 -> "\"machine\": \"pc*\", \"command\": \"*\"";
      case 4 -> {
        String path = one(fields).path();
        int dot = path.indexOf('.', path.indexOf('#'));
        yield "\"section\": \"%s\", \"field\": \"%s\", \"value\": %s"
            .formatted(
                path.substring(0, path.indexOf('#')), path.substring(dot + 1), random.nextInt(2));
      }
      default -> "";
    };
  }

  private String step() {
    String section = random.nextBoolean() ? "{section}" : one(sections);
    String field = one(fields).path();
    return switch (random.nextInt(9)) {
      case 0 -> "\"drop\": \"" + section + "\"";
      case 1 -> "\"rename\": \"" + section + "=n" + random.nextInt(3) + "\"";
      case 2 -> "\"section-version\": \"" + section + "=" + random.nextInt(9) + "\"";
      case 3 -> "\"drop-block\": \"{block}\"";
      case 4 -> "\"resize-block\": \"{block}=" + random.nextInt(300) + "K\"";
      case 5 -> "\"remove-field\": \"" + field + "\"";
      case 6 -> "\"insert-field\": \"" + field + "=more:" + one(TYPES) + ":1\"";
      case 7 -> "\"capability\": \"+xbzrle\"";
      default -> "\"set\": \"" + field + one(List.of("", "+", "-")) + "=" + number() + "\"";
    };
  }
}
