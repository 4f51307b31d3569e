package org.vmstate.analyzer.change;

import java.util.List;
import java.util.Locale;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.FieldType;
import org.vmstate.formats.vmdesc.FieldValue;
import org.vmstate.formats.vmdesc.StateNode;

/**
 * The memory of a virtio-mem device: a bit for each block that is plugged in, in big-endian words
 * of 64 bits of which the lowest is the first. Until QEMU 8.0 they stand in the device's own part,
 * later in a section of their own that is sent early. Source: QEMU 10.0 hw/virtio/virtio-mem.c,
 * migration/vmstate-types.c.
 */
final class PluggedMemory {
  private static final String BLOCK_SIZE = "block_size";
  private static final String REGION_SIZE = "region_size";
  private static final String BITMAP = "bitmap";
  private static final List<String> PLACES = List.of("tmp.", "virtio.device.");

  /** Most bytes of a bitmap: a bit for each 2 MiB of 32 TiB. */
  private static final long MOST = 2 << 20;

  private long before;
  private long region;

  private PluggedMemory() {}

  /** Returns a tree with another block size. */
  static StateNode withBlockSize(StateNode root, Change.SetBlockSize change)
      throws ChangeException {
    String section = change.section();
    for (String place : PLACES) {
      if (StateChange.has(root, place + BLOCK_SIZE) && StateChange.has(root, bitmap(place))) {
        return new PluggedMemory().with(root, place, change);
      }
    }
    throw new ChangeException(
        "section " + section + ": expected the memory of a virtio-mem device, found another state");
  }

  private StateNode with(StateNode root, String place, Change.SetBlockSize change)
      throws ChangeException {
    String section = change.section();
    StateChange.run(
        root,
        place + REGION_SIZE,
        section,
        (field, index) -> {
          region = FieldValue.integer(field.desc().type(), field.raw(), 0, field.raw().length);
          return List.of(field);
        });
    StateNode sized =
        StateChange.run(
            root,
            place + BLOCK_SIZE,
            section,
            (field, index) -> {
              before = FieldValue.integer(field.desc().type(), field.raw(), 0, field.raw().length);
              byte[] raw = FieldValue.bytes(FieldType.UNSIGNED, change.size(), field.raw().length);
              return List.of(new FieldNode(field.desc(), field.range(), raw, List.of()));
            });
    long size = change.size();
    if (size < 1 || before < size || before % size != 0) {
      throw new ChangeException(
          String.format(
              Locale.ROOT,
              "block size of %s: expected a part of 0x%x, as the guest plugs and unplugs by that,"
                  + " found 0x%x",
              section,
              before,
              size));
    }
    long words = (region / size + Long.SIZE - 1) / Long.SIZE;
    if (region < 0 || region % before != 0 || words * Long.BYTES > MOST) {
      throw new ChangeException(
          "block size of " + section + ": expected at most " + MOST * 8 + " blocks");
    }
    return StateChange.run(
        sized,
        bitmap(place),
        section,
        (field, index) -> List.of(bitmap(field, (int) (before / size), (int) words * Long.BYTES)));
  }

  /** Only what is compared stands in a structure of its own. */
  private static String bitmap(String place) {
    return (place.equals(PLACES.getFirst()) ? "" : place) + BITMAP;
  }

  private FieldNode bitmap(FieldNode field, int times, int length) {
    byte[] old = field.raw();
    byte[] raw = new byte[length];
    for (int bit = 0; bit < old.length * 8; bit++) {
      for (int i = 0; isSet(old, bit) && i < times; i++) {
        int at = bit * times + i;
        if (at < length * 8) {
          raw[place(at)] |= (byte) (1 << (at & 7));
        }
      }
    }
    FieldDesc desc = field.desc();
    FieldDesc same =
        new FieldDesc(
            desc.name(),
            desc.typeName(),
            desc.type(),
            desc.count(),
            desc.isArray(),
            length,
            desc.nested());
    return new FieldNode(same, field.range(), raw, List.of());
  }

  private static boolean isSet(byte[] bytes, int bit) {
    return (bytes[place(bit)] & 1 << (bit & 7)) != 0;
  }

  private static int place(int bit) {
    return bit / Long.SIZE * Long.BYTES + (Long.BYTES - 1 - bit % Long.SIZE / 8);
  }
}
