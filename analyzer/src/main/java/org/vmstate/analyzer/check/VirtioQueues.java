package org.vmstate.analyzer.check;

import java.util.ArrayList;
import java.util.List;
import org.vmstate.analyzer.physical.Fields;
import org.vmstate.formats.vmdesc.FieldNode;

/** The queues in the decoded state of a virtio device. */
final class VirtioQueues {
  /**
   * A queue that the guest has set up, or that says so only in part.
   *
   * @param number its number
   * @param size entries
   * @param available guest-physical address of the available ring, 0 when the queue has no address
   * @param last next entry of that ring that the host would take
   */
  record Queue(int number, long size, long available, int last) {}

  private static final int DESCRIPTOR = 16;

  /** Feature VIRTIO_F_ACCESS_PLATFORM. */
  private static final int ACCESS_PLATFORM = 33;

  private VirtioQueues() {}

  /** Returns the queues; none where the state was not understood, or has compressed rings. */
  static List<Queue> of(FieldNode virtio) {
    if (virtio.elements().isEmpty()) {
      return List.of();
    }
    Fields state = new Fields(virtio.elements().getFirst());
    if (!state.has("pci") || state.subsection("virtio/packed_virtqueues").isPresent()) {
      return List.of();
    }
    List<Fields> rings =
        state.subsection("virtio/virtqueues").map(s -> s.structs("rings")).orElse(null);
    List<Queue> queues = new ArrayList<>();
    List<Fields> all = state.structs("queue");
    for (int i = 0; i < all.size(); i++) {
      long size = all.get(i).value("size");
      long descriptors = all.get(i).value("desc");
      int last = (int) all.get(i).value("last_avail_idx");
      if (descriptors == 0 && last != 0) {
        queues.add(new Queue(i, size, 0, last));
      } else if (size > 0 && descriptors != 0) {
        queues.add(new Queue(i, size, available(rings, i, descriptors, size), last));
      }
    }
    return queues;
  }

  /** Reports whether the addresses of the queues are those of a vIOMMU, not physical ones. */
  static boolean isTranslated(FieldNode virtio) {
    return !virtio.elements().isEmpty()
        && new Fields(virtio.elements().getFirst())
            .subsection("virtio/64bit_features")
            .filter(s -> (s.value("guest_features") >> ACCESS_PLATFORM & 1) != 0)
            .isPresent();
  }

  private static long available(List<Fields> rings, int i, long descriptors, long size) {
    if (rings == null) {
      return descriptors + size * DESCRIPTOR;
    }
    return i < rings.size() ? rings.get(i).value("avail") : 0;
  }
}
