package org.vmstate.parser.qcow2;

/** Disks for tests of other packages. */
public final class TestDisks {
  private TestDisks() {}

  /** Returns a disk of 512-byte clusters with one state. */
  public static byte[] of(byte[] state, boolean compressed) {
    DiskBuilder builder = new DiskBuilder(state);
    builder.compressed = compressed;
    return builder.build();
  }
}
