package org.vmstate.analyzer.facts;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The table of RAM blocks that the monitor for people prints: name, page size, then offset, used
 * and greatest length in hexadecimal digits. Source: QEMU 5.2 to 11.1 softmmu/physmem.c.
 */
final class RamBlockTable {
  private static final Pattern LINE =
      Pattern.compile(
          "\\s*(\\S.{0,300}?)\\s+\\d+ [KMG]?i?B\\s+0x[0-9a-f]{1,16}\\s+0x([0-9a-f]{1,16})"
              + "\\s+0x([0-9a-f]{1,16})(\\s.*)?");

  private final Map<String, Long> used = new LinkedHashMap<>();
  private final Map<String, Long> limits = new LinkedHashMap<>();

  RamBlockTable(String text) {
    text.lines()
        .limit(10_000)
        .forEach(
            line -> {
              Matcher m = LINE.matcher(line);
              if (line.length() < 1000 && m.matches()) {
                long length = Long.parseUnsignedLong(m.group(2), 16);
                long most = Long.parseUnsignedLong(m.group(3), 16);
                used.put(m.group(1), length);
                if (most > length) {
                  limits.put(m.group(1), most);
                }
              }
            });
  }

  Map<String, Long> used() {
    return used;
  }

  Map<String, Long> limits() {
    return limits;
  }
}
