package org.vmstate.parser.device;

import java.util.Optional;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.StateNode;

/**
 * Queues of a redirected USB device, each a 32-bit count and its entries. What the library usbredir
 * keeps of its own is one run of bytes. Source: QEMU 10.0 hw/usb/redirect.c.
 */
final class UsbRedirDecoders {
  private static final int ID = 8;
  private static final int PACKET = 8;

  private UsbRedirDecoders() {}

  /** Numbers of packets: fields of type {@code usb-redir-packet-id-q}. */
  static Optional<StateNode> ids(String device, FieldNode field) throws StateFormatException {
    TreeReader in = in(field);
    long count = in.big("size", 4);
    if (count * ID != in.remaining()) {
      throw in.malformed("usb-redir: " + count + " packets in " + in.remaining() + " bytes");
    }
    while (in.remaining() > 0) {
      in.struct("packet", "usb-redir packet", true, () -> in.big("id", ID));
    }
    return Optional.of(in.finish("usb-redir-packet-id-q"));
  }

  /** Data that the guest has not taken yet: fields of type {@code usb-redir-bufpq}. */
  static Optional<StateNode> packets(String device, FieldNode field) throws StateFormatException {
    TreeReader in = in(field);
    long count = in.big("bufpq_size", 4);
    if (count * PACKET > in.remaining()) {
      throw in.malformed("usb-redir: " + count + " packets in " + in.remaining() + " bytes");
    }
    for (long i = 0; i < count; i++) {
      in.struct(
          "packet",
          "usb-redir buffered packet",
          true,
          () -> {
            long length = in.big("length", 4);
            in.big("status", 4);
            if (length > in.remaining()) {
              throw in.malformed("usb-redir: a packet of " + length + " bytes");
            }
            in.bytes("data", (int) length);
          });
    }
    return in.remaining() == 0 ? Optional.of(in.finish("usb-redir-bufpq")) : Optional.empty();
  }

  /** The library's state: fields of type {@code usb-redir-parser}. */
  static Optional<StateNode> parser(String device, FieldNode field) throws StateFormatException {
    TreeReader in = in(field);
    long length = in.big("length", 4);
    if (length != in.remaining()) {
      throw in.malformed("usb-redir: " + length + " bytes in " + in.remaining());
    }
    in.bytes("usbredirparser", (int) length);
    return Optional.of(in.finish("usb-redir-parser"));
  }

  private static TreeReader in(FieldNode field) {
    return new TreeReader(field.raw(), field.range().start());
  }
}
