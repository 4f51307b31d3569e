package org.vmstate.analyzer.facts;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.vmstate.formats.device.PciFormat;

/**
 * What the monitor says of PCI functions: identity, class, kind of header and kinds of the base
 * addresses, but neither capabilities nor what the guest wrote.
 */
public final class PciFunctions {
  /** A digit that is not known. */
  public static final char UNKNOWN = 'x';

  private static final int DEEPEST = 32;
  private static final int FIRST_BASE = 0x10;
  private static final int BASES = 6;
  private static final int CLASS = 0x0a;

  /** Bytes of an I/O range from which the guest cannot write its lowest four bits. */
  private static final int SMALLEST = 16;

  private final Map<String, String> found = new LinkedHashMap<>();
  private final Map<String, String> places = new HashMap<>();
  private int roots;

  private PciFunctions() {}

  /** Reads an answer to query-pci. */
  static PciFunctions of(Object answer) {
    PciFunctions functions = new PciFunctions();
    for (Map<?, ?> bus : Answers.objects(answer)) {
      // the buses of expanders have numbers of their own, in names of sections too
      String root = String.format(Locale.ROOT, "0000:%02x", Answers.number(bus, "bus") & 0xff);
      functions.roots++;
      for (Map<?, ?> device : Answers.objects(bus, "devices")) {
        functions.add(root, device, 0);
      }
    }
    return functions;
  }

  /**
   * Returns them by place.
   *
   * @param multifunction a device's property of this name, which is a bit of its header
   */
  Map<String, String> with(Map<TargetFacts.Device, Boolean> multifunction) {
    Map<String, String> result = new LinkedHashMap<>(found);
    multifunction.forEach(
        (device, on) -> {
          // without an id, its place is sure where no expander has a bus of its own
          String place = roots == 1 ? device.address() : "";
          result.computeIfPresent(
              places.getOrDefault(device.id(), place),
              (name, digits) -> {
                StringBuilder more = new StringBuilder(digits);
                more.setCharAt(2 * PciFormat.HEADER_TYPE, on ? '8' : '0');
                return more.toString();
              });
        });
    return result;
  }

  private void add(String bus, Map<?, ?> device, int depth) {
    if (depth > DEEPEST) {
      return;
    }
    String place =
        String.format(
            Locale.ROOT,
            "%s:%02x.%x",
            bus,
            Answers.number(device, "slot") & 0x1f,
            Answers.number(device, "function") & 7);
    boolean bridge = device.get("pci_bridge") instanceof Map<?, ?>;
    char[] digits = new char[2 * PciFormat.HEADER];
    Arrays.fill(digits, UNKNOWN);
    Map<?, ?> id = Answers.object(device, "id");
    word(digits, 0, Answers.number(id, "vendor"));
    word(digits, 2, Answers.number(id, "device"));
    word(digits, CLASS, Answers.number(Answers.object(device, "class_info"), "class"));
    digits[2 * PciFormat.HEADER_TYPE + 1] = bridge ? '1' : '0';
    for (Map<?, ?> region : Answers.objects(device, "regions")) {
      base(digits, region);
    }
    found.put(place, new String(digits));
    if (!Answers.text(device, "qdev_id").isEmpty()) {
      places.put(Answers.text(device, "qdev_id"), place);
    }
    Map<?, ?> below = Answers.object(device, "pci_bridge");
    for (Map<?, ?> inner : Answers.objects(below, "devices")) {
      add(place, inner, depth + 1);
    }
  }

  private static void word(char[] digits, int at, long value) {
    String text = String.format(Locale.ROOT, "%02x%02x", value & 0xff, value >> 8 & 0xff);
    text.getChars(0, text.length(), digits, 2 * at);
  }

  private static void base(char[] digits, Map<?, ?> region) {
    long bar = Answers.number(region, "bar");
    if (bar < 0 || bar >= BASES) {
      return;
    }
    int at = 2 * (FIRST_BASE + 4 * (int) bar) + 1;
    if (Answers.text(region, "type").equals("memory")) {
      int bits = Answers.isTrue(region, "mem_type_64") ? 4 : 0;
      digits[at] = Character.forDigit(bits | (Answers.isTrue(region, "prefetch") ? 8 : 0), 16);
    } else if (Answers.number(region, "size") >= SMALLEST) {
      digits[at] = '1';
    }
  }
}
