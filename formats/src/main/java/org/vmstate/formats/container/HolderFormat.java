package org.vmstate.formats.container;

/** Constants of other programs' files around a QEMU stream. */
public final class HolderFormat {
  /** First word of what xemu writes in front: {@code xemu}. Source: xemu xemu-snapshots.c. */
  public static final long XEMU = 0x78656d75L;

  /** First word of a libxl stream. Source: Xen libxl_sr_stream_format.h. */
  public static final long LIBXL = 0x4c696278L;

  /** Second word of a libxl stream. */
  public static final long LIBXL_REST = 0x6c466d74L;

  /** Option of a libxl stream: its records are big-endian. */
  public static final int LIBXL_BIG_ENDIAN = 1;

  /** Record that holds the emulator's stream. */
  public static final int EMULATOR_CONTEXT = 3;

  /** Bytes in front of that stream: which emulator, and a number. */
  public static final int EMULATOR_HEAD = 8;

  /** Which emulator it is when that is QEMU; 1 is the old one of Xen. */
  public static final int QEMU = 2;

  /** First word of a device model record of Xen: {@code Devi}. */
  public static final long DEVICE_MODEL = 0x44657669L;

  /** Second word of it: {@code ceMo}. */
  public static final long DEVICE_MODEL_REST = 0x63654d6fL;

  /** What stands at offset 257 of a tar archive: {@code usta}, and an {@code r}. */
  public static final long USTAR = 0x75737461L;

  private HolderFormat() {}
}
