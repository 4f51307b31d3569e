package org.vmstate.analyzer.check;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.vmstate.formats.rule.QemuRelease;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;

/** Collects findings. A hostile image has no end of them, so of each rule only some are kept. */
public final class Findings {
  /** Findings kept of one rule. */
  public static final int MOST = 50;

  private final List<Finding> list = new ArrayList<>();
  private final Map<Rule, Integer> counts = new EnumMap<>(Rule.class);
  private final Set<Rule> applied = EnumSet.noneOf(Rule.class);
  private final QemuRelease release;
  private Severity worst;

  /** Collects findings in the words of the newest known loader. */
  public Findings() {
    this(QemuRelease.DEFAULT);
  }

  /** Collects findings in the words of a release. */
  public Findings(QemuRelease release) {
    this.release = release;
  }

  /** Returns the release that is to load the image. */
  QemuRelease release() {
    return release;
  }

  /** Adds a finding. */
  public void add(Finding made) {
    Finding finding = made.in(release);
    if (counts.merge(finding.rule(), 1, Integer::sum) <= MOST) {
      list.add(finding);
    }
    applied.add(finding.rule());
    if (worst == null || finding.severity().compareTo(worst) > 0) {
      worst = finding.severity();
    }
  }

  /** Notes that rules were applied. */
  public void applied(Rule... rules) {
    applied.addAll(List.of(rules));
  }

  /** Returns the findings that were kept, in the order in which they were made. */
  public List<Finding> list() {
    return Collections.unmodifiableList(list);
  }

  /** Returns how often a rule was found not to hold. */
  public int count(Rule rule) {
    return counts.getOrDefault(rule, 0);
  }

  /** Returns the rules that were applied and hold. */
  public List<Rule> passed() {
    return applied.stream().filter(r -> !counts.containsKey(r)).toList();
  }

  /** Reports whether something of at least this severity was found. */
  public boolean has(Severity severity) {
    return worst != null && worst.compareTo(severity) >= 0;
  }
}
