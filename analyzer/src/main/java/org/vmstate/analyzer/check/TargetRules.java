package org.vmstate.analyzer.check;

import java.io.IOException;
import org.vmstate.formats.event.Event;

/** Applies rules that say whether a target loads an image. */
abstract class TargetRules extends Inspector {
  private final Target target;
  private long last;

  TargetRules(Findings findings, Target target) {
    super(findings);
    this.target = target;
  }

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    last = event.covers() ? event.range().start() : last;
  }

  final Target target() {
    return target;
  }

  /** Where the last bytes began that the pass came to; findings are at it. */
  final long last() {
    return last;
  }
}
