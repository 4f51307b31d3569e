package org.vmstate.analyzer.check;

/** Applies rules that say whether a target loads an image. */
abstract class TargetRules extends Inspector {
  private final Target target;

  TargetRules(Findings findings, Target target) {
    super(findings);
    this.target = target;
  }

  final Target target() {
    return target;
  }
}
