package org.vmstate.formats.rule;

import java.util.Locale;

/**
 * What is checked. The number is for ever; cause and cure of each rule stand in docs/checks.md.
 * Numbers up to 102 follow the list of invariants in docs/checks.md.
 */
public enum Rule {
  /** The stream starts with QEVM. */
  STREAM_MAGIC(1, Severity.ERROR, "the stream starts with QEVM"),
  /** The stream version is 3. */
  STREAM_VERSION(2, Severity.ERROR, "the stream version is 3"),
  /** A configuration record follows the header. */
  NO_CONFIGURATION(3, Severity.WARNING, "a configuration record follows the header"),
  /** The machine name has 1 to 255 printable characters. */
  MACHINE_NAME(4, Severity.ERROR, "the machine name has 1 to 255 printable characters"),
  /** There is one configuration record. */
  ONE_CONFIGURATION(5, Severity.ERROR, "there is one configuration record"),
  /** Subsections of the configuration are known, single, and of version 1. */
  CONFIGURATION_SUBSECTION(
      6, Severity.ERROR, "subsections of the configuration are known, single, and of version 1"),
  /** Subsections come in the writer's order: target-page-bits, capabilities, uuid. */
  SUBSECTION_ORDER(
      7,
      Severity.WARNING,
      "subsections come in the writer's order: target-page-bits, capabilities, uuid"),
  /** Target-page-bits and the description's page_size agree. */
  PAGE_BITS_AGREE(8, Severity.ERROR, "target-page-bits and the description's page_size agree"),
  /** Target-page-bits lies between 8 and 19, rarely above 16. */
  PAGE_BITS_RANGE(9, Severity.ERROR, "target-page-bits lies between 8 and 19, rarely above 16"),
  /** Each capability is listed once. */
  CAPABILITY_LIST(10, Severity.WARNING, "each capability is listed once"),
  /** Listed capabilities are known to released QEMU. */
  CAPABILITY_KNOWN(11, Severity.ERROR, "listed capabilities are known to released QEMU"),
  /** Only validated capabilities are listed: x-ignore-shared, mapped-ram. */
  CAPABILITY_VALIDATED(
      12, Severity.WARNING, "only validated capabilities are listed: x-ignore-shared, mapped-ram"),
  /** Mapped-ram is listed when, and only when, RAM blocks have its headers. */
  MAPPED_RAM_ANNOUNCED(
      13, Severity.ERROR, "mapped-ram is listed when, and only when, RAM blocks have its headers"),
  /** The stream's UUID is that of the domain XML. */
  UUID_AGREES(14, Severity.WARNING, "the stream's UUID is that of the domain XML"),
  /** A record starts with 0 to 4 or 8. */
  RECORD_TYPE(15, Severity.ERROR, "a record starts with 0 to 4 or 8"),
  /** A section has a name. */
  SECTION_NAME(16, Severity.ERROR, "a section has a name"),
  /** PART and END belong to a section that a START announced. */
  SECTION_ANNOUNCED(17, Severity.ERROR, "PART and END belong to a section that a START announced"),
  /** No two sections share an id. */
  SECTION_ID_SHARED(18, Severity.WARNING, "no two sections share an id"),
  /** Every section ends with a footer that repeats its id, or none does. */
  SECTION_FOOTER(
      19, Severity.ERROR, "every section ends with a footer that repeats its id, or none does"),
  /** Each iterable has one START, then PARTs, then one END before the devices. */
  SECTION_ORDER(
      20,
      Severity.WARNING,
      "each iterable has one START, then PARTs, then one END before the devices"),
  /**
   * Machine types of 10.0 and later send SWITCHOVER_START once, before the first END, older ones
   * never.
   */
  SWITCHOVER_START(
      21,
      Severity.WARNING,
      "machine types of 10.0 and later send SWITCHOVER_START once, before the first END, older ones"
          + " never"),
  /** Commands are known and of their length; postcopy commands have no place in a file. */
  COMMAND(
      22,
      Severity.ERROR,
      "commands are known and of their length; postcopy commands have no place in a file"),
  /** Each device has one section. */
  SECTION_ONCE(23, Severity.WARNING, "each device has one section"),
  /** Description and sections name the same devices in the same order. */
  DESCRIPTION_COVERS(
      24, Severity.WARNING, "description and sections name the same devices in the same order"),
  /** The stream ends with its end mark. */
  END_MARK(25, Severity.ERROR, "the stream ends with its end mark"),
  /** A description follows the end mark, of the stated length, as JSON. */
  DESCRIPTION(
      26, Severity.WARNING, "a description follows the end mark, of the stated length, as JSON"),
  /** Nothing follows the stream. */
  TRAILING_BYTES(27, Severity.WARNING, "nothing follows the stream"),
  /** Section and description give the same version. */
  DESCRIPTION_VERSION(28, Severity.WARNING, "section and description give the same version"),
  /** A device's section ends where its description says. */
  DEVICE_DECODES(29, Severity.ERROR, "a device's section ends where its description says"),
  /** Member names repeat only in queues. */
  DESCRIPTION_MEMBERS(30, Severity.WARNING, "member names repeat only in queues"),
  /** Truth values are 0 or 1, unused bytes zero, bounded numbers not negative. */
  FIELD_VALUES(
      31,
      Severity.WARNING,
      "truth values are 0 or 1, unused bytes zero, bounded numbers not negative"),
  /** Queues consist of elements with their marks. */
  QUEUE_MARKERS(32, Severity.ERROR, "queues consist of elements with their marks"),
  /** The ram section has version 4. */
  RAM_VERSION(33, Severity.ERROR, "the ram section has version 4"),
  /** The first RAM word is MEM_SIZE, and only that of START. */
  RAM_TOTAL(34, Severity.ERROR, "the first RAM word is MEM_SIZE, and only that of START"),
  /** The blocks' lengths add up to the total. */
  RAM_SUM(35, Severity.ERROR, "the blocks' lengths add up to the total"),
  /** Blocks have different names of 1 to 255 bytes. */
  BLOCK_NAMES(36, Severity.ERROR, "blocks have different names of 1 to 255 bytes"),
  /** A block's length is a multiple of the page size. */
  BLOCK_LENGTH(37, Severity.ERROR, "a block's length is a multiple of the page size"),
  /** A RAM word has exactly one kind; 0x001 and 0x100 are out of use. */
  RAM_WORD(38, Severity.ERROR, "a RAM word has exactly one kind; 0x001 and 0x100 are out of use"),
  /** CONTINUE follows a record with a name. */
  CONTINUE(39, Severity.ERROR, "CONTINUE follows a record with a name"),
  /** A page lies inside its block. */
  PAGE_INSIDE(40, Severity.ERROR, "a page lies inside its block"),
  /** A page of equal bytes is a zero page. */
  FILL_BYTE(41, Severity.ERROR, "a page of equal bytes is a zero page"),
  /** The word that ends a RAM section has no address. */
  EOS_ADDRESS(42, Severity.WARNING, "the word that ends a RAM section has no address"),
  /** Every RAM section ends with its own word. */
  RAM_ENDS(43, Severity.ERROR, "every RAM section ends with its own word"),
  /** No HOOK words, which belong to RDMA. */
  HOOK(44, Severity.WARNING, "no HOOK words, which belong to RDMA"),
  /** No MULTIFD_FLUSH in a stream that carries all pages. */
  MULTIFD_FLUSH(45, Severity.WARNING, "no MULTIFD_FLUSH in a stream that carries all pages"),
  /** Every page of every block is sent. */
  PAGES_SENT(46, Severity.WARNING, "every page of every block is sent"),
  /** A delta follows the page that it changes, and decodes. */
  XBZRLE(47, Severity.ERROR, "a delta follows the page that it changes, and decodes"),
  /** No deltas with mapped-ram. */
  XBZRLE_PLACE(48, Severity.ERROR, "no deltas with mapped-ram"),
  /** A compressed page inflates to one page. */
  COMPRESSED_PAGE(49, Severity.ERROR, "a compressed page inflates to one page"),
  /** The mapped-ram header has version 1. */
  MAPPED_VERSION(50, Severity.ERROR, "the mapped-ram header has version 1"),
  /** The header's page size is the target's. */
  MAPPED_PAGE_SIZE(51, Severity.ERROR, "the header's page size is the target's"),
  /** A bitmap starts right after its header. */
  BITMAP_FOLLOWS(52, Severity.WARNING, "a bitmap starts right after its header"),
  /** A bitmap lies inside the file, after its header. */
  BITMAP_INSIDE(53, Severity.ERROR, "a bitmap lies inside the file, after its header"),
  /** Pages start after their bitmap. */
  PAGES_AFTER_BITMAP(54, Severity.ERROR, "pages start after their bitmap"),
  /** Pages start at a multiple of the page size. */
  PAGES_ALIGNED(55, Severity.ERROR, "pages start at a multiple of the page size"),
  /** Pages start at a multiple of 1 MiB. */
  PAGES_ALIGNED_1M(56, Severity.WARNING, "pages start at a multiple of 1 MiB"),
  /** Page areas do not overlap. */
  AREAS_APART(57, Severity.ERROR, "page areas do not overlap"),
  /** Page areas lie inside the file. */
  AREA_INSIDE(58, Severity.ERROR, "page areas lie inside the file"),
  /** Offsets count from the start of the file. */
  OFFSETS_ABSOLUTE(59, Severity.ERROR, "offsets count from the start of the file"),
  /** Bits after the last page are zero. */
  BITMAP_PADDING(60, Severity.WARNING, "bits after the last page are zero"),
  /** A marked page holds data. */
  ZERO_PAGE_MARKED(61, Severity.INFO, "a marked page holds data"),
  /** An unmarked page is empty. */
  STALE_DATA(62, Severity.INFO, "an unmarked page is empty"),
  /** Page areas with data have marked pages, and the ram section ends. */
  MEMORY_LOST(
      63, Severity.ERROR, "page areas with data have marked pages, and the ram section ends"),
  /** Bits of bitmaps lie in little-endian order. */
  BITMAP_ORDER(64, Severity.ERROR, "bits of bitmaps lie in little-endian order"),
  /** No page records in a mapped-ram stream. */
  MAPPED_NO_RECORDS(65, Severity.ERROR, "no page records in a mapped-ram stream"),
  /** PART and END of ram hold one word. */
  MAPPED_SECTIONS(66, Severity.WARNING, "PART and END of ram hold one word"),
  /** Mapped-ram is combined with x-ignore-shared from QEMU 11.0 on. */
  MAPPED_SHARED(67, Severity.INFO, "mapped-ram is combined with x-ignore-shared from QEMU 11.0 on"),
  /** Direct I/O can read pages in place. */
  DIRECT_OFFSET(68, Severity.ERROR, "direct I/O can read pages in place"),
  /** Direct I/O ends at the end of a page area. */
  DIRECT_LENGTH(69, Severity.INFO, "direct I/O ends at the end of a page area"),
  /** A page is at least one block long. */
  DIRECT_PAGE(70, Severity.INFO, "a page is at least one block long"),
  /** A mapped-ram image is a plain file. */
  MAPPED_SEEKABLE(71, Severity.ERROR, "a mapped-ram image is a plain file"),
  /** Unused space stays below the alignment. */
  MAPPED_SIZE(72, Severity.WARNING, "unused space stays below the alignment"),
  /** Each channel starts with its packet: ids from 0, each once, one UUID. */
  MULTIFD_INITIAL(
      73, Severity.ERROR, "each channel starts with its packet: ids from 0, each once, one UUID"),
  /** Packets have magic and version. */
  MULTIFD_MAGIC(74, Severity.ERROR, "packets have magic and version"),
  /** Page counts fit the packet. */
  MULTIFD_COUNTS(75, Severity.ERROR, "page counts fit the packet"),
  /** Plain packets are followed by their pages. */
  MULTIFD_SIZE(76, Severity.ERROR, "plain packets are followed by their pages"),
  /** Packets name a block and pages inside it. */
  MULTIFD_BLOCK(77, Severity.ERROR, "packets name a block and pages inside it"),
  /** One compression for the whole session. */
  MULTIFD_COMPRESSION(78, Severity.ERROR, "one compression for the whole session"),
  /** All channels synchronise equally often. */
  MULTIFD_SYNC(79, Severity.ERROR, "all channels synchronise equally often"),
  /** Packet numbers grow, and none occurs twice. */
  MULTIFD_NUMBER(80, Severity.WARNING, "packet numbers grow, and none occurs twice"),
  /** The magic says that the save finished. */
  SAVE_FINISHED(81, Severity.ERROR, "the magic says that the save finished"),
  /** The header has version 1 or 2. */
  HEADER_VERSION(82, Severity.ERROR, "the header has version 1 or 2"),
  /** The running flag is 0 or 1, unused fields are zero. */
  HEADER_FIELDS(83, Severity.WARNING, "the running flag is 0 or 1, unused fields are zero"),
  /** XML and cookie lie inside the file and below 16 MiB. */
  DATA_LENGTH(84, Severity.ERROR, "XML and cookie lie inside the file and below 16 MiB"),
  /** The domain XML ends with a zero byte, is well-formed and a domain element. */
  DOMAIN_XML(
      85, Severity.ERROR, "the domain XML ends with a zero byte, is well-formed and a <domain>"),
  /** The cookie lies after the XML, inside the data. */
  COOKIE_OFFSET(86, Severity.ERROR, "the cookie lies after the XML, inside the data"),
  /** The cookie ends with a zero byte and is a cookie element. */
  COOKIE(87, Severity.ERROR, "the cookie ends with a zero byte and is a <cookie>"),
  /** Bytes between the strings and the stream are zero. */
  HEADER_PADDING(88, Severity.WARNING, "bytes between the strings and the stream are zero"),
  /** 64 KiB of room follow the strings. */
  HEADER_ROOM(89, Severity.INFO, "64 KiB of room follow the strings"),
  /** The format number fits the data. */
  SAVE_FORMAT(90, Severity.ERROR, "the format number fits the data"),
  /** The compressed stream is whole and nothing follows it. */
  COMPRESSED_WHOLE(91, Severity.ERROR, "the compressed stream is whole and nothing follows it"),
  /** Format sparse goes with mapped-ram, and only that. */
  SPARSE_MAPPED(92, Severity.ERROR, "format sparse goes with mapped-ram, and only that"),
  /** XML and stream name the same machine type. */
  MACHINE_AGREES(93, Severity.WARNING, "XML and stream name the same machine type"),
  /** The RAM blocks have the memory of the XML. */
  MEMORY_AGREES(94, Severity.WARNING, "the RAM blocks have the memory of the XML"),
  /** An edit leaves data length and stream alone. */
  EDIT_KEEPS_STREAM(95, Severity.ERROR, "an edit leaves data length and stream alone"),
  /** An edit of a sparse image leaves places and holes alone. */
  EDIT_KEEPS_PLACES(96, Severity.ERROR, "an edit of a sparse image leaves places and holes alone"),
  /**
   * Dirty bitmaps have a granularity of a power of two from 512, no reserved flags, and are
   * completed.
   */
  DIRTY_BITMAP(
      97,
      Severity.WARNING,
      "dirty bitmaps have a granularity of a power of two from 512, no reserved flags, and are"
          + " completed"),
  /** Dirty-bitmap chunks name their bitmap. */
  DIRTY_BITMAP_NAME(98, Severity.ERROR, "dirty-bitmap chunks name their bitmap"),
  /** Hash-table entries lie inside the table. */
  HASH_TABLE(99, Severity.ERROR, "hash-table entries lie inside the table"),
  /** Storage attributes have known flags and end with DONE. */
  STORAGE_ATTRIBUTES(100, Severity.ERROR, "storage attributes have known flags and end with DONE"),
  /** VFIO data has known tags. */
  VFIO(101, Severity.ERROR, "VFIO data has known tags"),
  /** Every section is one of QEMU's, and its end is known. */
  UNKNOWN_SECTION(102, Severity.WARNING, "every section is one of QEMU's, and its end is known"),
  /** Running flag and run state agree. */
  RUN_STATE(201, Severity.WARNING, "running flag and run state agree"),
  /** A released QEMU and libvirt load this layout. */
  RELEASE(202, Severity.ERROR, "a released QEMU and libvirt load this layout"),
  /** The image stays within the limits of this program. */
  LIMIT(203, Severity.ERROR, "the image stays within the limits of this program"),
  /** The image can be read. */
  OTHER(204, Severity.ERROR, "the image can be read"),
  /** A virtio queue's index is near the guest's. */
  VIRTQUEUE(205, Severity.WARNING, "a virtio queue's index is near the guest's"),
  /** QEMU loads a state out of this disk. */
  DISK_LOADS(206, Severity.ERROR, "QEMU loads a state out of this disk"),
  /** The state of a virtio device or of a PCI function is one that QEMU reads. */
  VIRTIO_STATE(
      207,
      Severity.ERROR,
      "the state of a virtio device or of a PCI function is one that QEMU reads"),
  /** A snapshot's name is no other's name or id. */
  SNAPSHOT_NAME(208, Severity.WARNING, "a snapshot's name is no other's name or id"),
  /** The target has the machine type. */
  TARGET_MACHINE(211, Severity.ERROR, "the target has the machine type"),
  /** The target knows every section. */
  TARGET_SECTION(212, Severity.ERROR, "the target knows every section"),
  /** The target reads the section's version. */
  TARGET_VERSION(213, Severity.ERROR, "the target reads the section's version"),
  /** The target's fields have the same sizes. */
  TARGET_FIELD(214, Severity.ERROR, "the target's fields have the same sizes"),
  /** The target knows every subsection that was sent. */
  TARGET_SUBSECTION(215, Severity.ERROR, "the target knows every subsection that was sent"),
  /** The target's devices are all in the image. */
  TARGET_MISSING(216, Severity.INFO, "the target's devices are all in the image"),
  /** RAM blocks, page size and capabilities are those of the target. */
  TARGET_RAM(217, Severity.ERROR, "RAM blocks, page size and capabilities are those of the target"),
  /** The target offers the virtio features that the guest has accepted. */
  TARGET_FEATURE(
      218, Severity.ERROR, "the target offers the virtio features that the guest has accepted"),
  /** PCI functions are of the same kind on the target. */
  TARGET_PCI(219, Severity.ERROR, "PCI functions are of the same kind on the target"),
  /** The host has the CPU model and features of the domain XML. */
  TARGET_CPU(220, Severity.ERROR, "the host has the CPU model and features of the domain XML"),
  /** No known break lies between the image and the target. */
  KNOWN_BREAK(221, Severity.ERROR, "no known break lies between the image and the target"),
  /** The target has no device that keeps it from loading. */
  TARGET_BLOCKED(222, Severity.ERROR, "the target has no device that keeps it from loading");

  private final int number;
  private final Severity severity;
  private final String meaning;

  Rule(int number, Severity severity, String meaning) {
    this.number = number;
    this.severity = severity;
    this.meaning = meaning;
  }

  /** Returns the stable code, such as {@code V035}. */
  public String code() {
    return String.format(Locale.ROOT, "V%03d", number);
  }

  /** Returns the name in the form {@code ram-sum}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Returns how bad it is when the rule does not hold, where a finding does not say otherwise. */
  public Severity severity() {
    return severity;
  }

  /** Returns what holds in a good image, as a sentence without a full stop. */
  public String meaning() {
    return meaning;
  }
}
