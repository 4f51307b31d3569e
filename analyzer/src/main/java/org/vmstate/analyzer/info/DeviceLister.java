package org.vmstate.analyzer.info;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.vmstate.analyzer.physical.Fields;
import org.vmstate.formats.device.BitNames;
import org.vmstate.formats.device.VirtioDevice;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.device.DeviceDecoders;
import org.vmstate.parser.device.SectionDecoders;
import org.vmstate.parser.io.ByteSource;

/** Lists the devices of an image, one line each. */
public final class DeviceLister implements EventSink {
  private static final int SECTOR = 512;

  private final Map<Section, DeviceLine> lines = new LinkedHashMap<>();

  private DeviceLister() {}

  /** Reads an image from its start, without its memory where that is possible. */
  public static List<DeviceLine> list(ByteSource source, ParseOptions options) throws IOException {
    DeviceLister lister = new DeviceLister();
    ImageReader.read(source, options.with(ParseOptions.Extent.DEVICES), lister);
    return List.copyOf(lister.lines.values());
  }

  @Override
  public void accept(Event event) throws IOException {
    switch (event) {
      case Event.Device e -> add(e, e.section(), DeviceDecoders.decode(e, note -> {}));
      case Event.IterablePart e -> add(e, e.section(), SectionDecoders.decode(e, e.section()));
      case Event.Unknown e when e.section().isPresent() ->
          add(e, e.section().get(), Optional.empty());
      default -> {}
    }
  }

  private void add(Event event, Section section, Optional<StateNode> state) {
    int slash = section.name().lastIndexOf('/');
    String address = slash < 0 ? "" : section.name().substring(0, slash);
    String type = state.map(s -> s.desc().name()).orElse("");
    Fields device = state.map(Fields::new).orElse(null);
    // a field that could not be decoded has none
    boolean virtio = device != null && !device.structs("virtio").isEmpty();
    long length = event.range().length();
    DeviceLine line =
        new DeviceLine(
            section.name(),
            section.instance(),
            type,
            address,
            device == null ? "" : NetworkCard.mac(device, type),
            virtio ? capacity(device, type) : OptionalLong.empty(),
            virtio ? features(device, type) : List.of(),
            virtio ? queues(device) : 0,
            device == null ? "" : pci(device),
            length,
            state.map(Opacity::of).orElse(length));
    lines.merge(section, line, DeviceLister::together);
  }

  /** An iterable has several records. */
  private static DeviceLine together(DeviceLine first, DeviceLine next) {
    return new DeviceLine(
        first.name(),
        first.instance(),
        first.type(),
        first.address(),
        first.mac(),
        first.capacity(),
        first.features(),
        first.queues(),
        first.pci(),
        first.length() + next.length(),
        first.opaque() + next.opaque());
  }

  private static String pci(Fields device) {
    return device.has("vendor_id") && device.has("class")
        ? String.format(
            Locale.ROOT,
            "%04x:%04x class %04x",
            device.value("vendor_id"),
            device.value("device_id"),
            device.value("class"))
        : "";
  }

  private static OptionalLong capacity(Fields device, String type) {
    long sectors = VirtioDevice.of(type) == VirtioDevice.BLK ? device.value("capacity") : 0;
    return sectors > 0 && sectors < Long.MAX_VALUE / SECTOR
        ? OptionalLong.of(sectors * SECTOR)
        : OptionalLong.empty();
  }

  private static List<String> features(Fields device, String type) {
    boolean wide = device.has("guest_features") && device.has("guest_features_low");
    long value =
        device
            .structs("virtio")
            .getFirst()
            .subsection("virtio/64bit_features")
            .filter(s -> wide)
            .map(s -> s.value("guest_features"))
            .orElseGet(() -> device.value("guest_features_low"));
    return BitNames.of(VirtioDevice.of(type).featureType())
        .map(names -> names.set(value))
        .orElse(List.of());
  }

  private static int queues(Fields device) {
    int count = 0;
    for (Fields queue : device.structs("virtio").getFirst().structs("queue")) {
      count += queue.value("desc") != 0 ? 1 : 0;
    }
    return count;
  }
}
