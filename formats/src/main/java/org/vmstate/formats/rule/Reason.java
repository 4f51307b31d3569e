package org.vmstate.formats.rule;

import java.util.Locale;

/**
 * Each way in which a reader or writer meets a rule that does not hold. The name is the identity;
 * docs/checks.md lists them under their rules.
 */
public enum Reason {
  // the file
  IMAGE_UNKNOWN(Kind.UNRECOGNIZED, Rule.STREAM_MAGIC, "the file starts like no known one"),
  STREAM_OFFSET_OUTSIDE(
      Kind.UNRECOGNIZED, Rule.STREAM_MAGIC, "the stream's given offset is not inside of the file"),
  IMAGE_EMPTY(Kind.TRUNCATED, Rule.STREAM_MAGIC, "the file is empty"),
  IMAGE_ONLY_ZEROS(Kind.UNRECOGNIZED, Rule.STREAM_MAGIC, "the file holds only zeros"),
  IMAGE_OF_ANOTHER_FORMAT(
      Kind.MALFORMED, Rule.STREAM_MAGIC, "the file is not of the stated format"),
  IMAGE_CHANGED(Kind.TRUNCATED, Rule.OTHER, "the file became shorter, or unreadable, meanwhile"),
  DATA_ENDS(Kind.TRUNCATED, Rule.END_MARK, "the file ends inside a structure"),
  OFFSET_OUTSIDE(Kind.MALFORMED, Rule.OTHER, "an offset points out of the file"),
  NOT_SEEKABLE(Kind.UNSUPPORTED, Rule.OTHER, "a pipe would have to be read backwards"),
  FIELD_TOO_LONG(Kind.LIMIT, Rule.LIMIT, "a field is longer than the limit"),

  // compression
  COMPRESSED_TOO_OFTEN(Kind.LIMIT, Rule.LIMIT, "the file is compressed too many times over"),
  COMPRESSED_DATA_DAMAGED(Kind.MALFORMED, Rule.COMPRESSED_WHOLE, "compressed data is damaged"),
  COMPRESSED_DATA_CUT(Kind.TRUNCATED, Rule.COMPRESSED_WHOLE, "compressed data ends early"),
  COMPRESSED_MEMORY(Kind.LIMIT, Rule.COMPRESSED_WHOLE, "compressed data needs too much memory"),

  // the libvirt save header
  LIBVIRT_VERSION(Kind.UNSUPPORTED, Rule.HEADER_VERSION, "the header has an unknown version"),
  LIBVIRT_FEATURES(Kind.UNSUPPORTED, Rule.HEADER_VERSION, "the header has an unknown feature"),
  LIBVIRT_FORMAT(Kind.UNSUPPORTED, Rule.SAVE_FORMAT, "the format number is unknown"),
  SAVE_HEADER_CUT(
      Kind.TRUNCATED, Rule.END_MARK, "the save image header passes the end of the file"),
  DATA_LENGTH_ZERO(Kind.MALFORMED, Rule.DATA_LENGTH, "there is no room for the XML"),
  DATA_LENGTH_LIMIT(Kind.LIMIT, Rule.DATA_LENGTH, "XML and cookie are longer than the limit"),
  COOKIE_LIMIT(Kind.LIMIT, Rule.DATA_LENGTH, "the cookie after the XML is longer than the limit"),
  DATA_LENGTH_PASSES_END(
      Kind.TRUNCATED, Rule.DATA_LENGTH, "XML and cookie pass the end of the file"),
  COOKIE_CUT(Kind.TRUNCATED, Rule.DATA_LENGTH, "the cookie passes the end of the file"),
  DOMAIN_XML_UNTERMINATED(Kind.MALFORMED, Rule.DOMAIN_XML, "the XML has no zero byte at its end"),
  COOKIE_OUTSIDE(Kind.MALFORMED, Rule.COOKIE_OFFSET, "the cookie lies outside of its place"),
  COOKIE_PAST_DATA(Kind.MALFORMED, Rule.COOKIE_OFFSET, "the cookie starts after its place"),
  COOKIE_UNTERMINATED(Kind.MALFORMED, Rule.COOKIE, "the cookie has no zero byte at its end"),
  PADDING_USED(
      Kind.NOTE, Rule.HEADER_PADDING, "a byte between the strings and the stream is not zero"),
  STREAM_MISSING(Kind.TRUNCATED, Rule.SAVE_FINISHED, "no stream follows the save image header"),
  SAVE_CUT(
      Kind.TRUNCATED, Rule.SAVE_FINISHED, "no stream follows the header of an unfinished save"),
  SAVE_UNFINISHED(Kind.MALFORMED, Rule.SAVE_FINISHED, "the magic is that of an unfinished save"),
  COMPRESSED_BY_ANOTHER(
      Kind.MALFORMED, Rule.SAVE_FORMAT, "the data is not of the stated compression"),
  COMPRESSED_UNEXPECTEDLY(
      Kind.MALFORMED, Rule.SAVE_FORMAT, "a stream is stated, something else follows"),

  // the stream
  STREAM_MAGIC_MISSING(Kind.MALFORMED, Rule.STREAM_MAGIC, "the stream does not start with QEVM"),
  STREAM_VERSION_UNKNOWN(Kind.UNSUPPORTED, Rule.STREAM_VERSION, "the stream's version is unknown"),
  STREAM_VERSION_OLD(
      Kind.UNSUPPORTED, Rule.STREAM_VERSION, "a stream of version 2 cannot be written"),
  STREAM_LENGTH(Kind.MALFORMED, Rule.OTHER, "the length of a stream of version 2 is impossible"),
  RECORD_TYPE_UNKNOWN(Kind.MALFORMED, Rule.RECORD_TYPE, "a record is of an unknown type"),
  CONFIGURATION_TWICE(
      Kind.MALFORMED, Rule.ONE_CONFIGURATION, "a second configuration record follows"),
  END_MARK_MISSING(
      Kind.TRUNCATED, Rule.END_MARK, "the file ends where a record or the end mark is due"),
  SECTION_NEVER_ENDED(
      Kind.MALFORMED, Rule.END_MARK, "the end mark comes before the END of a section"),
  END_MARK_EARLY(
      Kind.MALFORMED, Rule.TRAILING_BYTES, "the bytes after the end mark end a longer stream"),
  BYTES_AFTER_STREAM(Kind.NOTE, Rule.TRAILING_BYTES, "bytes follow the stream"),
  COMMAND_UNKNOWN(Kind.NOTE, Rule.COMMAND, "a command is unknown"),
  COMMAND_LENGTH(Kind.NOTE, Rule.COMMAND, "a command is not of its length"),
  COMMAND_CUT_UNKNOWN(Kind.TRUNCATED, Rule.COMMAND, "the file ends in an unknown command"),
  COMMAND_CUT_LENGTH(
      Kind.TRUNCATED, Rule.COMMAND, "the file ends in a command that is not of its length"),
  PACKAGE_ENDLESS(
      Kind.MALFORMED,
      Rule.COMMAND,
      "a package has neither an end mark nor the command postcopy-run"),
  PACKAGE_IN_PACKAGE(Kind.MALFORMED, Rule.COMMAND, "a package stands in another one"),
  PACKAGE_CUT(Kind.NOTE, Rule.COMMAND, "a package is longer than the rest of the file"),
  COMMAND_OF_POSTCOPY(
      Kind.UNSUPPORTED, Rule.COMMAND, "a postcopy stream would have to change its layout"),
  SECTION_NAME_CUT(Kind.TRUNCATED, Rule.END_MARK, "the file ends inside a section's name"),
  SECTION_NAME_EMPTY(Kind.MALFORMED, Rule.SECTION_NAME, "a section has no name"),
  SECTIONS_TOO_MANY(Kind.LIMIT, Rule.LIMIT, "there are more sections than the limit"),
  SECTION_NOT_ANNOUNCED(Kind.MALFORMED, Rule.SECTION_ANNOUNCED, "a PART or END has an unknown id"),
  SECTION_END_UNKNOWN(Kind.NOTE, Rule.UNKNOWN_SECTION, "where a section ends is unknown"),
  SECTION_OF_PROXMOX(Kind.NOTE, Rule.UNKNOWN_SECTION, "only Proxmox's QEMU has such a section"),
  FOOTER_CUT(Kind.TRUNCATED, Rule.END_MARK, "the file ends where a footer is due"),
  FOOTER_ID_CUT(Kind.TRUNCATED, Rule.END_MARK, "the file ends in a section's footer"),
  FOOTER_MISSING(Kind.MALFORMED, Rule.SECTION_FOOTER, "another byte stands where a footer is due"),
  FOOTER_OF_ANOTHER_SECTION(
      Kind.MALFORMED, Rule.SECTION_FOOTER, "a footer has another section's id"),

  // configuration
  STREAM_HEADER_ONLY(Kind.TRUNCATED, Rule.END_MARK, "the file ends after the stream's header"),
  CONFIGURATION_CUT(
      Kind.TRUNCATED, Rule.END_MARK, "the file ends in the configuration's machine name"),
  MACHINE_NAME_CUT(
      Kind.MALFORMED, Rule.MACHINE_NAME, "the machine name is longer than the rest of the file"),
  MACHINE_NAME_LENGTH(Kind.MALFORMED, Rule.MACHINE_NAME, "the machine name is too long"),
  PAGE_BITS_OUTSIDE(Kind.MALFORMED, Rule.PAGE_BITS_RANGE, "target-page-bits are out of range"),
  CAPABILITIES_TOO_MANY(Kind.MALFORMED, Rule.OTHER, "the list of capabilities is impossibly long"),
  CAPABILITIES_NEGATIVE(
      Kind.MALFORMED, Rule.OTHER, "the list of capabilities is so long that its number has a sign"),
  SUBSECTION_UNKNOWN(
      Kind.NOTE, Rule.CONFIGURATION_SUBSECTION, "a subsection of the configuration is unknown"),
  SUBSECTION_ENDLESS(
      Kind.UNSUPPORTED, Rule.CONFIGURATION_SUBSECTION, "an unknown subsection does not end"),
  SUBSECTIONS_TOO_MANY(
      Kind.LIMIT, Rule.CONFIGURATION_SUBSECTION, "there are more subsections than the limit"),

  // description and devices
  DESCRIPTION_NO_JSON(Kind.MALFORMED, Rule.DESCRIPTION, "the description is no JSON"),
  DESCRIPTION_SHAPE(
      Kind.MALFORMED, Rule.DESCRIPTION, "the description has a value of another type"),
  DESCRIPTION_NUMBER(Kind.MALFORMED, Rule.DESCRIPTION, "the description has an impossible number"),
  DESCRIPTION_LIMIT(Kind.LIMIT, Rule.DESCRIPTION, "the description passes a limit"),
  DESCRIPTION_LENGTH(
      Kind.MALFORMED, Rule.DESCRIPTION, "the description is whole, and its length passes the file"),
  DESCRIPTION_CUT(Kind.TRUNCATED, Rule.DESCRIPTION, "the description passes the end of the file"),
  DEVICE_NOT_DESCRIBED(
      Kind.NOTE, Rule.DESCRIPTION_COVERS, "the description does not name a device"),
  DEVICE_ENDS_ELSEWHERE(
      Kind.NOTE, Rule.DEVICE_DECODES, "no footer follows where the description ends"),
  DEVICES_BY_TABLE(
      Kind.NOTE, Rule.DESCRIPTION, "devices are decoded by a table instead of a description"),
  DEVICE_DESCRIBED_OTHERWISE(
      Kind.NOTE, Rule.DEVICE_DECODES, "a virtio device's state is whole, but not of its length"),
  DEVICE_SUBSECTION_UNKNOWN(
      Kind.NOTE, Rule.DEVICE_DECODES, "a subsection follows that is not described"),
  DEVICE_FOOTER_ID(
      Kind.NOTE, Rule.SECTION_FOOTER, "a footer of another section ends a device's state"),
  DEVICE_UNDECODABLE(Kind.NOTE, Rule.DEVICE_DECODES, "a device's state is not as described"),
  ARM_REGISTER_LISTS(
      Kind.NOTE,
      Rule.DEVICE_DECODES,
      "the lists of an Arm processor's registers have not as many values as it says"),
  DEVICE_CUT(Kind.NOTE, Rule.END_MARK, "the file ends inside a device's state"),
  STATE_SUBSECTION_MARK(
      Kind.MALFORMED, Rule.DEVICE_DECODES, "no mark stands where a subsection is described"),
  STATE_SUBSECTION_NAME(
      Kind.MALFORMED, Rule.DEVICE_DECODES, "another subsection stands where one is described"),
  STATE_SUBSECTION_VERSION(
      Kind.MALFORMED, Rule.DEVICE_DECODES, "a subsection has another version than described"),
  STATE_STRUCT_LENGTH(
      Kind.MALFORMED, Rule.DEVICE_DECODES, "a struct has another length than described"),
  STATE_FORM_NOT_READ(
      Kind.UNSUPPORTED, Rule.DEVICE_DECODES, "a device's state has a form that is not read"),
  STATE_LIMIT(Kind.LIMIT, Rule.LIMIT, "a device's state passes a limit"),

  // RAM in a stream
  RAM_VERSION_ANCIENT(
      Kind.UNSUPPORTED, Rule.RAM_VERSION, "the ram section is older than version 3"),
  RAM_VERSION_UNKNOWN(Kind.UNSUPPORTED, Rule.RAM_VERSION, "the ram section has an unknown version"),
  RAM_STARTED_AGAIN(
      Kind.UNSUPPORTED,
      Rule.SECTION_ORDER,
      "ram starts again after its END, or with other blocks, which only a copy as it stands keeps"),
  RAM_VERSION_OLD(
      Kind.UNSUPPORTED,
      Rule.RAM_VERSION,
      "a ram section of version 3 would have to change its layout"),
  RAM_VERSION_FIXED(
      Kind.MALFORMED, Rule.RAM_VERSION, "a ram section of version 3 has a fixed layout"),
  RAM_TOTAL_MISSING(Kind.MALFORMED, Rule.RAM_TOTAL, "the first RAM word is not MEM_SIZE"),
  RAM_TOTAL_AGAIN(Kind.MALFORMED, Rule.RAM_TOTAL, "a later RAM word is MEM_SIZE"),
  RAM_TOTAL_IMPOSSIBLE(Kind.MALFORMED, Rule.RAM_TOTAL, "the total is impossible"),
  RAM_LIST_MISSING(Kind.MALFORMED, Rule.RAM_TOTAL, "there is no block list"),
  RAM_BLOCKS_TOO_MANY(Kind.LIMIT, Rule.LIMIT, "there are more blocks than the limit"),
  RAM_BLOCK_LENGTH(
      Kind.MALFORMED, Rule.RAM_SUM, "a block is empty, or longer than what is left of the total"),
  RAM_BLOCK_NAME_EMPTY(Kind.MALFORMED, Rule.BLOCK_NAMES, "a block has no name"),
  RAM_BLOCK_TWICE(Kind.MALFORMED, Rule.BLOCK_NAMES, "a block stands in the list twice"),
  RAM_BLOCK_UNKNOWN(
      Kind.MALFORMED, Rule.PAGE_INSIDE, "a page names a block that is not in the list"),
  PAGE_OUTSIDE(Kind.MALFORMED, Rule.PAGE_INSIDE, "a page lies outside of its block"),
  PAGES_PASS_BLOCK(Kind.MALFORMED, Rule.PAGE_INSIDE, "pages in a row pass the end of their block"),
  RAM_WORD_CUT(Kind.TRUNCATED, Rule.END_MARK, "the file ends where a RAM word is due"),
  RAM_WORD_KIND(
      Kind.MALFORMED, Rule.RAM_WORD, "a RAM word has no kind, several, or an unknown one"),
  RAM_WORD_OF_COMPRESSION(
      Kind.MALFORMED, Rule.RAM_WORD, "a RAM word is COMPRESS_PAGE and of an unknown kind"),
  RAM_FLUSH_ADDRESS(Kind.MALFORMED, Rule.RAM_WORD, "a MULTIFD_FLUSH has an address"),
  RAM_WORD_FULL(Kind.UNSUPPORTED, Rule.RAM_WORD, "a RAM word is FULL"),
  RAM_WORD_HOOK(Kind.NOTE, Rule.HOOK, "a RAM word is HOOK"),
  CONTINUE_WITHOUT_BLOCK(Kind.MALFORMED, Rule.CONTINUE, "CONTINUE stands before any block's name"),
  RAM_SECTION_ENDLESS(Kind.MALFORMED, Rule.RAM_ENDS, "a footer stands where a RAM word is due"),
  PAGES_NEVER_SENT(
      Kind.MALFORMED, Rule.PAGES_SENT, "pages were never sent, which the output cannot express"),
  PAGES_TOO_SCATTERED(
      Kind.LIMIT, Rule.LIMIT, "the places of pages would take too much temporary space"),
  MEMORY_TOO_LARGE(Kind.LIMIT, Rule.LIMIT, "the blocks have more pages than the limit"),
  DELTA_LENGTH(Kind.MALFORMED, Rule.XBZRLE, "a delta is too long"),
  DELTA_HEADER(Kind.MALFORMED, Rule.XBZRLE, "a delta's header is not as it must be"),
  DELTA_DAMAGED(Kind.MALFORMED, Rule.XBZRLE, "a delta does not decode"),
  COMPRESSED_LENGTH(Kind.MALFORMED, Rule.COMPRESSED_PAGE, "a compressed page is too long"),
  COMPRESSED_PAGE_DAMAGED(
      Kind.MALFORMED, Rule.COMPRESSED_PAGE, "a compressed page does not inflate to one page"),

  // fixed layouts
  MAPPED_FROM_PIPE(Kind.UNSUPPORTED, Rule.MAPPED_SEEKABLE, "a fixed layout comes through a pipe"),
  MAPPED_HEADER_VERSION(
      Kind.UNSUPPORTED, Rule.MAPPED_VERSION, "a mapped-ram header has an unknown version"),
  MAPPED_HEADER_PAGE_SIZE(
      Kind.MALFORMED, Rule.MAPPED_PAGE_SIZE, "a mapped-ram header has another page size"),
  MAPPED_HEADER_UNANNOUNCED(
      Kind.MALFORMED, Rule.MAPPED_RAM_ANNOUNCED, "a mapped-ram header was not announced"),
  MAPPED_HEADER_MISSING(
      Kind.MALFORMED,
      Rule.MAPPED_RAM_ANNOUNCED,
      "no mapped-ram header stands where one was announced"),
  BITMAP_OUTSIDE(
      Kind.MALFORMED,
      Rule.BITMAP_INSIDE,
      "a bitmap lies before its header's end, or passes the file"),
  BITMAP_LENGTH(Kind.MALFORMED, Rule.BITMAP_INSIDE, "a bitmap is too short for its block"),
  BITMAPS_NEVER_WRITTEN(
      Kind.MALFORMED,
      Rule.MEMORY_LOST,
      "the ram section has no END, so that no bitmap was written"),
  PAGES_PASS_FILE(Kind.MALFORMED, Rule.AREA_INSIDE, "a page area passes the end of the file"),
  PAGES_IN_BITMAP(
      Kind.MALFORMED, Rule.PAGES_AFTER_BITMAP, "a page area starts before its bitmap's end"),
  PAGE_AREAS_OVERLAP(Kind.MALFORMED, Rule.AREAS_APART, "a page area starts before another's end"),
  PAGE_RECORD_IN_FIXED_LAYOUT(
      Kind.MALFORMED, Rule.MAPPED_NO_RECORDS, "a page record stands in a fixed layout"),
  DELTA_IN_FIXED_LAYOUT(Kind.MALFORMED, Rule.XBZRLE_PLACE, "a delta stands in a fixed layout"),

  // other sections
  DIRTY_BITMAP_CHUNK(Kind.MALFORMED, Rule.DIRTY_BITMAP, "a dirty-bitmap chunk has no known kind"),
  DIRTY_BITMAP_BITS(Kind.MALFORMED, Rule.DIRTY_BITMAP, "a dirty-bitmap chunk has too many bits"),
  STORAGE_ATTRIBUTES_FLAGS(
      Kind.MALFORMED, Rule.STORAGE_ATTRIBUTES, "storage attributes have unknown flags"),
  STORAGE_ATTRIBUTES_COUNT(
      Kind.MALFORMED, Rule.STORAGE_ATTRIBUTES, "the number of storage attributes is impossible"),
  VFIO_TAG(Kind.MALFORMED, Rule.VFIO, "a VFIO tag is unknown"),
  VFIO_SIZE(Kind.MALFORMED, Rule.VFIO, "the size of VFIO data is impossible"),
  BACKUP_STATE(Kind.MALFORMED, Rule.OTHER, "the length of Proxmox's backup state is impossible"),
  BLOCK_WORD(Kind.MALFORMED, Rule.OTHER, "a word of block migration has no known kind"),

  // recorded multifd channels
  MULTIFD_INITIAL_MAGIC(
      Kind.MALFORMED, Rule.MULTIFD_INITIAL, "a recording does not start with its packet"),
  MULTIFD_PACKET_MAGIC(
      Kind.MALFORMED, Rule.MULTIFD_MAGIC, "a packet does not start with its magic"),
  MULTIFD_VERSION(Kind.UNSUPPORTED, Rule.MULTIFD_MAGIC, "a packet has an unknown version"),
  MULTIFD_DEVICE_STATE(
      Kind.UNSUPPORTED, Rule.MULTIFD_MAGIC, "a packet holds the state of a device"),
  MULTIFD_PAGES(Kind.MALFORMED, Rule.MULTIFD_COUNTS, "a packet has an impossible number of pages"),
  MULTIFD_DATA_SIZE(Kind.MALFORMED, Rule.MULTIFD_SIZE, "a packet's data has an impossible length"),
  MULTIFD_DATA_DAMAGED(Kind.MALFORMED, Rule.MULTIFD_SIZE, "a packet's data cannot be decompressed"),
  MULTIFD_BLOCK_UNKNOWN(
      Kind.MALFORMED, Rule.MULTIFD_BLOCK, "a packet names no block of the main stream"),
  MULTIFD_PAGE_OUTSIDE(
      Kind.MALFORMED, Rule.MULTIFD_BLOCK, "a packet's page lies outside of its block"),
  MULTIFD_METHOD(
      Kind.UNSUPPORTED,
      Rule.MULTIFD_COMPRESSION,
      "a packet is compressed as only some hardware can"),
  MULTIFD_METHOD_CHANGED(
      Kind.MALFORMED, Rule.MULTIFD_COMPRESSION, "the compression changes inside a save"),
  MULTIFD_CHANNEL_OF_ANOTHER(
      Kind.MALFORMED, Rule.MULTIFD_INITIAL, "a channel is there twice, or of another guest"),
  MULTIFD_CHANNEL_MISSING(Kind.MALFORMED, Rule.MULTIFD_INITIAL, "a channel of the save is missing"),
  MULTIFD_NUMBER_ORDER(Kind.MALFORMED, Rule.MULTIFD_NUMBER, "packet numbers do not grow"),
  MULTIFD_PACKET_MISSING(Kind.MALFORMED, Rule.MULTIFD_NUMBER, "a packet of the save is missing"),
  MULTIFD_CHANNEL_CUT(Kind.TRUNCATED, Rule.MULTIFD_SYNC, "a channel ends before the main stream"),
  MULTIFD_CHANNEL_LONG(
      Kind.MALFORMED, Rule.MULTIFD_SYNC, "a channel goes on after the main stream"),

  // qcow2 disks and other containers
  DISK_HEADER(Kind.MALFORMED, Rule.OTHER, "a field of a qcow2 header is out of its bounds"),
  DISK_VERSION(Kind.UNSUPPORTED, Rule.OTHER, "a qcow2 image has an unknown version"),
  DISK_FEATURES(Kind.UNSUPPORTED, Rule.OTHER, "a qcow2 image has an unknown feature"),
  DISK_EXTERNAL_DATA(Kind.UNSUPPORTED, Rule.OTHER, "a qcow2 image keeps its data in another file"),
  DISK_ENCRYPTED(Kind.UNSUPPORTED, Rule.OTHER, "the state in a qcow2 image is encrypted"),
  DISK_BACKING_FILE(
      Kind.UNSUPPORTED, Rule.OTHER, "a hole in a state may be filled by the backing file"),
  SNAPSHOTS_TOO_MANY(Kind.LIMIT, Rule.LIMIT, "there are more snapshots than the limit"),
  SNAPSHOT_LIMIT(Kind.LIMIT, Rule.LIMIT, "a snapshot's entry passes a limit"),
  SNAPSHOT_FIELD(Kind.MALFORMED, Rule.OTHER, "a field of a snapshot's entry is impossible"),
  DISK_TABLE_OUTSIDE(
      Kind.MALFORMED, Rule.OTHER, "a table of a qcow2 image is not where a table can be"),
  DISK_TABLE_SHARED(
      Kind.MALFORMED, Rule.OTHER, "tables or clusters of a qcow2 image are named more than once"),
  DISK_CLUSTER(Kind.MALFORMED, Rule.OTHER, "a cluster of a qcow2 image is not where one can be"),
  DISK_CLUSTER_DAMAGED(Kind.MALFORMED, Rule.OTHER, "a compressed cluster is damaged"),
  DISK_CORRUPT(
      Kind.NOTE, Rule.DISK_LOADS, "a qcow2 image is marked as corrupt, and QEMU opens it to read"),
  DISK_BITMAPS(Kind.NOTE, Rule.DISK_LOADS, "a qcow2 image has bitmaps, which QEMU does not revert"),
  DISK_MAPPED_RAM(
      Kind.NOTE, Rule.DISK_LOADS, "a state in a qcow2 image is of mapped-ram, which is too new"),
  SNAPSHOT_NAME_OF_ANOTHER(
      Kind.NOTE, Rule.SNAPSHOT_NAME, "QEMU loads another snapshot by this name"),
  HOLDER_DAMAGED(Kind.MALFORMED, Rule.OTHER, "what stands around the stream is damaged"),
  HOLDER_LIMIT(Kind.LIMIT, Rule.LIMIT, "what holds the state passes a limit"),
  HOLDER_UNSUPPORTED(Kind.UNSUPPORTED, Rule.OTHER, "what stands around the stream is not read"),

  // seen by check, which knows more than one record at a time
  PING_WITHOUT_RETURN_PATH(Kind.NOTE, Rule.COMMAND, "a ping stands before open-return-path"),
  COLO_WITHOUT_CAPABILITY(Kind.NOTE, Rule.COMMAND, "enable-colo needs a capability"),
  POSTCOPY_ADVISE_LENGTH(Kind.NOTE, Rule.COMMAND, "postcopy-advise is not of its length"),
  POSTCOPY_ORDER(Kind.NOTE, Rule.COMMAND, "a postcopy command is out of order"),
  BITMAP_NAME_EMPTY(Kind.NOTE, Rule.COMMAND, "recv-bitmap names no block"),
  BITMAP_NAME_LENGTH(Kind.NOTE, Rule.COMMAND, "recv-bitmap is not of the length of its name"),
  BITMAP_OF_UNKNOWN_BLOCK(Kind.NOTE, Rule.COMMAND, "recv-bitmap names an unknown block"),
  PAGES_UNALIGNED(Kind.NOTE, Rule.PAGES_ALIGNED, "a page area does not start at a page"),
  QUEUE_WITHOUT_ADDRESS(Kind.NOTE, Rule.VIRTQUEUE, "a queue has an index and no address"),
  QUEUE_FAR_BEHIND(Kind.NOTE, Rule.VIRTQUEUE, "the host is further behind than the queue is long"),
  VIRTIO_QUEUE_SELECTED(
      Kind.NOTE, Rule.VIRTIO_STATE, "a virtio device has a queue selected that none can have"),
  VIRTIO_QUEUE_COUNT(Kind.MALFORMED, Rule.VIRTIO_STATE, "a virtio device has too many queues"),
  VIRTIO_SUBSECTION_UNKNOWN(
      Kind.MALFORMED, Rule.VIRTIO_STATE, "a subsection of a virtio device is unknown"),
  VIRTIO_SUBSECTION_NEWER(
      Kind.MALFORMED, Rule.VIRTIO_STATE, "a subsection of a virtio device is newer than known"),
  VIRTIO_UNREADABLE(
      Kind.MALFORMED,
      Rule.VIRTIO_STATE,
      "the state of a virtio device does not end where it has to"),
  PCI_CONFIGURATION_LENGTH(
      Kind.NOTE, Rule.VIRTIO_STATE, "a PCI configuration space is not of its length"),
  PCI_VERSION(Kind.NOTE, Rule.VIRTIO_STATE, "the version of a PCI function is not 0 to 2"),
  PCI_INTERRUPT_LEVEL(Kind.NOTE, Rule.VIRTIO_STATE, "the level of a PCI interrupt is not 0 or 1"),
  VERSION_NEWER(Kind.NOTE, Rule.DESCRIPTION_VERSION, "a section is newer than its description"),
  VERSION_OLDER(Kind.NOTE, Rule.DESCRIPTION_VERSION, "a section is older than its description"),
  VERSION_TOO_OLD(
      Kind.NOTE, Rule.DESCRIPTION_VERSION, "a section is older than all that the loader knows"),
  VERSION_OF_LESS(
      Kind.NOTE, Rule.DESCRIPTION_VERSION, "a section has fields that its version does not have"),
  PAGE_BITS_DISAGREE(
      Kind.NOTE,
      Rule.PAGE_BITS_AGREE,
      "the description has another page size than the configuration"),
  RAM_INSTANCE(Kind.NOTE, Rule.UNKNOWN_SECTION, "the ram section is not of instance 0"),
  RAM_VERSION_OBSOLETE(Kind.NOTE, Rule.RAM_VERSION, "the ram section has version 3"),
  FLUSH_BEFORE_ITS_RELEASE(Kind.NOTE, Rule.MULTIFD_FLUSH, "the loader is older than MULTIFD_FLUSH"),
  FLUSH_IN_FIXED_LAYOUT(
      Kind.NOTE, Rule.MAPPED_SECTIONS, "a MULTIFD_FLUSH or HOOK stands in a fixed layout"),
  FILL_BYTE_SET(Kind.NOTE, Rule.FILL_BYTE, "a page of equal bytes is not a zero page"),
  DELTA_WITHOUT_PAGE(Kind.NOTE, Rule.XBZRLE, "a delta changes a page that was not sent"),
  DELTA_OF_2011(Kind.NOTE, Rule.RELEASE, "a delta has the form of 2011"),
  COMPRESSED_PAGE_SENT(Kind.NOTE, Rule.RAM_WORD, "a RAM word is COMPRESS_PAGE"),
  SECTION_WITHOUT_START(
      Kind.NOTE, Rule.SECTION_ANNOUNCED, "a PART or END belongs to a section without a START"),
  FOOTERS_MISSING(Kind.NOTE, Rule.SECTION_FOOTER, "a machine type that writes footers wrote none"),
  LIBVIRT_VERSION_3(Kind.NOTE, Rule.HEADER_VERSION, "the header has the version of a proposal"),
  MACHINE_OF_XML(Kind.NOTE, Rule.MACHINE_AGREES, "the XML names another machine type"),
  UUID_OF_XML(Kind.NOTE, Rule.UUID_AGREES, "the XML has another UUID"),
  TARGET_WITHOUT_COLO(Kind.NOTE, Rule.TARGET_RAM, "enable-colo needs a capability of the target"),
  TARGET_POSTCOPY(
      Kind.NOTE, Rule.TARGET_RAM, "postcopy-advise does not fit the capability of the target"),
  TARGET_CAPABILITY(Kind.NOTE, Rule.TARGET_RAM, "the target has a capability set otherwise"),
  TARGET_MAPPED_RAM(Kind.NOTE, Rule.TARGET_RAM, "the target has mapped-ram set otherwise"),
  TARGET_PAGE_SIZE(Kind.NOTE, Rule.TARGET_RAM, "the target has another page size"),
  TARGET_BLOCK_UNKNOWN(Kind.NOTE, Rule.TARGET_RAM, "the target has no such block"),
  TARGET_BLOCK_LENGTH(Kind.NOTE, Rule.TARGET_RAM, "the block has another length on the target"),
  TARGET_NEEDS_CONFIGURATION(
      Kind.NOTE, Rule.TARGET_MACHINE, "the target's machine type needs a configuration record"),
  TARGET_OF_ANOTHER_MACHINE(Kind.NOTE, Rule.TARGET_MACHINE, "the target has another machine type"),
  TARGET_SECTION_UNKNOWN(Kind.NOTE, Rule.TARGET_SECTION, "the target has no such section"),
  TARGET_BLOCKED(
      Kind.NOTE, Rule.TARGET_BLOCKED, "a device of the target keeps it from loading any state"),
  TARGET_VERSION_OLD(Kind.NOTE, Rule.TARGET_VERSION, "the target is older than the section"),
  TARGET_SUBSECTION_NEWER(Kind.NOTE, Rule.TARGET_VERSION, "the target is older than a subsection"),
  TARGET_VERSION_NEW(Kind.NOTE, Rule.TARGET_VERSION, "the target no longer loads the section"),
  TARGET_FIELD_LENGTH(Kind.NOTE, Rule.TARGET_FIELD, "a field has another size on the target"),
  TARGET_SUBSECTION_UNKNOWN(
      Kind.NOTE, Rule.TARGET_SUBSECTION, "the target does not know a subsection"),
  TARGET_WITHOUT_FEATURE(
      Kind.NOTE,
      Rule.TARGET_FEATURE,
      "the target does not offer a feature that the guest accepted"),
  TARGET_FEATURE_UNTOLD(
      Kind.NOTE, Rule.TARGET_FEATURE, "the target cannot offer a feature that the guest accepted"),
  TARGET_REGISTER_UNKNOWN(
      Kind.NOTE,
      Rule.TARGET_FIELD,
      "the target's processor does not have a register, or not its value"),
  TARGET_REGISTERS_MORE(
      Kind.NOTE, Rule.TARGET_FIELD, "more registers were sent than the target's processor has"),
  TARGET_TIMER_MISSING(Kind.NOTE, Rule.TARGET_SUBSECTION, "the target does not have a timer"),
  TARGET_QUEUE_SMALLER(
      Kind.NOTE, Rule.TARGET_FEATURE, "a virtio queue is longer than it can be on the target"),
  TARGET_VALUE(Kind.NOTE, Rule.TARGET_FIELD, "a field has to have the target's own value"),
  TARGET_PORTS(
      Kind.NOTE, Rule.TARGET_FIELD, "a virtio-serial device has other ports on the target"),
  TARGET_TIMERS(Kind.NOTE, Rule.TARGET_FIELD, "the target's HPET has another number of timers"),
  TARGET_POINTERS(Kind.NOTE, Rule.TARGET_FIELD, "the target has more elements in an array"),
  TARGET_FUNCTION_ELSEWHERE(
      Kind.NOTE,
      Rule.TARGET_FIELD,
      "the target has the state of the PCI function in another place"),
  TARGET_FOOTER(
      Kind.NOTE, Rule.TARGET_FIELD, "the target's state ends in front of another section's footer"),
  TARGET_PROPERTY(
      Kind.NOTE, Rule.TARGET_FIELD, "a property of the device is another one on the target"),
  TARGET_OTHER_FUNCTION(Kind.NOTE, Rule.TARGET_PCI, "a PCI function is another one on the target"),
  STREAM_VERSION_OBSOLETE(Kind.NOTE, Rule.STREAM_VERSION, "the stream has version 2"),
  STREAM_STARTS_LATER(Kind.NOTE, Rule.STREAM_MAGIC, "unused space stands before the stream"),
  SUBSECTION_NEWER(
      Kind.NOTE, Rule.CONFIGURATION_SUBSECTION, "a subsection is newer than version 1"),
  SUBSECTION_OLDER(
      Kind.NOTE, Rule.CONFIGURATION_SUBSECTION, "a subsection is older than version 1"),
  CAPABILITY_UNKNOWN(Kind.NOTE, Rule.CAPABILITY_KNOWN, "a capability is unknown to released QEMU"),
  CONFIGURATION_MISSING(
      Kind.NOTE,
      Rule.NO_CONFIGURATION,
      "a machine type that needs a configuration record wrote none"),
  MAPPED_RAM_ONLY_ANNOUNCED(
      Kind.NOTE, Rule.MAPPED_RAM_ANNOUNCED, "mapped-ram is listed, the blocks have no headers"),
  MAPPED_RAM_UNANNOUNCED(
      Kind.NOTE, Rule.MAPPED_RAM_ANNOUNCED, "the blocks have headers, mapped-ram is not listed");

  /** How a reader answers. */
  public enum Kind {
    /** The bytes contradict the format. */
    MALFORMED,
    /** The file ends before the structure does. */
    TRUNCATED,
    /** Valid, but not read or not written by this program. */
    UNSUPPORTED,
    /** More memory or depth than the limits allow. */
    LIMIT,
    /** No format that this program knows. */
    UNRECOGNIZED,
    /** Odd; the reader goes on. */
    NOTE;

    /** Returns the name in documents. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Kind kind;
  private final Rule rule;
  private final String meaning;

  Reason(Kind kind, Rule rule, String meaning) {
    this.kind = kind;
    this.rule = rule;
    this.meaning = meaning;
  }

  /** Returns how a reader answers. */
  public Kind kind() {
    return kind;
  }

  /** Returns the rule that does not hold. */
  public Rule rule() {
    return rule;
  }

  /** Returns what is wrong, as a sentence without a full stop. */
  public String meaning() {
    return meaning;
  }
}
