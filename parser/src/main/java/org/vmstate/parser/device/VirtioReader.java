package org.vmstate.parser.device;

import java.util.Locale;
import org.vmstate.formats.device.BitNames;
import org.vmstate.formats.device.VirtioDevice;
import org.vmstate.formats.device.VirtioFormat;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.StateNode;

/**
 * Reads transport, registers, configuration space, queues, device part and subsections of a virtio
 * device, in this order. Integers are big-endian, except in the configuration spaces. Source: QEMU
 * 10.0 hw/virtio/virtio.c, virtio-pci.c, virtio-mmio.c, hw/s390x/virtio-ccw.c.
 */
final class VirtioReader {
  /** How the device is connected. */
  enum Bus {
    /** PCI: version, configuration space, interrupt levels, MSI-X. */
    PCI,
    /** MMIO: three registers. */
    MMIO,
    /** s390x's channel I/O. */
    CCW
  }

  private static final int MMIO_HEAD = 12;
  private static final int CCW_HEAD = 495;

  private final Bus bus;
  private final VirtioDevice kind;
  private final TreeReader in;
  private final boolean big;
  private boolean isMsix;
  private boolean version1;
  private boolean legacyBig;

  VirtioReader(Bus bus, VirtioDevice kind, FieldNode field, boolean big) {
    this.bus = bus;
    this.kind = kind;
    this.in = new TreeReader(field.raw(), field.range().start());
    this.big = big;
    this.legacyBig = bus == Bus.CCW;
  }

  /** Returns the order of the configuration space, known after reading. */
  boolean bigEndian() {
    return legacyBig && !version1;
  }

  StateNode read() throws StateFormatException {
    fields();
    return in.finish(VirtioFormat.TYPE);
  }

  /** Returns the length of a state after which other bytes may stand. */
  int length() throws StateFormatException {
    fields();
    return in.position();
  }

  private void fields() throws StateFormatException {
    head();
    in.big("status", 1, BitNames.VIRTIO_STATUS, false);
    in.big("isr", 1);
    in.big("queue_sel", 2);
    long features = in.big("guest_features_low", 4, kind.featureType(), false);
    int length = (int) in.big("config_len", 4);
    if (length < 0 || length > in.remaining()) {
      throw in.malformed("virtio: configuration space of " + length + " bytes");
    }
    if (length > 0) {
      in.struct("config", "virtio config", false, () -> configuration(length));
    }
    int queues = (int) in.big("num_queues", 4);
    if (queues < 0 || queues > VirtioFormat.MOST_QUEUES) {
      throw in.malformed(
          Reason.VIRTIO_QUEUE_COUNT,
          "virtio: expected at most " + VirtioFormat.MOST_QUEUES + " queues, found " + queues,
          Facts.found(queues));
    }
    for (int i = 0; i < queues; i++) {
      in.struct("queue", "virtio queue", true, this::queue);
    }
    VirtioParts parts = new VirtioParts(in, features, queues);
    if (parts.has(kind)) {
      in.struct("device", kind.name().toLowerCase(Locale.ROOT), false, () -> parts.read(kind));
    }
    subsections();
  }

  private void head() throws StateFormatException {
    switch (bus) {
      case PCI -> {
        in.big("version", 4);
        PciConfigReader pci = new PciConfigReader(in);
        in.struct("pci", "pci config", false, () -> pci.read(pci.length()));
        for (int i = 0; i < 4; i++) {
          in.big("intx", 4, "uint32", true);
        }
        isMsix = pci.vectors() >= 0;
        if (isMsix) {
          PciConfigReader.msix(in, pci.vectors());
          in.big("config_vector", 2);
        }
      }
      case MMIO -> {
        if (in.remaining() < MMIO_HEAD) {
          throw in.malformed("virtio: too short for a device on MMIO");
        }
        in.big("host_features_sel", 4);
        in.big("guest_features_sel", 4);
        in.big("guest_page_shift", 4);
      }
      case CCW -> in.bytes("ccw", CCW_HEAD);
    }
  }

  private void configuration(int length) throws StateFormatException {
    int end = in.position() + length;
    for (VirtioDevice.Member member : kind.members()) {
      if (in.position() + member.size() > end) {
        break;
      }
      if (member.number()) {
        in.guest(member.name(), member.size(), big);
      } else if (member.name().equals("mac")) {
        in.mac(member.name(), false);
      } else {
        in.bytes(member.name(), member.size());
      }
    }
    in.bytes("rest", end - in.position());
  }

  private void queue() throws StateFormatException {
    in.big("size", 4);
    if (bus == Bus.MMIO) {
      in.big("align", 4);
    }
    in.big("desc", 8);
    in.big("last_avail_idx", 2);
    if (isMsix || bus == Bus.CCW) {
      in.big("vector", 2);
    }
  }

  private void subsections() throws StateFormatException {
    for (String name = in.subsectionName(); !name.isEmpty(); name = in.subsectionName()) {
      String found = name;
      in.subsection(() -> subsection(found));
    }
  }

  private void subsection(String name) throws StateFormatException {
    int most = VirtioFormat.MOST_QUEUES;
    switch (name) {
      case "virtio/device_endian" -> legacyBig = in.big("device_endian", 1) == 2;
      case "virtio/128bit_features" -> in.big("guest_features_upper", 8);
      case "virtio/64bit_features" -> {
        long features = in.big("guest_features", 8, kind.featureType(), false);
        version1 = (features >>> VirtioFormat.VERSION_1 & 1) != 0;
      }
      case "virtio/virtqueues" ->
          in.array(
              "rings",
              "virtio rings",
              most,
              16,
              () -> {
                in.big("avail", 8);
                in.big("used", 8);
              });
      case "virtio/ringsize" ->
          in.array("sizes", "virtio ring size", most, 4, () -> in.big("default_size", 4));
      case "virtio/broken" -> in.bool("broken");
      case "virtio/started" -> in.bool("started");
      case "virtio/disabled" -> in.bool("disabled");
      case "virtio/packed_virtqueues" ->
          in.array(
              "packed",
              "virtio packed ring",
              most,
              10,
              () -> {
                in.big("last_avail_idx", 2);
                in.bool("last_avail_wrap");
                in.big("used_idx", 2);
                in.bool("used_wrap");
                in.big("inuse", 4);
              });
      case "virtio/extra_state" -> nested();
      default ->
          throw in.malformed(
              Reason.VIRTIO_SUBSECTION_UNKNOWN,
              "virtio: the subsection " + name + " is not known",
              Facts.names(name));
    }
  }

  private void nested() throws StateFormatException {
    String name = in.subsectionName();
    if (name.equals("virtio_pci/modern_state")) {
      in.subsection(
          () -> {
            in.big("device_feature_select", 4);
            in.big("guest_feature_select", 4);
            modern(true);
            if (in.subsectionName().equals("virtio_pci/modern_state/features128")) {
              in.subsection(
                  () -> {
                    in.big("guest_features", 4, "uint32", true);
                    in.big("guest_features", 4, "uint32", true);
                  });
            }
          });
    } else if (name.equals("virtio_mmio/state")) {
      in.subsection(() -> modern(false));
    }
  }

  private void modern(boolean pci) throws StateFormatException {
    in.big("guest_features", 4, "uint32", true);
    in.big("guest_features", 4, "uint32", true);
    in.array(
        "queues",
        "virtio modern queue",
        VirtioFormat.MOST_QUEUES,
        pci ? 28 : 27,
        () -> {
          in.big("num", 2);
          if (pci) {
            in.big("unused", 1);
          }
          in.bool("enabled");
          for (String ring : new String[] {"desc", "avail", "used"}) {
            in.big(ring + "_low", 4);
            in.big(ring + "_high", 4);
          }
        });
  }
}
