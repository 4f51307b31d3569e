package org.vmstate.parser.device;

import java.util.Optional;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.StateNode;

/**
 * Resources and outputs of virtio-gpu: fields of type {@code virtio-gpu}. An output takes 40 bytes,
 * of machines from 9.0 on 64. Source: QEMU 10.0 hw/display/virtio-gpu.c.
 */
final class VirtioGpuDecoder implements DeviceDecoder {
  /** Type name of the field. */
  static final String TYPE = "virtio-gpu";

  private static final int MOST_OUTPUTS = 16;
  private static final int BYTES_PER_PIXEL = 4;
  private static final int SHORT_OUTPUT = 40;
  private static final int LONG_OUTPUT = 64;
  private static final String[] OUTPUT = {
    "resource_id",
    "width",
    "height",
    "x",
    "y",
    "cursor_resource_id",
    "cursor_hot_x",
    "cursor_hot_y",
    "cursor_x",
    "cursor_y",
    "format",
    "bytes_pp",
    "fb_width",
    "fb_height",
    "stride",
    "offset"
  };

  @Override
  public Optional<StateNode> decode(String device, FieldNode field) throws StateFormatException {
    TreeReader in = new TreeReader(field.raw(), field.range().start());
    while (in.peekBig(0, Integer.BYTES) != 0) {
      in.struct("resource", "virtio-gpu resource", true, () -> resource(in));
    }
    in.big("end", 4);
    in.big("enable", 4);
    long outputs = in.big("max_outputs", 4);
    boolean isLong = in.remaining() == outputs * LONG_OUTPUT;
    if (outputs > MOST_OUTPUTS || !isLong && in.remaining() != outputs * SHORT_OUTPUT) {
      return Optional.empty();
    }
    for (int i = 0; i < outputs; i++) {
      in.struct(
          "scanout",
          "virtio-gpu scanout",
          true,
          () -> {
            for (int k = 0; k < (isLong ? LONG_OUTPUT : SHORT_OUTPUT) / 4; k++) {
              in.big(OUTPUT[k], 4);
            }
          });
    }
    return Optional.of(in.finish(TYPE));
  }

  /** Returns the lengths that a field may have that begins an array. */
  static int[] lengths(byte[] bytes) {
    TreeReader in = new TreeReader(bytes, 0);
    try {
      while (in.peekBig(0, Integer.BYTES) != 0) {
        resource(in);
      }
      in.big("end", 4);
      in.big("enable", 4);
      int outputs = (int) Math.min(MOST_OUTPUTS + 1L, in.big("max_outputs", 4));
      return outputs > MOST_OUTPUTS
          ? new int[0]
          : new int[] {
            in.position() + outputs * LONG_OUTPUT, in.position() + outputs * SHORT_OUTPUT
          };
    } catch (StateFormatException e) {
      return new int[0];
    }
  }

  private static void resource(TreeReader in) throws StateFormatException {
    in.big("resource_id", 4);
    long width = in.big("width", 4);
    long height = in.big("height", 4);
    in.big("format", 4);
    long pieces = in.big("num_pieces", 4);
    if (pieces * 12 > in.remaining()
        || width > 1 << 16
        || height > 1 << 16
        || width * height * BYTES_PER_PIXEL > in.remaining()) {
      throw in.malformed("virtio-gpu: resource of " + width + " by " + height);
    }
    for (int i = 0; i < pieces; i++) {
      in.struct(
          "piece",
          "piece",
          true,
          () -> {
            in.big("address", 8);
            in.big("length", 4);
          });
    }
    in.bytes("image", (int) (width * height * BYTES_PER_PIXEL));
  }
}
