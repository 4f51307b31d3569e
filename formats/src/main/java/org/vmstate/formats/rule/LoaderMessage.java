package org.vmstate.formats.rule;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What QEMU or libvirt prints when it refuses an image, by reason and release. Messages quote the
 * facts: names first, then numbers; words without facts are the part of the line that is always the
 * same. What QEMU 5.2, 7.2, 10.0 and 11.1 print is compared by a test with these. The words of
 * libvirt are those of the release that Debian has beside that QEMU: 7.0, 9.0, 11.3 and 12.8.
 */
public final class LoaderMessage {
  private static final String ACCEPTED = "";

  /** The words of all releases from one on; empty when they load it. */
  private record Since(QemuRelease first, String words) {}

  private static final Map<Reason, List<Since>> MESSAGES = new EnumMap<>(Reason.class);

  static {
    say("Not a migration stream", Reason.IMAGE_UNKNOWN, Reason.IMAGE_EMPTY);
    say("Not a migration stream", Reason.IMAGE_ONLY_ZEROS, Reason.IMAGE_OF_ANOTHER_FORMAT);
    say("Not a migration stream", Reason.STREAM_MAGIC_MISSING, Reason.STREAM_OFFSET_OUTSIDE);
    say("Unsupported migration stream version", Reason.STREAM_VERSION_UNKNOWN);
    say("Unknown savevm section type %d", Reason.RECORD_TYPE_UNKNOWN, Reason.CONFIGURATION_TWICE);
    since(11, 1, "Unknown section type %d", Reason.RECORD_TYPE_UNKNOWN, Reason.CONFIGURATION_TWICE);
    say("Unknown savevm section %d", Reason.SECTION_NOT_ANNOUNCED);
    since(11, 1, "Unknown section %d", Reason.SECTION_NOT_ANNOUNCED);
    say("Unable to read ID string for section", Reason.SECTION_NAME_EMPTY, Reason.SECTION_NAME_CUT);
    say("Read section footer failed: -5", Reason.FOOTER_CUT);
    say("Missing section footer", Reason.FOOTER_MISSING, Reason.DEVICE_ENDS_ELSEWHERE);
    say(
        "Mismatched section id in footer",
        Reason.FOOTER_ID_CUT,
        Reason.FOOTER_OF_ANOTHER_SECTION,
        Reason.DEVICE_FOOTER_ID,
        Reason.TARGET_FOOTER);
    say("Input validation failed: hpet/num_timers must match", Reason.TARGET_TIMERS);
    say("Unexpected ptr marker", Reason.TARGET_POINTERS);
    // pvscsi, whose next byte says that it uses MSI, of releases before 11.1
    say("Failed to load PCIDevice:version_id", Reason.TARGET_FUNCTION_ELSEWHERE);
    say(
        "load of migration failed: Input/output error",
        Reason.DATA_ENDS,
        Reason.END_MARK_MISSING,
        Reason.DEVICE_CUT);
    since(
        11, 1, "error while loading state for instance 0x%2$x of device '%1$s'", Reason.DEVICE_CUT);
    say("Unknown combination of migration flags: 0x0", Reason.RAM_WORD_CUT);
    since(10, 0, "Getting RAM address failed", Reason.RAM_WORD_CUT);
    say("Configuration section missing", Reason.STREAM_HEADER_ONLY);
    say(
        "load of migration failed: Input/output error",
        Reason.CONFIGURATION_CUT,
        Reason.MACHINE_NAME_CUT);
    since(
        11,
        1,
        "Failed to load configuration state: stream error: -5",
        Reason.CONFIGURATION_CUT,
        Reason.MACHINE_NAME_CUT);
    // the name is compared after it was read, however long it is
    say("Machine type received is '", Reason.MACHINE_NAME_LENGTH);
    say("load of migration failed: No such file or directory", Reason.SUBSECTION_UNKNOWN);
    since(11, 1, "VM subsection '%s' in 'configuration' does not exist", Reason.SUBSECTION_UNKNOWN);
    say(
        "load of migration failed: No such file or directory",
        Reason.DEVICE_SUBSECTION_UNKNOWN,
        Reason.TARGET_SUBSECTION_UNKNOWN);
    since(
        11,
        1,
        "VM subsection '%s' in '%s' does not exist",
        Reason.DEVICE_SUBSECTION_UNKNOWN,
        Reason.TARGET_SUBSECTION_UNKNOWN);
    say(
        "Unknown combination of migration flags: 0x%x",
        Reason.RAM_WORD_KIND, Reason.RAM_WORD_FULL, Reason.RAM_SECTION_ENDLESS);
    say("Unknown combination of migration flags: 0x200", Reason.FLUSH_BEFORE_ITS_RELEASE);
    since(8, 1, ACCEPTED, Reason.FLUSH_BEFORE_ITS_RELEASE);
    say("error while loading state %s", Reason.RAM_WORD_HOOK);
    since(8, 2, ACCEPTED, Reason.RAM_WORD_HOOK);
    say("Ack, bad migration stream!", Reason.CONTINUE_WITHOUT_BLOCK);
    say("Illegal RAM offset", Reason.PAGE_OUTSIDE, Reason.PAGES_PASS_BLOCK);
    say("Can't find block", Reason.RAM_BLOCK_UNKNOWN);
    say("Failed to load XBZRLE page", Reason.DELTA_LENGTH, Reason.DELTA_HEADER);
    say("Failed to load XBZRLE page", Reason.DELTA_DAMAGED);
    say("Unexpected RAM flags", Reason.PAGE_RECORD_IN_FIXED_LAYOUT, Reason.DELTA_IN_FIXED_LAYOUT);
    say(
        "Migration mapped-ram capability version not supported (expected <= 1, got %d)",
        Reason.MAPPED_HEADER_VERSION);
    say("image version is not supported", Reason.LIBVIRT_VERSION, Reason.LIBVIRT_FEATURES);
    say("Not a migration stream", Reason.STREAM_MISSING);
    say("save image is incomplete", Reason.SAVE_CUT, Reason.SAVE_UNFINISHED);
    say("Invalid compressed save format %d", Reason.LIBVIRT_FORMAT);
    since(10, 0, "unsupported save image format: %d", Reason.LIBVIRT_FORMAT);
    say("failed to read qemu header", Reason.SAVE_HEADER_CUT);
    say("invalid header data length: 0", Reason.DATA_LENGTH_ZERO);
    say("failed to read domain XML", Reason.DATA_LENGTH_LIMIT, Reason.DATA_LENGTH_PASSES_END);
    say("failed to read cookie", Reason.COOKIE_CUT, Reason.COOKIE_LIMIT);
    // libvirt 11.3 and before do not look, and may end
    since(
        11,
        1,
        "invalid save image header: cookie offset exceeds data length",
        Reason.COOKIE_PAST_DATA);
    say(
        "error while loading state for instance 0x%2$x of device '%1$s'",
        Reason.DEVICE_UNDECODABLE);
    say("MIG_CMD 0x%x unknown (len 0x%x)", Reason.COMMAND_UNKNOWN, Reason.COMMAND_CUT_UNKNOWN);
    say(
        "%s received with bad length - expecting %d, got %d",
        Reason.COMMAND_LENGTH, Reason.COMMAND_CUT_LENGTH);
    say("CMD_PING (0x%x) received with no return path", Reason.PING_WITHOUT_RETURN_PATH);
    say(ACCEPTED, Reason.COLO_WITHOUT_CAPABILITY, Reason.TARGET_WITHOUT_COLO);
    since(
        8,
        1,
        "ENABLE_COLO command come in migration stream, but x-colo capability is not set",
        Reason.COLO_WITHOUT_CAPABILITY,
        Reason.TARGET_WITHOUT_COLO);
    since(
        11,
        1,
        "MIG_CMD 0x8 deprecated (len 0x0)",
        Reason.COLO_WITHOUT_CAPABILITY,
        Reason.TARGET_WITHOUT_COLO);
    say("CMD_PACKAGED: Buffer receive fail ret=%d length=%d", Reason.PACKAGE_CUT);
    say("load of migration failed: Input/output error", Reason.PACKAGE_ENDLESS);
    since(11, 1, "Failed to load section ID: stream error: -5", Reason.PACKAGE_ENDLESS);
    say("CMD_PACKAGED: Buffer receive fail ret=", Reason.PACKAGE_IN_PACKAGE);
    say("CMD_POSTCOPY_ADVISE invalid length (%d)", Reason.POSTCOPY_ADVISE_LENGTH);
    say("CMD_%s in wrong postcopy state (%d)", Reason.POSTCOPY_ORDER);
    say("loadvm_handle_recv_bitmap: failed to read block name", Reason.BITMAP_NAME_EMPTY);
    say("loadvm_handle_recv_bitmap: invalid payload length (%d)", Reason.BITMAP_NAME_LENGTH);
    say("loadvm_handle_recv_bitmap: block '%s' not found", Reason.BITMAP_OF_UNKNOWN_BLOCK);
    since(11, 1, "failed to read block name", Reason.BITMAP_NAME_EMPTY);
    since(11, 1, "invalid payload length (%d)", Reason.BITMAP_NAME_LENGTH);
    since(11, 1, "block '%s' not found", Reason.BITMAP_OF_UNKNOWN_BLOCK);
    say("Error reading ramblock %s pages, region has bad alignment", Reason.PAGES_UNALIGNED);
    say("VQ %d address 0x0 inconsistent with Host index 0x%x", Reason.QUEUE_WITHOUT_ADDRESS);
    say(
        "VQ %d size 0x%x Guest index 0x%x inconsistent with Host index 0x%x: delta 0x%x",
        Reason.QUEUE_FAR_BEHIND);
    for (Reason reason : List.of(Reason.VIRTIO_QUEUE_SELECTED, Reason.TARGET_PORTS)) {
      say("Failed to load %s:virtio", reason);
      since(11, 1, "Failed to load element of type virtio for virtio", reason);
    }
    say("Invalid number of virtqueues: 0x%x", Reason.VIRTIO_QUEUE_COUNT);
    say("load of migration failed: No such file or directory", Reason.VIRTIO_SUBSECTION_UNKNOWN);
    since(11, 1, "VM subsection '%s' in 'virtio' does not exist", Reason.VIRTIO_SUBSECTION_UNKNOWN);
    say(
        "%s: incoming version_id %d is too new for local version_id %d",
        Reason.VIRTIO_SUBSECTION_NEWER, Reason.TARGET_SUBSECTION_NEWER);
    say(
        "load of migration failed: Invalid argument",
        Reason.VIRTIO_UNREADABLE,
        Reason.PCI_CONFIGURATION_LENGTH);
    say("irq state %d: must be 0 or 1.", Reason.PCI_INTERRUPT_LEVEL);
    say("Invalid value %d expecting positive value <= 2", Reason.PCI_VERSION);
    say(
        "error while loading state for instance 0x%2$x of device '%1$s'",
        Reason.TARGET_REGISTER_UNKNOWN, Reason.ARM_REGISTER_LISTS);
    say("Invalid value %3$d expecting positive value <= %4$d", Reason.TARGET_REGISTERS_MORE);
    since(
        11,
        1,
        "error while loading state for instance 0x%2$x of device '%1$s'",
        Reason.TARGET_REGISTERS_MORE);
    say("Assertion `first_elem || !n_elems || !size' failed", Reason.TARGET_TIMER_MISSING);
    say("unsupported. Allowed features: 0x", Reason.TARGET_FEATURE_UNTOLD);
    say(ACCEPTED, Reason.TARGET_QUEUE_SMALLER, Reason.DEVICE_DESCRIBED_OTHERWISE);
    since(11, 1, "VQ %d vring.num %d exceeds allocated max %d", Reason.TARGET_QUEUE_SMALLER);
    say(
        "Unknown savevm section or instance '%s' %d",
        Reason.DEVICE_NOT_DESCRIBED,
        Reason.RAM_INSTANCE,
        Reason.SECTION_OF_PROXMOX,
        Reason.TARGET_SECTION_UNKNOWN);
    since(
        11,
        1,
        "Unknown section or instance '%s' %d",
        Reason.DEVICE_NOT_DESCRIBED,
        Reason.RAM_INSTANCE,
        Reason.SECTION_OF_PROXMOX,
        Reason.TARGET_SECTION_UNKNOWN);
    say("State blocked by non-migratable device '%s'", Reason.TARGET_BLOCKED);
    say(
        "savevm: unsupported version %2$d for '%1$s' v%3$d",
        Reason.VERSION_NEWER, Reason.TARGET_VERSION_OLD);
    since(
        11,
        1,
        "unsupported version %2$d for '%1$s' v%3$d",
        Reason.VERSION_NEWER,
        Reason.TARGET_VERSION_OLD);
    say("savevm: unsupported version %d for 'ram' v4", Reason.RAM_VERSION_UNKNOWN);
    since(11, 1, "unsupported version %d for 'ram' v4", Reason.RAM_VERSION_UNKNOWN);
    say(
        "load of migration failed: Invalid argument",
        Reason.RAM_VERSION_OBSOLETE,
        Reason.RAM_VERSION_ANCIENT);
    say("Unknown ramblock \"\", cannot accept migration", Reason.RAM_BLOCK_NAME_EMPTY);
    say("Unexpected RAM flags: %d", Reason.FLUSH_IN_FIXED_LAYOUT);
    say(ACCEPTED, Reason.FILL_BYTE_SET);
    since(10, 0, "Found a zero page with value %d", Reason.FILL_BYTE_SET);
    say("Failed to load XBZRLE page - wrong compression!", Reason.DELTA_OF_2011);
    say("Received unknown capability", Reason.CAPABILITIES_TOO_MANY);
    // the room for them is counted with a sign
    say("failed to allocate", Reason.CAPABILITIES_NEGATIVE);
    since(11, 1, "Received unknown capability", Reason.CAPABILITIES_NEGATIVE);
    say("Received an unexpected compressed page", Reason.RAM_WORD_OF_COMPRESSION);
    since(9, 1, "Unknown combination of migration flags: 0x%x", Reason.RAM_WORD_OF_COMPRESSION);
    say(
        "Received an unexpected compressed page",
        Reason.COMPRESSED_PAGE_SENT,
        Reason.COMPRESSED_LENGTH,
        Reason.COMPRESSED_PAGE_DAMAGED);
    since(
        9,
        1,
        "Unknown combination of migration flags: 0x100",
        Reason.COMPRESSED_PAGE_SENT,
        Reason.COMPRESSED_LENGTH,
        Reason.COMPRESSED_PAGE_DAMAGED);
    say("Missing section footer", Reason.FOOTERS_MISSING, Reason.SECTION_WITHOUT_START);
    say("Missing section footer", Reason.VERSION_OF_LESS);
    say("image version is not supported (%d > 2)", Reason.LIBVIRT_VERSION_3);
    say("Machine type received is '%s' and local is '%s'", Reason.MACHINE_OF_XML);
    say("UUID received is %s and local is %s", Reason.UUID_OF_XML);
    say("RAM postcopy is %s but have %d byte advise", Reason.TARGET_POSTCOPY);
    say("Configuration section missing", Reason.TARGET_NEEDS_CONFIGURATION);
    say("Machine type received is '%s' and local is '%s'", Reason.TARGET_OF_ANOTHER_MACHINE);
    say("Capability %s is %s, but received capability is %s", Reason.TARGET_CAPABILITY);
    say("Received unknown capability %s", Reason.TARGET_MAPPED_RAM);
    since(10, 0, "Capability %s is %s, but received capability is %s", Reason.TARGET_MAPPED_RAM);
    say(
        "Received TARGET_PAGE_BITS is %d but local is %d",
        Reason.TARGET_PAGE_SIZE, Reason.PAGE_BITS_DISAGREE);
    say("Unknown ramblock \"%s\", cannot accept migration", Reason.TARGET_BLOCK_UNKNOWN);
    say("Size mismatch: %s: 0x%x != 0x%x: Invalid argument", Reason.TARGET_BLOCK_LENGTH);
    say(
        "%s: incoming version_id %d is too old for local minimum version_id  %d",
        Reason.TARGET_VERSION_NEW, Reason.VERSION_TOO_OLD);
    since(
        11,
        1,
        "%s: incoming version_id %d is too old for local minimum version_id %d",
        Reason.TARGET_VERSION_NEW,
        Reason.VERSION_TOO_OLD);
    say("Missing section footer", Reason.TARGET_FIELD_LENGTH);
    say("%x != %x", Reason.TARGET_VALUE);
    say("Property '%s' changed from 0x%x to 0x%x", Reason.TARGET_PROPERTY);
    say("Features 0x%x unsupported. Allowed features: 0x%x", Reason.TARGET_WITHOUT_FEATURE);
    since(
        11,
        1,
        "Features 0x%032x unsupported. Allowed features: 0x%032x",
        Reason.TARGET_WITHOUT_FEATURE);
    say(
        "Bad config data: i=0x%x read: %x device: %x cmask: %x wmask: %x w1cmask:0",
        Reason.TARGET_OTHER_FUNCTION);
    say("SaveVM v2 format is obsolete and don't work anymore", Reason.STREAM_VERSION_OBSOLETE);
    since(
        11,
        1,
        "SaveVM v2 format is obsolete and no longer supported",
        Reason.STREAM_VERSION_OBSOLETE);
    say("Not a migration stream", Reason.STREAM_STARTS_LATER);
    say("%s: incoming version_id %d is too new for local version_id 1", Reason.SUBSECTION_NEWER);
    say(
        "%s: incoming version_id %d is too old for local minimum version_id  1",
        Reason.SUBSECTION_OLDER);
    since(
        11,
        1,
        "%s: incoming version_id %d is too old for local minimum version_id 1",
        Reason.SUBSECTION_OLDER);
    say("Received unknown capability %s", Reason.CAPABILITY_UNKNOWN);
    say("Configuration section missing", Reason.CONFIGURATION_MISSING);
    say("Image is corrupt; cannot be opened read/write", Reason.DISK_CORRUPT);
    say("Device has active dirty bitmaps", Reason.DISK_BITMAPS);
    say("Received unknown capability mapped-ram", Reason.DISK_MAPPED_RAM);
    since(10, 0, "Error reading dirty bitmap", Reason.DISK_MAPPED_RAM);
    since(11, 1, ACCEPTED, Reason.DISK_MAPPED_RAM);
    say("Received unknown capability mapped-ram", Reason.MAPPED_RAM_ONLY_ANNOUNCED);
    since(
        10,
        0,
        "Capability mapped-ram is off, but received capability is on",
        Reason.MAPPED_RAM_ONLY_ANNOUNCED);
    since(
        10,
        0,
        "Capability mapped-ram is on, but received capability is off",
        Reason.MAPPED_RAM_UNANNOUNCED);
  }

  private LoaderMessage() {}

  /** Gives the words of all releases. */
  private static void say(String words, Reason... reasons) {
    since(QemuRelease.OLDEST.major(), QemuRelease.OLDEST.minor(), words, reasons);
  }

  /** Gives the words of a release and those after it; earlier ones are given before. */
  private static void since(int major, int minor, String words, Reason... reasons) {
    QemuRelease first = new QemuRelease(major, minor);
    for (Reason reason : reasons) {
      MESSAGES.computeIfAbsent(reason, r -> new ArrayList<>()).add(new Since(first, words));
    }
  }

  /** Returns what a release prints; empty when it accepts the image here, or is not known. */
  public static String of(Reason reason, Facts facts, QemuRelease release) {
    return words(pattern(reason, release), facts);
  }

  /** Returns what a release prints, with conversions of {@link String#format} for the facts. */
  public static String pattern(Reason reason, QemuRelease release) {
    return find(reason, release).map(Since::words).orElse(ACCEPTED);
  }

  /** Reports whether a release is known to take what others refuse for a reason. */
  public static boolean isAccepted(Reason reason, QemuRelease release) {
    return find(reason, release).filter(since -> since.words().equals(ACCEPTED)).isPresent();
  }

  private static Optional<Since> find(Reason reason, QemuRelease release) {
    return MESSAGES.getOrDefault(reason, List.of()).reversed().stream()
        .filter(since -> since.first().compareTo(release) <= 0)
        .findFirst();
  }

  private static String words(String words, Facts facts) {
    Object[] quoted = Stream.concat(facts.names().stream(), facts.numbers().stream()).toArray();
    long needed = words.chars().filter(c -> c == '%').count();
    return needed > quoted.length ? "" : String.format(Locale.ROOT, words, quoted);
  }
}
