package org.vmstate.analyzer.upgrade;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vmstate.analyzer.change.ImageFacts;
import org.vmstate.analyzer.change.Recipe;
import org.vmstate.analyzer.check.CheckOptions;
import org.vmstate.analyzer.check.CheckResult;
import org.vmstate.analyzer.check.Checker;
import org.vmstate.analyzer.check.Finding;
import org.vmstate.analyzer.check.Target;
import org.vmstate.analyzer.facts.TargetFacts;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/** A check that also looks for the known breaks between an image and its target. */
public final class TargetCheck {
  private final ParseOptions options;
  private final CheckOptions what;
  private final ImageFacts facts = new ImageFacts();
  private final List<Recipe> breaks = new ArrayList<>();
  private boolean assuming;

  /** Checks with options. */
  public TargetCheck(ParseOptions options, CheckOptions what) {
    this.options = options;
    this.what = what;
  }

  /** Has the pass take what it passes over for what is usual, and returns this. */
  TargetCheck assuming() {
    assuming = true;
    return this;
  }

  /** Makes the pass. */
  public CheckResult check(ByteSource source) throws IOException {
    return check(source, event -> {});
  }

  /** Makes the pass, which a sink follows. */
  CheckResult check(ByteSource source, EventSink beside) throws IOException {
    Checker checker = new Checker(options, what);
    Optional<TargetFacts> target = what.target().flatMap(Target::facts);
    if (target.isEmpty()) {
      return checker.check(source, beside);
    }
    CheckResult result =
        checker.check(
            source,
            event -> {
              facts.accept(event);
              beside.accept(event);
            });
    if (assuming) {
      facts.assumeSwitchover();
    }
    result.findings().applied(Rule.KNOWN_BREAK);
    for (Recipe recipe : Recipe.ofBreaks()) {
      List<String> places = recipe.meets(facts, target.get());
      if (!places.isEmpty()) {
        breaks.add(recipe);
        result.findings().add(finding(recipe, places));
      }
    }
    return result;
  }

  private static Finding finding(Recipe recipe, List<String> places) {
    String name = recipe.name().substring(recipe.name().indexOf(':') + 1);
    String text =
        String.join(", ", places)
            + ": "
            + recipe.summary()
            + (recipe.loads() ? "" : "; the loader says: " + recipe.message());
    String cure =
        "upgrade --target, or upgrade --recipe "
            + recipe.name()
            + (recipe.cure().isEmpty() ? "" : ", or " + recipe.cure());
    Severity severity = recipe.loads() ? Severity.WARNING : Severity.ERROR;
    return Finding.of(Rule.KNOWN_BREAK, 0, places.getFirst(), text)
        .as(severity)
        .with(Map.of("break", name, "cure", cure, "cost", recipe.cost()));
  }

  /** Returns what the image has, after the pass. */
  ImageFacts facts() {
    return facts;
  }

  /** Returns the breaks that were met. */
  List<Recipe> breaks() {
    return breaks;
  }
}
