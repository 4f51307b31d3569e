package org.vmstate.analyzer.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vmstate.formats.error.LimitExceededException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.io.ByteSource;

/** Finds the rule behind an error that ended the pass. Errors start with what they are about. */
final class ParseErrors {
  private static final Map<Pattern, Rule> RULES = new LinkedHashMap<>();

  static {
    rule("stream header.*magic|image: |file: |magic:", Rule.STREAM_MAGIC);
    rule("stream version", Rule.STREAM_VERSION);
    rule("record type: .* found 0x7$", Rule.ONE_CONFIGURATION);
    rule("record type", Rule.RECORD_TYPE);
    rule("record: expected another section", Rule.END_MARK);
    rule("section name", Rule.SECTION_NAME);
    rule("section id", Rule.SECTION_ANNOUNCED);
    rule("section footer|footer", Rule.SECTION_FOOTER);
    rule("target-page-bits|target page bits|page bits", Rule.PAGE_BITS_RANGE);
    rule("configuration", Rule.CONFIGURATION_SUBSECTION);
    rule("ram section version", Rule.RAM_VERSION);
    rule("first RAM word|RAM total|RAM word: .*found flags 0x(4|24)$", Rule.RAM_TOTAL);
    rule("RAM block length", Rule.RAM_SUM);
    rule("RAM block name: .*(twice|none)", Rule.BLOCK_NAMES);
    rule("RAM block name", Rule.PAGE_INSIDE);
    rule("RAM word: CONTINUE", Rule.CONTINUE);
    rule("RAM word: HOOK", Rule.HOOK);
    rule("RAM word: expected no page record .*0x(4|6)[0-9a-f]$", Rule.XBZRLE_PLACE);
    rule("RAM word: expected no page record", Rule.MAPPED_NO_RECORDS);
    rule("RAM word", Rule.RAM_WORD);
    rule("page offset", Rule.PAGE_INSIDE);
    rule("XBZRLE|encoded page: (?!does not inflate|no zlib)", Rule.XBZRLE);
    rule("compressed length|encoded page", Rule.COMPRESSED_PAGE);
    rule("mapped-ram header version", Rule.MAPPED_VERSION);
    rule("mapped-ram page size", Rule.MAPPED_PAGE_SIZE);
    rule("mapped-ram from a pipe", Rule.MAPPED_SEEKABLE);
    rule("bitmap offset|fixed-ram bitmap length", Rule.BITMAP_INSIDE);
    rule("page area", Rule.AREAS_APART);
    rule("pages offset: expected room", Rule.AREA_INSIDE);
    rule("pages offset", Rule.PAGES_BEHIND_BITMAP);
    rule("libvirt header version|libvirt header features", Rule.HEADER_VERSION);
    rule("libvirt image format|QEMU stream: expected", Rule.SAVE_FORMAT);
    rule("libvirt data length|domain XML: found", Rule.DATA_LENGTH);
    rule("domain XML: expected a terminator", Rule.DOMAIN_XML);
    rule("domain XML", Rule.DATA_LENGTH);
    rule("cookie offset", Rule.COOKIE_OFFSET);
    rule("cookie", Rule.COOKIE);
    rule("QEMU stream: found the end", Rule.SAVE_FINISHED);
    rule("packed data|xz: needs", Rule.PACKED_WHOLE);
    rule("dirty-bitmap", Rule.DIRTY_BITMAP);
    rule("storage attributes", Rule.STORAGE_ATTRIBUTES);
    rule("vfio", Rule.VFIO);
  }

  private static final Pattern FLAGS = Pattern.compile("flags (0x[0-9a-f]+)$");
  private static final Pattern NUMBER = Pattern.compile("found (\\d+)$");
  private static final Pattern HEX = Pattern.compile("found 0x([0-9a-f]+)$");

  /** Bytes looked at behind an error: version and page size of a mapped-ram header. */
  private static final int LOOK = 12;

  private ParseErrors() {}

  private static void rule(String prefix, Rule rule) {
    RULES.put(Pattern.compile("^(" + prefix + ")"), rule);
  }

  /**
   * Makes the finding of an error.
   *
   * @param source what was read, for a look at the bytes that were not understood; may be null
   */
  static Finding of(StateFormatException e, ByteSource source) throws IOException {
    Rule rule = rule(e);
    if (source != null && e.path().contains("ram")) {
      rule = byBytes(rule, e, source);
    }
    return Finding.of(rule, e.offset(), e.path(), e.reason())
        .as(Severity.ERROR)
        .saying(loader(rule, e.reason()));
  }

  /** A reader in the wrong layout, or behind the end of its section, meets bytes that tell so. */
  private static Rule byBytes(Rule rule, StateFormatException e, ByteSource source)
      throws IOException {
    long at = e.offset();
    if (!source.isSeekable() || at < 0 || source.length() - at < LOOK) {
      return rule;
    }
    ByteBuffer bytes = ByteBuffer.allocate(LOOK);
    source.copy(at, bytes);
    bytes.flip();
    boolean header = bytes.getInt(0) == 1 && Long.bitCount(bytes.getLong(4)) == 1;
    if (rule == Rule.MAPPED_PAGE_SIZE) {
      // the error is at the header's second field
      ByteBuffer version = ByteBuffer.allocate(Integer.BYTES);
      source.copy(at - Integer.BYTES, version);
      return version.getInt(0) == 1 ? rule : Rule.MAPPED_RAM_ANNOUNCED;
    }
    if (rule == Rule.MAPPED_VERSION) {
      // the next entry or word stands where a header was expected
      return bytes.getInt(0) >>> 8 != 0 || bytes.getInt(0) == 0 ? Rule.MAPPED_RAM_ANNOUNCED : rule;
    }
    return switch (rule) {
      case RAM_WORD, BLOCK_NAMES, PAGE_INSIDE, CONTINUE ->
          header
              ? Rule.MAPPED_RAM_ANNOUNCED
              : bytes.get(0) == StreamFormat.SECTION_FOOTER ? Rule.RAM_ENDS : rule;
      default -> rule;
    };
  }

  private static Rule rule(StateFormatException e) {
    for (Map.Entry<Pattern, Rule> entry : RULES.entrySet()) {
      if (entry.getKey().matcher(e.reason()).find()) {
        return entry.getValue();
      }
    }
    return switch (e) {
      case TruncatedDataException cut ->
          e.path().equals("libvirt") ? Rule.DATA_LENGTH : Rule.END_MARK;
      case LimitExceededException much -> Rule.LIMIT;
      default -> Rule.OTHER;
    };
  }

  private static String found(Pattern pattern, String reason) {
    Matcher matcher = pattern.matcher(reason);
    return matcher.find() ? matcher.group(1) : "";
  }

  /** Returns what the loader prints; a number is given where the error has it. */
  private static String loader(Rule rule, String reason) {
    return switch (rule) {
      case STREAM_MAGIC -> "Not a migration stream";
      case STREAM_VERSION -> "Unsupported migration stream version";
      case ONE_CONFIGURATION -> "Unknown savevm section type 7";
      case RECORD_TYPE -> {
        String type = found(HEX, reason);
        yield "Unknown savevm section type " + (type.isEmpty() ? "" : Integer.parseInt(type, 16));
      }
      case SECTION_ANNOUNCED -> "Unknown savevm section " + found(NUMBER, reason);
      case SECTION_NAME -> "Unknown savevm section or instance ''";
      case SECTION_FOOTER ->
          reason.contains("0x7e") ? "Missing section footer" : "Mismatched section id in footer";
      case END_MARK -> "load of migration failed: Input/output error";
      case RAM_WORD, HOOK, RAM_TOTAL -> {
        String flags = found(FLAGS, reason);
        yield flags.isEmpty() ? "" : "Unknown combination of migration flags: " + flags;
      }
      case CONTINUE -> "Ack, bad migration stream!";
      case PAGE_INSIDE ->
          reason.startsWith("page offset") ? "Illegal RAM offset" : "Can't find block";
      case XBZRLE -> "Failed to load XBZRLE page";
      case MAPPED_NO_RECORDS, XBZRLE_PLACE -> "Unexpected RAM flags";
      case MAPPED_VERSION ->
          "Migration mapped-ram capability version not supported (expected <= 1, got "
              + found(NUMBER, reason)
              + ")";
      case HEADER_VERSION -> "image version is not supported";
      case SAVE_FINISHED -> "save image is incomplete";
      case SAVE_FORMAT ->
          reason.startsWith("libvirt")
              ? "unsupported save image format: " + found(NUMBER, reason)
              : "";
      case DATA_LENGTH -> "failed to read domain XML";
      default -> "";
    };
  }
}
