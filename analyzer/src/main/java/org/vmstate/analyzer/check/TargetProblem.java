package org.vmstate.analyzer.check;

import java.util.Locale;
import java.util.Map;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Reason;

/**
 * What a target cannot load of a section that was sent.
 *
 * @param reason what is wrong
 * @param facts the values of the loader's message
 * @param words what is said of it
 * @param more what programs may want to know
 */
record TargetProblem(Reason reason, Facts facts, String words, Map<String, Object> more) {
  TargetProblem(Reason reason, Facts facts, String words) {
    this(reason, facts, words, Map.of());
  }

  /** A subsection that is newer than the target's. */
  static TargetProblem newer(String path, String name, long sent, long newest) {
    return new TargetProblem(
        Reason.TARGET_SUBSECTION_NEWER,
        Facts.named(name, sent, newest),
        String.format(
            Locale.ROOT, "%s has version %d, the target loads up to %d", path, sent, newest));
  }
}
