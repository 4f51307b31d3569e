package org.vmstate.parser.device;

import java.util.Optional;
import java.util.Set;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.StateNode;

/**
 * Commands under way of a SCSI disk: fields of type {@code scsi-requests}, big-endian. For each a
 * byte (1: is tried again, 2: goes on), 16 bytes of command, tag, LUN, what the adapter adds, which
 * only virtio-scsi does of those that are understood, and how far the disk is with its data; then a
 * zero. Which adapter it is and whether other commands than reads and writes have data is not said,
 * so that the form counts that ends where the field does. Source: QEMU 10.0 hw/scsi/scsi-bus.c,
 * scsi-disk.c, virtio-scsi.c.
 */
final class ScsiRequestsDecoder implements DeviceDecoder {
  private static final int COMMAND = 16;
  private static final int TRIED_AGAIN = 1;
  private static final int GOES_ON = 2;
  private static final int SECTOR = 512;

  /** Reads and writes with 6, 10, 12 and 16 bytes, and writes that are verified. */
  private static final Set<Integer> READS_AND_WRITES =
      Set.of(0x08, 0x28, 0xa8, 0x88, 0x0a, 0x2a, 0xaa, 0x8a, 0x2e, 0xae, 0x8e);

  /**
   * Commands that take data: writes, MODE SELECT, UNMAP, WRITE SAME, VERIFY, FORMAT UNIT, REASSIGN
   * BLOCKS, buffers, PERSISTENT RESERVE OUT and SEND DIAGNOSTIC.
   */
  private static final Set<Integer> TAKE_DATA =
      Set.of(
          0x0a, 0x2a, 0xaa, 0x8a, 0x2e, 0xae, 0x8e, 0x15, 0x55, 0x42, 0x41, 0x93, 0x2f, 0xaf, 0x8f,
          0x04, 0x07, 0x3b, 0x5f, 0x1d);

  /** A form that a list may have. */
  private record Form(boolean virtio, boolean othersHaveData) {}

  private static final Form[] FORMS = {
    new Form(false, true), new Form(false, false), new Form(true, true), new Form(true, false)
  };

  @Override
  public Optional<StateNode> decode(String device, FieldNode field) {
    for (Form form : FORMS) {
      TreeReader in = new TreeReader(field.raw(), field.range().start());
      try {
        while (in.peek() == TRIED_AGAIN || in.peek() == GOES_ON) {
          in.struct("request", "scsi request", true, () -> request(in, form));
        }
        if (in.remaining() == 1 && in.big("end", 1) == 0) {
          return Optional.of(in.finish("scsi-requests"));
        }
      } catch (StateFormatException e) {
        // it is not of this form
      }
    }
    return Optional.empty();
  }

  private static void request(TreeReader in, Form form) throws StateFormatException {
    boolean goesOn = in.big("state", 1) == GOES_ON;
    int code = in.peek();
    in.bytes("command", COMMAND);
    in.big("tag", Integer.BYTES);
    in.big("lun", Integer.BYTES);
    if (form.virtio) {
      new VirtioParts(in, 0, 1).element(true);
    }
    if (form.othersHaveData || READS_AND_WRITES.contains(code)) {
      in.big("sector", Long.BYTES);
      long sectors = in.big("sector_count", Integer.BYTES);
      long most = in.big("buffer_length", Integer.BYTES);
      if (most != 0 && TAKE_DATA.contains(code)) {
        in.bytes("data", Math.min(sectors * SECTOR, most));
      } else if (most != 0 && goesOn) {
        in.bytes("data", in.big("length", Integer.BYTES));
      }
    }
  }
}
