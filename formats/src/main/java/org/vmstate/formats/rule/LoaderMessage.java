package org.vmstate.formats.rule;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What QEMU or libvirt prints when it refuses an image, by reason and release. Messages quote the
 * facts: names first, then numbers.
 */
public final class LoaderMessage {
  /** The words of all releases from one on. */
  private record Since(QemuRelease first, String words) {}

  private static final Map<Reason, List<Since>> MESSAGES = new EnumMap<>(Reason.class);

  static {
    say("Not a migration stream", Reason.IMAGE_UNKNOWN, Reason.IMAGE_EMPTY);
    say("Not a migration stream", Reason.IMAGE_ONLY_ZEROS, Reason.IMAGE_OF_ANOTHER_FORMAT);
    say("Not a migration stream", Reason.STREAM_MAGIC_MISSING);
    say("Unsupported migration stream version", Reason.STREAM_VERSION_UNKNOWN);
    say("Unknown savevm section type %d", Reason.RECORD_TYPE_UNKNOWN, Reason.CONFIGURATION_TWICE);
    say("Unknown savevm section %d", Reason.SECTION_NOT_ANNOUNCED);
    say("Unknown savevm section or instance ''", Reason.SECTION_NAME_EMPTY);
    say("Missing section footer", Reason.FOOTER_MISSING);
    say("Mismatched section id in footer", Reason.FOOTER_OF_ANOTHER_SECTION);
    say(
        "load of migration failed: Input/output error",
        Reason.DATA_ENDS,
        Reason.END_MARK_MISSING,
        Reason.DEVICE_CUT);
    say("load of migration failed: No such file or directory", Reason.SUBSECTION_UNKNOWN);
    say(
        "Unknown combination of migration flags: 0x%x",
        Reason.RAM_WORD_KIND, Reason.RAM_TOTAL_AGAIN);
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
    say("save image is incomplete", Reason.STREAM_MISSING, Reason.SAVE_CUT);
    say("save image is incomplete", Reason.SAVE_UNFINISHED);
    say("unsupported save image format: %d", Reason.LIBVIRT_FORMAT);
    say("failed to read domain XML", Reason.DATA_LENGTH_LIMIT, Reason.DATA_LENGTH_PASSES_END);
    say(
        "error while loading state for instance 0x%2$x of device '%1$s'",
        Reason.DEVICE_ENDS_ELSEWHERE, Reason.DEVICE_UNDECODABLE);
  }

  private LoaderMessage() {}

  private static void say(String words, Reason... reasons) {
    for (Reason reason : reasons) {
      since(QemuRelease.OLDEST, reason, words);
    }
  }

  /** Gives the words of a release and those after it; earlier ones are given before. */
  private static void since(QemuRelease first, Reason reason, String words) {
    MESSAGES.computeIfAbsent(reason, r -> new ArrayList<>()).add(new Since(first, words));
  }

  /** Returns what a release prints; empty when it accepts the image here, or is not known. */
  public static String of(Reason reason, Facts facts, QemuRelease release) {
    return words(pattern(reason, release), facts);
  }

  /** Returns what a release prints, with conversions of {@link String#format} for the facts. */
  public static String pattern(Reason reason, QemuRelease release) {
    return MESSAGES.getOrDefault(reason, List.of()).reversed().stream()
        .filter(since -> since.first().compareTo(release) <= 0)
        .findFirst()
        .map(Since::words)
        .orElse("");
  }

  private static String words(String words, Facts facts) {
    Object[] quoted = Stream.concat(facts.names().stream(), facts.numbers().stream()).toArray();
    long needed = words.chars().filter(c -> c == '%').count();
    return needed > quoted.length ? "" : String.format(Locale.ROOT, words, quoted);
  }
}
