package org.vmstate.formats.libvirt;

/** Constants of the libvirt save image. Source: libvirt 11.3.0 src/qemu/qemu_saveimage.h. */
public final class SaveFormat {
  /** Magic of a finished image, 16 bytes. */
  public static final String MAGIC = "LibvirtQemudSave";

  /** Magic of an image whose save has not finished, 16 bytes. */
  public static final String MAGIC_PARTIAL = "LibvirtQemudPart";

  /** Length of the header in bytes, in every version. */
  public static final int HEADER_LENGTH = 92;

  /** Newest version that a released libvirt writes. */
  public static final int VERSION = 2;

  /** Version of the 2024 proposal. */
  public static final int VERSION_RFC = 3;

  /** Feature bit 0 of the proposal: the stream has the mapped-ram layout. */
  public static final long FEATURE_MAPPED_RAM = 1;

  /** Zero bytes that libvirt leaves after the strings of a new image, for edits. */
  public static final int PADDING = 64 << 10;

  private SaveFormat() {}
}
