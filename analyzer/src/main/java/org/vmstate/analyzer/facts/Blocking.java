package org.vmstate.analyzer.facts;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vmstate.formats.rule.QemuRelease;

/**
 * Devices whose state QEMU cannot move, so that a machine with one of them neither saves nor loads.
 * Other reasons not to save, as a file system that is mounted, are none to refuse a state. Source:
 * qemu_savevm_state_blocked and qemu_savevm_non_migratable_list in QEMU's migration/savevm.c; the
 * order as 7.2, 10.0 and 11.1 answer.
 */
final class Blocking {
  private static final Pattern REASON = Pattern.compile("non-migratable device: (.+)");
  private static final Pattern REFUSAL =
      Pattern.compile("State blocked by non-migratable device '(.+)'");

  private Blocking() {}

  /** The first release that names them in an answer to query-migrate. */
  static final QemuRelease FIRST_THAT_SAYS = new QemuRelease(6, 0);

  /** Returns those of an answer to query-migrate, which names the last one first. */
  static List<String> ofReasons(Object answer) {
    List<String> names = new ArrayList<>();
    if (answer instanceof Map<?, ?> map) {
      for (String reason : Answers.strings(map.get("blocked-reasons"))) {
        Matcher m = REASON.matcher(reason);
        if (m.matches()) {
          names.addFirst(m.group(1));
        }
      }
    }
    return names;
  }

  /** Returns devices with the one in front that a refusal to save names, as the loader will. */
  static List<String> ofRefusal(List<String> known, String refusal) {
    Matcher m = REFUSAL.matcher(refusal);
    if (!m.find()) {
      return known;
    }
    List<String> names = new ArrayList<>(known);
    names.remove(m.group(1));
    names.addFirst(m.group(1));
    return names;
  }
}
