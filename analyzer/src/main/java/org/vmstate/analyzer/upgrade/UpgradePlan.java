package org.vmstate.analyzer.upgrade;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.vmstate.analyzer.change.Change;
import org.vmstate.analyzer.change.ChangeException;
import org.vmstate.analyzer.change.ImageChanger;
import org.vmstate.analyzer.change.ImageFacts;
import org.vmstate.analyzer.change.Recipe;
import org.vmstate.analyzer.check.CheckOptions;
import org.vmstate.analyzer.check.CheckResult;
import org.vmstate.analyzer.check.Finding;
import org.vmstate.analyzer.check.Target;
import org.vmstate.analyzer.facts.ArmRegisters;
import org.vmstate.analyzer.host.DataMap;
import org.vmstate.analyzer.output.ImageSource;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.rule.QemuRelease;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/** The changes that make an image fit for a target: as few as cure what check finds. */
public final class UpgradePlan {
  private static final String ROM = ".rom";

  private final Target target;
  private final boolean forced;
  private final Consumer<String> notes;
  private final Set<Change> changes = new LinkedHashSet<>();
  private final Set<String> dropped = new LinkedHashSet<>();
  private final List<String> refused = new ArrayList<>();

  /**
   * Plans for a target.
   *
   * @param forced whether features that the guest uses may be taken away
   * @param notes takes every change and what it may cost the guest
   */
  public UpgradePlan(Target target, boolean forced, Consumer<String> notes) {
    this.target = target;
    this.forced = forced;
    this.notes = notes;
  }

  private CheckOptions options() {
    CheckOptions options = new CheckOptions(DataMap.SOLID, 0, "", Optional.of(target), List.of());
    return options.with(target.release().orElse(QemuRelease.DEFAULT));
  }

  /**
   * Returns the changes; none when the target takes the image as it is.
   *
   * @throws ChangeException when something cannot be cured by a change
   */
  public List<Change> changes(ImageSource image, ParseOptions options) throws IOException {
    return changes(new TargetCheck(options, options()), image);
  }

  private List<Change> changes(TargetCheck check, ImageSource image) throws IOException {
    try (ByteSource source = image.open()) {
      return changes(check, check.check(source));
    }
  }

  private List<Change> changes(TargetCheck check, CheckResult result) throws IOException {
    if (result.error().isPresent()) {
      throw result.error().get();
    }
    for (Recipe recipe : check.breaks()) {
      if (recipe.isForced() && !forced) {
        refused.add(recipe.summary() + ": " + recipe.cure() + ", or --force-feature");
        continue;
      }
      List<Change> found =
          recipe.changes(
              check.facts(),
              target.facts(),
              text -> notes.accept(recipe.name() + ": " + text + cost(recipe.cost())));
      for (Change change : found) {
        changes.add(change);
        if (change instanceof Change.DropSection drop) {
          dropped.add(drop.section());
        }
      }
    }
    List<Finding> left = new ArrayList<>();
    for (Finding finding : result.findings().list()) {
      if (finding.severity() == Severity.ERROR
          && finding.rule() != Rule.KNOWN_BREAK
          && !cure(finding)) {
        left.add(finding);
      }
    }
    // a change that another finding asks for may cure this one too
    for (Finding finding : left) {
      if (!isCured(finding, fact(finding, "section"), check.breaks())) {
        refused.add(finding.text() + advice(finding));
      }
    }
    if (!refused.isEmpty()) {
      throw new ChangeException(
          "not to be cured by a change: " + String.join("; ", refused) + "; nothing was written");
    }
    return List.copyOf(changes);
  }

  /**
   * What an image most likely needs.
   *
   * @param changes the changes, none where that is not known
   * @param facts what the image has that changes can name
   */
  public record Likely(List<Change> changes, ImageFacts facts) {}

  /** Returns the changes that an image most likely needs, by what stands around its memory. */
  public Likely likely(ImageSource image, ParseOptions options) throws IOException {
    TargetCheck check =
        new TargetCheck(options.with(ParseOptions.Extent.DEVICES), options()).assuming();
    List<Change> found;
    try {
      found = new UpgradePlan(target, forced, _ -> {}).changes(check, image);
    } catch (ChangeException | StateFormatException _) {
      // all of the image says why, and perhaps more of it
      found = List.of();
    }
    return new Likely(found, check.facts());
  }

  /**
   * Returns a pass over all of an image that holds likely changes to it.
   *
   * @throws OtherChangesException from the pass, when it needs others
   */
  public ImageChanger.Reading confirming(List<Change> likely, ParseOptions options) {
    return (source, sink) -> {
      TargetCheck check = new TargetCheck(options, options());
      CheckResult result = check.check(source, sink);
      List<Change> needed = changes(check, result);
      if (!needed.equals(likely)) {
        throw new OtherChangesException(needed);
      }
      return result.outcome().orElseThrow();
    };
  }

  private static String cost(String cost) {
    return cost.isEmpty() || cost.equals("none") ? "" : "; costs: " + cost;
  }

  /** Makes the change that a finding itself asks for, if it asks for one. */
  private boolean cure(Finding finding) {
    String block = fact(finding, "block");
    String section = fact(finding, "section");
    String machine = fact(finding, "machine");
    String subsection = fact(finding, "subsection");
    if (block.endsWith(ROM)) {
      make(new Change.DropBlock(block), "the target's own ROM is used");
    } else if (!fact(finding, "rom").isEmpty()) {
      make(
          new Change.SetField(fact(finding, "rom"), Change.Operator.SET, "0"),
          "the guest gives the ROM a place again before it reads it");
    } else if (!subsection.isEmpty()) {
      make(new Change.RemoveSubsection(subsection), "what the subsection holds is lost");
    } else if (!machine.isEmpty() && isOtherRelease(machine)) {
      make(
          new Change.SetMachine(target.machine()),
          "the machine type is another one; its devices were compared");
    } else if (finding.facts().containsKey("registers")) {
      registers(finding, section);
    } else if (finding.facts().containsKey("features")) {
      feature(finding, section);
    } else {
      return false;
    }
    return true;
  }

  /** Reports whether what was found is what a break that is cured would say. */
  private boolean isCured(Finding finding, String section, List<Recipe> breaks) {
    if (dropped.contains(section) || isChanged(finding)) {
      return true;
    }
    boolean ofMachine =
        finding.cause().filter(c -> c.reason() == Reason.TARGET_OF_ANOTHER_MACHINE).isPresent()
            && changes.stream().anyMatch(Change.SetMachine.class::isInstance);
    // a break has its own words for what a rule says too, of the section or the command
    boolean ofBreak =
        breaks.stream()
            .anyMatch(
                b ->
                    changes.stream()
                        .anyMatch(
                            c ->
                                c instanceof Change.DropCommand drop
                                        && finding.text().contains(drop.command())
                                    || c instanceof Change.SetVersion v
                                        && finding.text().startsWith(name(v.section()))));
    return ofMachine || ofBreak;
  }

  /** Reports whether what the finding names gets another name, length or value. */
  private boolean isChanged(Finding finding) {
    String block = fact(finding, "block");
    String fixed = fact(finding, "fixed");
    String fields = fact(finding, "fields_of");
    return changes.stream()
        .anyMatch(
            c ->
                switch (c) {
                  case Change.RenameBlock rename -> rename.block().equals(block);
                  case Change.SetBlockSize size -> fixed.startsWith(size.section() + ".");
                  case Change.InsertField insert ->
                      !fields.isEmpty() && insert.after().startsWith(fields + ".");
                  case Change.RemoveField remove ->
                      !fields.isEmpty() && remove.path().startsWith(fields + ".");
                  default -> false;
                });
  }

  private static String name(String key) {
    int hash = key.lastIndexOf('#');
    return hash < 0 ? key : key.substring(0, hash);
  }

  private static String fact(Finding finding, String name) {
    return finding.facts().get(name) instanceof String text ? text : "";
  }

  private static String advice(Finding finding) {
    String cure = fact(finding, "cure");
    return cure.isEmpty() ? "" : " (" + cure + ")";
  }

  private void make(Change change, String cost) {
    if (changes.add(change)) {
      notes.accept(text(change) + cost(cost));
    }
  }

  private static String text(Change change) {
    return switch (change) {
      case Change.DropBlock c -> "drop-block " + c.block();
      case Change.RemoveSubsection c -> "remove-subsection " + c.path();
      case Change.SetMachine c -> "machine " + c.machine();
      default -> String.valueOf(change);
    };
  }

  private boolean isOtherRelease(String machine) {
    return target.facts().filter(f -> f.isOtherRelease(machine)).isPresent();
  }

  /** Makes registers the target's: the last one goes first, as those after it move. */
  private void registers(Finding finding, String section) {
    List<String> values = list(finding, "values");
    List<String> gone = list(finding, "registers");
    for (String value : values) {
      String[] parts = value.split("=");
      String path = section + "." + ArmRegisters.VALUES + "[" + parts[0] + "]";
      changes.add(new Change.SetField(path, Change.Operator.SET, parts[1]));
    }
    for (String place : gone.reversed()) {
      for (String field : List.of(ArmRegisters.NUMBERS, ArmRegisters.VALUES)) {
        changes.add(new Change.RemoveField(section + "." + field + "[" + place + "]"));
      }
    }
    List<String> missing = list(finding, "missing");
    for (String register : missing) {
      String[] parts = register.split("=");
      insert(section, ArmRegisters.NUMBERS, parts[0], parts[1]);
      insert(section, ArmRegisters.VALUES, parts[0], parts[2]);
    }
    if (gone.size() != missing.size()) {
      long left = (Long) finding.facts().get("count") - gone.size() + missing.size();
      String path = section + "." + ArmRegisters.COUNT;
      changes.add(new Change.SetField(path, Change.Operator.SET, Long.toString(left)));
    }
    notes.accept(
        section
            + ": "
            + gone.size()
            + " registers taken away, "
            + missing.size()
            + " of the target's added, "
            + values.size()
            + " set to the target's identity; costs: a guest that uses what the target's processor"
            + " lacks does not go on as before");
  }

  private void insert(String section, String field, String after, String value) {
    String path = section + "." + field;
    changes.add(
        new Change.InsertField(
            path + "[" + after + "]", field, "uint64", Long.parseUnsignedLong(value, 16)));
  }

  private static List<String> list(Finding finding, String name) {
    String text = fact(finding, name);
    return text.isEmpty() ? List.of() : List.of(text.split(","));
  }

  private void feature(Finding finding, String section) {
    if (!forced) {
      refused.add(
          finding.text()
              + ": only its driver can give a feature back (start the target with it, or"
              + " --force-feature)");
      return;
    }
    String path = section + ".virtio.guest_features";
    changes.add(new Change.SetField(path, Change.Operator.REMOVE, fact(finding, "features")));
    notes.accept(
        "set "
            + path
            + "-="
            + fact(finding, "features")
            + "; costs: the guest goes on using the features, and the device no longer does");
  }

  /**
   * Checks the changed copy with the target.
   *
   * @throws ChangeException when the target would still refuse it
   */
  public void require(ImageSource changed, ParseOptions options) throws IOException {
    try (ByteSource source = changed.open()) {
      CheckResult result = new TargetCheck(options, options()).check(source);
      for (Finding finding : result.findings().list()) {
        if (finding.severity() == Severity.ERROR) {
          throw new ChangeException(
              "the result would be refused: " + finding.text() + "; nothing was written");
        }
      }
    }
  }
}
