package org.vmstate.analyzer.check;

import java.io.IOException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.rule.QemuRelease;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Rule;

/** Applies a group of rules during the pass. */
abstract class Inspector implements EventSink {
  private final Findings findings;
  private SourceBytes source;
  private long last;

  Inspector(Findings findings) {
    this.findings = findings;
  }

  @Override
  public void accept(Event event) throws IOException {
    last = event.covers() ? event.range().start() : last;
    switch (event) {
      case Event.StreamHeader e -> source = e.content();
      case Event.Bytes e when source != null -> source = e.content();
      default -> {}
    }
  }

  /** Returns the content of the stream, or null before it begins. */
  final SourceBytes source() {
    return source;
  }

  /** Returns where the last bytes began that the pass came to. */
  final long last() {
    return last;
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

  /** Returns the place in the structure that findings are at: where the pass is. */
  String place() {
    return source == null ? "libvirt" : source.place();
  }

  /** Makes a finding at the parser's place in the structure. */
  final Finding here(Rule rule, long offset, String text) {
    return Finding.of(rule, offset, place(), text);
  }

  /** Makes a finding at the parser's place in the structure, with what a loader makes of it. */
  final Finding here(Reason reason, Facts facts, long offset, String text) {
    return Finding.of(Problem.of(reason, text, offset, place(), facts));
  }

  final void add(Finding finding) {
    findings.add(finding);
  }

  /** Is told that the pass is over. */
  void finish(boolean whole) throws IOException {}
}
