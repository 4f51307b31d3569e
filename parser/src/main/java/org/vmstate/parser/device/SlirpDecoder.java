package org.vmstate.parser.device;

import org.vmstate.formats.error.StateFormatException;

/**
 * A user-mode network, {@code slirp} version 4, big endian: a byte 42 and a socket for each
 * forwarding that the guest has open, a byte 0, the next IP identification, and 16 leases: whether
 * it is given, and the MAC address it is given to. A state with sockets stays bytes. Source:
 * libslirp 4.8 src/state.c, QEMU 10.0 net/slirp.c.
 */
final class SlirpDecoder implements SectionDecoder {
  private static final int LEASES = 16;
  private static final int LEASE = 8;

  @Override
  public boolean knowsVersion(long version) {
    return version == 4;
  }

  @Override
  public void decode(TreeReader in) throws StateFormatException {
    if (in.bool("sockets")) {
      throw in.malformed("slirp: expected no sockets, found one");
    }
    in.big("ip_id", Short.BYTES);
    in.array(
        "bootp_clients",
        "lease",
        LEASES,
        LEASE,
        () -> {
          in.big("allocated", Short.BYTES);
          in.mac("macaddr", false);
        });
  }
}
