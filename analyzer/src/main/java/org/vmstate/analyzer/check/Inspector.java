package org.vmstate.analyzer.check;

import java.io.IOException;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.rule.QemuRelease;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Rule;
import org.vmstate.parser.StateVisitor;
import org.vmstate.parser.io.ByteSource;

/** Applies a group of rules during the pass. */
abstract class Inspector implements StateVisitor {
  private final Findings findings;
  private ByteSource source;

  Inspector(Findings findings) {
    this.findings = findings;
  }

  @Override
  public void content(ByteSource content) {
    source = content;
  }

  /** Returns the source of the stream, or null before it begins. */
  final ByteSource source() {
    return source;
  }

  /** Returns the release that is to load the image. */
  final QemuRelease release() {
    return findings.release();
  }

  final Findings findings() {
    return findings;
  }

  final void applied(Rule... rules) {
    findings.applied(rules);
  }

  /** Makes a finding at the parser's place in the structure. */
  final Finding here(Rule rule, long offset, String text) {
    return Finding.of(rule, offset, source == null ? "libvirt" : source.path().toString(), text);
  }

  /** Makes a finding at the parser's place in the structure, with what a loader makes of it. */
  final Finding here(Reason reason, Facts facts, long offset, String text) {
    String path = source == null ? "libvirt" : source.path().toString();
    return Finding.of(Problem.of(reason, text, offset, path, facts));
  }

  final void add(Finding finding) {
    findings.add(finding);
  }

  /** Is told that the pass is over. */
  void finish(boolean whole) throws IOException {}
}
