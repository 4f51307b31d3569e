package org.vmstate.analyzer.check;

import java.util.Map;
import java.util.Optional;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.LoaderMessage;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.rule.QemuRelease;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;

/**
 * A place where a rule does not hold.
 *
 * @param rule the rule
 * @param severity how bad it is here
 * @param offset file offset in bytes; inside a compressed stream, of the decompressed bytes
 * @param path structure path, may be empty
 * @param text one line: what was expected and what was found
 * @param facts the same for programs: strings and numbers by name
 * @param cause what a loader makes of it, if it is known
 */
public record Finding(
    Rule rule,
    Severity severity,
    long offset,
    String path,
    String text,
    Map<String, Object> facts,
    Optional<Cause> cause) {

  /**
   * What a loader meets.
   *
   * @param reason what is wrong
   * @param facts what its message quotes
   */
  public record Cause(Reason reason, Facts facts) {}

  /** Makes a finding of the rule's own severity. */
  public static Finding of(Rule rule, long offset, String path, String text) {
    return new Finding(rule, rule.severity(), offset, path, text, Map.of(), Optional.empty());
  }

  /** Makes a finding of a problem, which has the rule's own severity. */
  public static Finding of(Problem problem) {
    return of(problem.reason().rule(), problem.offset(), problem.path(), problem.words())
        .by(Optional.of(new Cause(problem.reason(), problem.facts())));
  }

  /** Returns this finding with another severity. */
  public Finding as(Severity other) {
    return new Finding(rule, other, offset, path, text, facts, cause);
  }

  /** Returns this finding with what programs may want to know. */
  public Finding with(Map<String, Object> values) {
    return new Finding(rule, severity, offset, path, text, Map.copyOf(values), cause);
  }

  /** Returns this finding with another cause. */
  public Finding by(Optional<Cause> other) {
    return new Finding(rule, severity, offset, path, text, facts, other);
  }

  /** Returns what a release prints when it refuses the image here, else an empty text. */
  public String loader(QemuRelease release) {
    return cause.map(c -> LoaderMessage.of(c.reason(), c.facts(), release)).orElse("");
  }

  /** Returns this finding as it is for a release, which may take what others refuse. */
  Finding in(QemuRelease release) {
    boolean accepted =
        severity == Severity.ERROR
            && cause.filter(c -> LoaderMessage.isAccepted(c.reason(), release)).isPresent();
    return accepted ? as(Severity.WARNING) : this;
  }

  /** Returns what the release prints that is quoted when none is asked for. */
  public String loader() {
    return loader(QemuRelease.DEFAULT);
  }
}
