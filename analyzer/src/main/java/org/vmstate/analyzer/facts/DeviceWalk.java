package org.vmstate.analyzer.facts;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.vmstate.formats.device.BitNames;
import org.vmstate.formats.device.VirtioDevice;

/** Goes over QEMU's tree of objects and finds the devices. */
final class DeviceWalk {
  private static final String CHILD = "child<";
  private static final int MOST = 20_000;
  private static final int MOST_DEPTH = 12;

  /** Objects that are no devices and have none below them, most of the tree. */
  private static final Set<String> PASSED =
      Set.of("memory-region", "irq", "clock", "qemu:memory-region", "qio-channel");

  /** Names that QEMU gives to bits which mean something only between it and another process. */
  private static final Map<String, Integer> OF_VHOST =
      Map.of("VHOST_F_LOG_ALL", 26, "VHOST_USER_F_PROTOCOL_FEATURES", 30);

  private final Qmp qmp;
  private final List<TargetFacts.Device> devices = new ArrayList<>();
  private final List<TargetFacts.Virtio> virtio = new ArrayList<>();
  private final Map<String, String> addresses = new HashMap<>();
  private final Map<TargetFacts.Device, Boolean> multifunction = new LinkedHashMap<>();
  private int visited;

  DeviceWalk(Qmp qmp) {
    this.qmp = qmp;
  }

  List<TargetFacts.Device> devices() {
    return devices;
  }

  List<TargetFacts.Virtio> virtio() {
    return virtio;
  }

  /** Returns for each PCI function whether it says that its slot has others. */
  Map<TargetFacts.Device, Boolean> multifunction() {
    return multifunction;
  }

  /** A place of the tree that is still to be visited. */
  private record Place(String path, String type, int depth) {}

  void walk() throws IOException {
    Deque<Place> open = new ArrayDeque<>(List.of(new Place("/machine", "", 0)));
    while (!open.isEmpty()) {
      Place place = open.poll();
      List<Map<?, ?>> members = members(place.path());
      if (members.stream().anyMatch(m -> Answers.text(m, "name").equals("realized"))) {
        device(place, members);
      }
      for (Map<?, ?> member : members) {
        String type = Answers.text(member, "type");
        boolean passed = !type.startsWith(CHILD) || !type.endsWith(">");
        String inner = passed ? "" : type.substring(CHILD.length(), type.length() - 1);
        if (!passed && !PASSED.contains(inner) && place.depth() < MOST_DEPTH) {
          String path = place.path() + "/" + Answers.text(member, "name");
          open.add(new Place(path, inner, place.depth() + 1));
        }
      }
      if (++visited > MOST) {
        throw new TargetException("the target: has more than " + MOST + " objects");
      }
    }
  }

  /**
   * Finds out what virtio devices offer.
   *
   * @param asked whether they may be asked for it, by a command that ends some releases
   */
  void features(boolean asked) throws IOException {
    for (TargetFacts.Device device : devices) {
      if (device.path().endsWith("/virtio-backend")) {
        features(device, asked);
      }
    }
  }

  private List<Map<?, ?>> members(String path) throws IOException {
    return Answers.objects(qmp.ask("qom-list", Map.of("path", path)).orElse(List.of()));
  }

  private String value(String path, String property) throws IOException {
    return qmp.ask("qom-get", Map.of("path", path, "property", property))
        .map(String::valueOf)
        .orElse("");
  }

  private void device(Place place, List<Map<?, ?>> members) throws IOException {
    String address = "";
    boolean pci =
        members.stream().anyMatch(m -> Answers.text(m, "name").equals("addr"))
            && members.stream().anyMatch(m -> Answers.text(m, "name").equals("multifunction"));
    if (pci) {
      address = address(place.path());
      addresses.put(place.path(), address);
    }
    String id = "";
    if (place.path().matches("/machine/peripheral/[^/]+")) {
      id = place.path().substring(place.path().lastIndexOf('/') + 1);
    }
    TargetFacts.Device found = new TargetFacts.Device(place.path(), place.type(), id, address);
    devices.add(found);
    if (pci) {
      String on = value(place.path(), "multifunction");
      if (on.equals("true") || on.equals("false")) {
        multifunction.put(found, on.equals("true"));
      }
    }
  }

  /** Returns the way from the host's bus: slot and function of each bridge, then the device's. */
  private String address(String path) throws IOException {
    String own = function(value(path, "addr"));
    String bus = value(path, "parent_bus");
    int slash = bus.lastIndexOf('/');
    String above = slash < 0 ? "" : bus.substring(0, slash);
    String bridge = addresses.get(above);
    if (bridge == null && !above.equals(path) && above.startsWith("/machine/peripheral")) {
      // a bridge that was not visited yet
      List<Map<?, ?>> members = members(above);
      if (visited < MOST && members.stream().anyMatch(m -> is(m, "multifunction"))) {
        visited++;
        bridge = address(above);
        addresses.put(above, bridge);
      }
    }
    return bridge == null ? "0000:00:" + own : bridge + ":" + own;
  }

  private static boolean is(Map<?, ?> member, String name) {
    return Answers.text(member, "name").equals(name);
  }

  /** Older releases give slot and function as one number. */
  private static String function(String text) {
    try {
      int number = Integer.parseInt(text);
      return String.format(Locale.ROOT, "%02x.%x", number >> 3 & 0x1f, number & 7);
    } catch (NumberFormatException e) {
      return text.contains(".") ? text : text + ".0";
    }
  }

  private void features(TargetFacts.Device device, boolean asked) throws IOException {
    String above = device.path().substring(0, device.path().lastIndexOf('/'));
    String address = addresses.getOrDefault(above, "");
    if (address.isEmpty()) {
      return;
    }
    VirtioDevice kind = VirtioProperties.kind(device.type());
    List<Map<?, ?>> members = members(device.path());
    List<String> refused =
        new ArrayList<>(
            VirtioProperties.absent(
                kind, members.stream().map(m -> Answers.text(m, "name")).toList()));
    for (Map<?, ?> member : members) {
      String name = Answers.text(member, "name");
      Optional<String> feature = VirtioProperties.feature(kind, name);
      boolean bool = Answers.text(member, "type").equals("bool");
      if (bool && feature.isPresent() && value(device.path(), name).equals("false")) {
        refused.add(feature.get());
      }
    }
    OptionalLong offered = OptionalLong.empty();
    if (asked) {
      offered =
          qmp.ask("x-query-virtio-status", Map.of("path", device.path()))
              .map(status -> offered(kind, Answers.object(status, "host-features")))
              .orElse(offered);
    }
    virtio.add(new TargetFacts.Virtio(address, offered, refused));
  }

  /** Reads features that are given by name, {@code NAME: explanation}, and a rest in bits. */
  private static OptionalLong offered(VirtioDevice kind, Map<?, ?> features) {
    BitNames names = BitNames.of(kind.featureType()).orElseThrow();
    long bits =
        Answers.number(features, "unknown-dev-features")
            | Answers.number(features, "unknown-protocols");
    List<String> all = new ArrayList<>(Answers.strings(features.get("dev-features")));
    all.addAll(Answers.strings(features.get("transports")));
    for (String text : all) {
      String name = text.substring(0, Math.max(0, text.indexOf(':')));
      Optional<Integer> bit =
          OF_VHOST.containsKey(name)
              ? Optional.of(OF_VHOST.get(name))
              : names.bit(name.substring(name.indexOf("_F_") + 3));
      if (bit.isEmpty()) {
        // a name that is not known here: what is offered cannot be told
        return OptionalLong.empty();
      }
      bits |= 1L << bit.get();
    }
    return OptionalLong.of(bits);
  }
}
