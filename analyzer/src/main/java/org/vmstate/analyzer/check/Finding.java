package org.vmstate.analyzer.check;

import java.util.Map;
import org.vmstate.formats.rule.LoaderMessage;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.rule.QemuRelease;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;

/**
 * A place where a rule does not hold.
 *
 * @param rule the rule
 * @param severity how bad it is here
 * @param offset file offset in bytes; inside a packed stream, of the unpacked bytes
 * @param path structure path, may be empty
 * @param text one line: what was expected and what was found
 * @param facts the same for programs: texts and numbers by name
 * @param loader what QEMU or libvirt prints when it refuses the image here, else empty
 */
public record Finding(
    Rule rule,
    Severity severity,
    long offset,
    String path,
    String text,
    Map<String, Object> facts,
    String loader) {

  /** Makes a finding of the rule's own severity. */
  public static Finding of(Rule rule, long offset, String path, String text) {
    return new Finding(rule, rule.severity(), offset, path, text, Map.of(), "");
  }

  /** Makes a finding of a problem, with what today's loader says of it. */
  static Finding of(Problem problem) {
    return of(problem.reason().rule(), problem.offset(), problem.path(), problem.words())
        .saying(LoaderMessage.of(problem.reason(), problem.facts(), QemuRelease.DEFAULT));
  }

  /** Returns this finding with another severity. */
  public Finding as(Severity other) {
    return new Finding(rule, other, offset, path, text, facts, loader);
  }

  /** Returns this finding with what programs may want to know. */
  public Finding with(Map<String, Object> values) {
    return new Finding(rule, severity, offset, path, text, Map.copyOf(values), loader);
  }

  /** Returns this finding with the loader's message. */
  public Finding saying(String message) {
    return new Finding(rule, severity, offset, path, text, facts, message);
  }
}
