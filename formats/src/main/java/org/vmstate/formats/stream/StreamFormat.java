package org.vmstate.formats.stream;

/** Constants of the stream container. Source: QEMU 10.0 migration/savevm.c. */
public final class StreamFormat {
  /** {@code QEVM}, be32 at the start of every stream. */
  public static final int MAGIC = 0x5145564d;

  /** Stream version since 2009, be32 after the magic. */
  public static final int VERSION = 3;

  /** Stream version before 2009, whose records carry lengths. */
  public static final int VERSION_2 = 2;

  /** Stream version of Android's emulator and of PANDA 1, whose records are their own. */
  public static final int VERSION_OF_OTHERS = 4;

  /**
   * Section of Proxmox's QEMU, which no other loads: a START and nothing more. Source: pve-qemu
   * debian/patches/pve/0033.
   */
  public static final String PROXMOX_BACKUPS = "pbs-state";

  /** Record type bytes. */
  public static final int EOF = 0x00;

  /** Length in bytes of a footer, and of the record of PART and END: type and be32 id. */
  public static final int REF_LENGTH = 5;

  /** Length in bytes of what a stream ends with: the last footer and the end mark. */
  public static final int END_LENGTH = REF_LENGTH + 1;

  /** Offset in bytes of the name's length in the record of START and FULL, after type and id. */
  public static final int NAME_AT = 5;

  /** Length in bytes of what stands after that name: be32 instance, be32 version. */
  public static final int AFTER_NAME = 8;

  /** Length of what stands in front of the description's JSON, in bytes: its record and length. */
  public static final int DESCRIPTION_FRAME = 5;

  /** Last byte of the description's JSON, with which a stream ends. */
  public static final int END_OF_DESCRIPTION = '}';

  /** An iterable device's set-up. */
  public static final int SECTION_START = 0x01;

  /** One pass of an iterable device. */
  public static final int SECTION_PART = 0x02;

  /** The last pass of an iterable device. */
  public static final int SECTION_END = 0x03;

  /** The complete state of a device. */
  public static final int SECTION_FULL = 0x04;

  /** Only inside device payloads and the configuration. */
  public static final int SUBSECTION = 0x05;

  /** be32 length and JSON, only after EOF. */
  public static final int VMDESCRIPTION = 0x06;

  /** Machine type and subsections, only after the header. */
  public static final int CONFIGURATION = 0x07;

  /** be16 command, be16 length, payload. */
  public static final int COMMAND = 0x08;

  /** Closes START, PART, END and FULL with the section's id. */
  public static final int SECTION_FOOTER = 0x7e;

  /** Offset in bytes of the machine type in its record, after record type and be32 length. */
  public static final int MACHINE_AT = 5;

  /** What the names of the subsections of the configuration begin with. */
  public static final String CONFIGURATION_PREFIX = "configuration/";

  /** Subsection of the configuration: be32 log2 of the target page size. */
  public static final String TARGET_PAGE_BITS = "configuration/target-page-bits";

  /** Subsection of the configuration: be32 count, names with a length byte. */
  public static final String CAPABILITIES = "configuration/capabilities";

  /** Subsection of the configuration: 16 bytes. */
  public static final String UUID = "configuration/uuid";

  private StreamFormat() {}

  /** Reports whether a byte can follow a complete section or command. */
  public static boolean isRecordType(int type) {
    return (type >= EOF && type <= SECTION_FULL) || type == COMMAND;
  }
}
