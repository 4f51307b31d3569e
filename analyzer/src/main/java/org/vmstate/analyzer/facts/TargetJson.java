package org.vmstate.analyzer.facts;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.vmstate.analyzer.report.Report;

/** Facts as JSON, of the schema docs/schema/target.schema.json. */
public final class TargetJson {
  private static final String WORD = "0x[0-9a-fA-F]{1,16}";

  private static final String FORMAT = "vmstate-img target";

  private TargetJson() {}

  /** Reports whether a tree holds facts of this form. */
  public static boolean is(Map<?, ?> tree) {
    return FORMAT.equals(tree.get("format"));
  }

  /** Writes facts. */
  public static void write(TargetFacts facts, Report out) throws IOException {
    out.beginObject("");
    out.text("format", FORMAT);
    out.number("version", 1);
    out.text("qemu", facts.qemu());
    out.text("arch", facts.arch());
    out.text("machine", facts.machine());
    strings(out, "machines", facts.machines());
    if (facts.pageSize().isPresent()) {
      out.number("page_size", facts.pageSize().getAsLong());
    }
    numbers(out, "ram_blocks", facts.blocks());
    numbers(out, "ram_block_limits", facts.limits());
    strings(out, "capabilities", facts.capabilities());
    strings(out, "known_capabilities", facts.known());
    out.beginObject("cpu");
    out.text("type", facts.cpu().type());
    strings(out, "offered", facts.cpu().offered());
    strings(out, "missing", facts.cpu().missing());
    out.end();
    out.beginArray("devices");
    for (TargetFacts.Device device : facts.devices()) {
      out.beginObject("");
      out.text("path", device.path());
      out.text("type", device.type());
      if (!device.id().isEmpty()) {
        out.text("id", device.id());
      }
      if (!device.address().isEmpty()) {
        out.text("address", device.address());
      }
      out.end();
    }
    out.end();
    out.beginArray("virtio");
    for (TargetFacts.Virtio device : facts.virtio()) {
      out.beginObject("");
      out.text("address", device.address());
      if (device.offered().isPresent()) {
        out.hex64("offered", device.offered().getAsLong());
      }
      strings(out, "refused", device.refused());
      out.end();
    }
    out.end();
    out.beginArray("sections");
    for (TargetFacts.Known section : facts.sections()) {
      out.beginObject("");
      out.text("name", section.name());
      out.number("instance", section.instance());
      out.number("version", section.version());
      out.end();
    }
    out.end();
    out.beginObject("pci");
    for (Map.Entry<String, String> entry : facts.pci().entrySet()) {
      out.text(entry.getKey(), entry.getValue());
    }
    out.end();
    out.beginObject("queues");
    for (Map.Entry<String, List<Long>> entry : facts.queues().entrySet()) {
      out.beginArray(entry.getKey());
      for (long size : entry.getValue()) {
        out.number("", size);
      }
      out.end();
    }
    out.end();
    numbers(out, "fixed", facts.fixed());
    out.beginObject("registers");
    for (Map.Entry<Long, Long> register : facts.registers().entrySet()) {
      out.hex64(String.format(Locale.ROOT, "0x%016x", register.getKey()), register.getValue());
    }
    out.end();
    strings(out, "blocking", facts.blocking());
    out.beginObject("functions");
    for (Map.Entry<String, String> entry : facts.functions().entrySet()) {
      out.text(entry.getKey(), entry.getValue());
    }
    out.end();
    out.text("description", facts.description());
    value(out, "types", facts.types());
    out.end();
  }

  private static void strings(Report out, String name, List<String> strings) throws IOException {
    out.beginArray(name);
    for (String text : strings) {
      out.text("", text);
    }
    out.end();
  }

  private static void numbers(Report out, String name, Map<String, Long> numbers)
      throws IOException {
    out.beginObject(name);
    for (Map.Entry<String, Long> entry : numbers.entrySet()) {
      out.number(entry.getKey(), entry.getValue());
    }
    out.end();
  }

  private static void value(Report out, String name, Object value) throws IOException {
    switch (value) {
      case Map<?, ?> map -> {
        out.beginObject(name);
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          value(out, String.valueOf(entry.getKey()), entry.getValue());
        }
        out.end();
      }
      case List<?> list -> {
        out.beginArray(name);
        for (Object o : list) {
          value(out, "", o);
        }
        out.end();
      }
      case Long n -> out.number(name, n);
      default -> out.text(name, String.valueOf(value));
    }
  }

  /** Reads facts; what is missing or of another type is taken as not said. */
  public static TargetFacts read(Map<?, ?> tree) {
    Map<?, ?> cpu = Answers.object(tree, "cpu");
    return new TargetFacts(
        Answers.text(tree, "qemu"),
        Answers.text(tree, "arch"),
        Answers.text(tree, "machine"),
        Answers.strings(tree.get("machines")),
        tree.get("page_size") instanceof Long n ? OptionalLong.of(n) : OptionalLong.empty(),
        numbers(Answers.object(tree, "ram_blocks")),
        numbers(Answers.object(tree, "ram_block_limits")),
        Answers.strings(tree.get("capabilities")),
        Answers.strings(tree.get("known_capabilities")),
        new TargetFacts.Cpu(
            Answers.text(cpu, "type"),
            Answers.strings(cpu.get("offered")),
            Answers.strings(cpu.get("missing"))),
        devices(tree),
        virtio(tree),
        sections(tree),
        strings(Answers.object(tree, "pci")),
        queues(Answers.object(tree, "queues")),
        numbers(Answers.object(tree, "fixed")),
        registers(tree),
        Answers.strings(tree.get("blocking")),
        strings(Answers.object(tree, "functions")),
        Answers.text(tree, "description"),
        Answers.object(tree, "types"));
  }

  private static Map<String, Long> numbers(Map<?, ?> tree) {
    Map<String, Long> result = new LinkedHashMap<>();
    tree.forEach(
        (name, value) -> {
          if (value instanceof Long n) {
            result.put(String.valueOf(name), n);
          }
        });
    return result;
  }

  private static Map<String, String> strings(Map<?, ?> tree) {
    Map<String, String> result = new LinkedHashMap<>();
    tree.forEach((name, value) -> result.put(String.valueOf(name), String.valueOf(value)));
    return result;
  }

  private static Map<Long, Long> registers(Map<?, ?> tree) {
    Map<Long, Long> result = new LinkedHashMap<>();
    strings(Answers.object(tree, "registers"))
        .forEach(
            (number, value) -> {
              if (number.matches(WORD) && value.matches(WORD)) {
                result.put(word(number), word(value));
              }
            });
    return result;
  }

  private static long word(String text) {
    return Long.parseUnsignedLong(text.substring(2), 16);
  }

  private static Map<String, List<Long>> queues(Map<?, ?> tree) {
    Map<String, List<Long>> result = new LinkedHashMap<>();
    tree.forEach(
        (name, value) -> {
          if (value instanceof List<?> list) {
            result.put(
                String.valueOf(name),
                list.stream().map(n -> n instanceof Long size ? size : Long.MAX_VALUE).toList());
          }
        });
    return result;
  }

  private static List<TargetFacts.Device> devices(Map<?, ?> tree) {
    List<TargetFacts.Device> result = new ArrayList<>();
    for (Map<?, ?> d : Answers.objects(tree, "devices")) {
      result.add(
          new TargetFacts.Device(
              Answers.text(d, "path"),
              Answers.text(d, "type"),
              Answers.text(d, "id"),
              Answers.text(d, "address")));
    }
    return result;
  }

  private static List<TargetFacts.Virtio> virtio(Map<?, ?> tree) {
    List<TargetFacts.Virtio> result = new ArrayList<>();
    for (Map<?, ?> d : Answers.objects(tree, "virtio")) {
      String bits = Answers.text(d, "offered");
      result.add(
          new TargetFacts.Virtio(
              Answers.text(d, "address"),
              bits.matches("0x[0-9a-fA-F]{1,16}")
                  ? OptionalLong.of(Long.parseUnsignedLong(bits.substring(2), 16))
                  : OptionalLong.empty(),
              Answers.strings(d.get("refused"))));
    }
    return result;
  }

  private static List<TargetFacts.Known> sections(Map<?, ?> tree) {
    List<TargetFacts.Known> result = new ArrayList<>();
    for (Map<?, ?> s : Answers.objects(tree, "sections")) {
      result.add(
          new TargetFacts.Known(
              Answers.text(s, "name"),
              Answers.number(s, "instance"),
              Answers.number(s, "version")));
    }
    return result;
  }
}
