package org.vmstate.formats.ram;

/** Constants of multifd channels, whose integers are big-endian. Source: QEMU 10.0 multifd.h. */
public final class MultifdFormat {
  /** First word of a channel and of each packet. */
  public static final int MAGIC = 0x11223344;

  /** The only version. */
  public static final int VERSION = 1;

  /** Bytes of page data that a packet can bring. */
  public static final int PACKET_BYTES = 512 << 10;

  /** Flag: an interval ends. */
  public static final int SYNC = 1;

  /** Flags: the compression method of the data. */
  public static final int COMPRESSION = 0x3e;

  /** Method: whole pages one after the other. */
  public static final int NONE = 0;

  /** Method: one zlib stream a channel. */
  public static final int ZLIB = 2;

  /** Method: one zstd stream a channel. */
  public static final int ZSTD = 4;

  /** Flag: a device's state instead of pages (QEMU 10.0). */
  public static final int DEVICE_STATE = 0x40;

  /** Channels are numbered by a byte. */
  public static final int MOST_CHANNELS = 255;

  private MultifdFormat() {}
}
