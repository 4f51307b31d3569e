package org.vmstate.analyzer.check;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The queues in the state of a virtio device on PCI: PCIDevice, MSI-X table, the device's
 * registers, its queues, subsections. Big-endian, except for PCI's configuration space. Source:
 * QEMU 10.0 hw/virtio/virtio.c, hw/virtio/virtio-pci.c, hw/pci/pci.c, hw/pci/msix.c.
 */
final class VirtioBlob {
  /**
   * A queue that the guest has set up, or that says so only in part.
   *
   * @param number its number
   * @param size entries
   * @param available guest-physical address of the available ring, 0 when the queue has no address
   * @param last next entry of that ring that the host would take
   */
  record Queue(int number, long size, long available, int last) {}

  private static final int PCI_VERSION = 2;
  private static final int STATUS = 0x06;
  private static final int HAS_CAPABILITIES = 0x10;
  private static final int CAPABILITIES = 0x34;
  private static final int MSI_X = 0x11;
  private static final int EXPRESS = 0x10;
  private static final int CONFIGURATION = 256;
  private static final int EXPRESS_CONFIGURATION = 4096;
  private static final int INTERRUPT_LEVELS = 16;
  private static final int MOST_QUEUES = 1024;
  private static final byte[] RINGS = "\u0011virtio/virtqueues".getBytes(StandardCharsets.US_ASCII);
  private static final String PACKED = "virtio/packed_virtqueues";

  /** Subsection with the features from bit 32 on, of which 33 is VIRTIO_F_ACCESS_PLATFORM. */
  private static final byte[] FEATURES =
      "\u0015virtio/64bit_features".getBytes(StandardCharsets.US_ASCII);

  private static final int ACCESS_PLATFORM = 33;

  private final ByteBuffer bytes;
  private int vectors = -1;
  private boolean express;

  private VirtioBlob(byte[] raw) {
    bytes = ByteBuffer.wrap(raw);
  }

  /** Returns the queues; none where the state is of another bus, or has packed rings. */
  static List<Queue> queues(byte[] raw) {
    if (new String(raw, StandardCharsets.ISO_8859_1).contains(PACKED)) {
      return List.of();
    }
    try {
      return new VirtioBlob(raw).read();
    } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
      // it is not what this reads
      return List.of();
    }
  }

  /** Tells whether the addresses of the queues are those of a vIOMMU, not physical ones. */
  static boolean isTranslated(byte[] raw) {
    int at = find(raw, FEATURES, 0);
    int value = at + FEATURES.length + Integer.BYTES;
    return at >= 0
        && value + Long.BYTES <= raw.length
        && (ByteBuffer.wrap(raw).getLong(value) >> ACCESS_PLATFORM & 1) != 0;
  }

  private static int find(byte[] all, byte[] wanted, int from) {
    for (int at = from; at + wanted.length <= all.length; at++) {
      if (Arrays.equals(all, at, at + wanted.length, wanted, 0, wanted.length)) {
        return at;
      }
    }
    return -1;
  }

  private List<Queue> read() {
    if (bytes.getInt() != PCI_VERSION) {
      return List.of();
    }
    capabilities(bytes.position());
    skip(express ? EXPRESS_CONFIGURATION : CONFIGURATION);
    skip(INTERRUPT_LEVELS);
    if (vectors >= 0) {
      skip(vectors * 16 + (vectors + 7) / 8 + 2);
    }
    skip(1 + 1 + 2 + 4); // status, interrupt status, selected queue, low features
    skip(bytes.getInt());
    int count = bytes.getInt();
    if (count < 0 || count > MOST_QUEUES) {
      return List.of();
    }
    long[] sizes = new long[count];
    long[] descriptors = new long[count];
    int[] last = new int[count];
    for (int i = 0; i < count; i++) {
      sizes[i] = Integer.toUnsignedLong(bytes.getInt());
      descriptors[i] = bytes.getLong();
      last[i] = bytes.getShort() & 0xffff;
      skip(vectors >= 0 ? 2 : 0);
    }
    int rings = rings();
    List<Queue> queues = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long available = rings < 0 ? descriptors[i] + sizes[i] * 16 : bytes.getLong(rings + i * 16);
      if (descriptors[i] == 0 && last[i] != 0) {
        queues.add(new Queue(i, sizes[i], 0, last[i]));
      } else if (sizes[i] > 0 && descriptors[i] != 0) {
        queues.add(new Queue(i, sizes[i], available, last[i]));
      }
    }
    return queues;
  }

  private void skip(int count) {
    bytes.position(bytes.position() + count);
  }

  private void capabilities(int start) {
    if ((bytes.get(start + STATUS) & HAS_CAPABILITIES) == 0) {
      return;
    }
    int at = bytes.get(start + CAPABILITIES) & 0xfc;
    for (int i = 0; i < 48 && at != 0; i++) {
      int id = bytes.get(start + at);
      if (id == MSI_X) {
        int control = Short.reverseBytes(bytes.getShort(start + at + 2)) & 0x7ff;
        vectors = control + 1;
      }
      express |= id == EXPRESS;
      at = bytes.get(start + at + 1) & 0xfc;
    }
  }

  /** Returns where the addresses of the rings are, for virtio 1; -1 for older devices. */
  private int rings() {
    int at = find(bytes.array(), RINGS, bytes.position());
    return at < 0 ? -1 : at + RINGS.length + Integer.BYTES;
  }
}
