package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.vmstate.analyzer.change.Change;
import org.vmstate.analyzer.change.ChangeException;
import org.vmstate.analyzer.change.HeadStart;
import org.vmstate.analyzer.change.ImageChanger;
import org.vmstate.analyzer.change.ImageFacts;
import org.vmstate.analyzer.change.Recipe;
import org.vmstate.analyzer.check.Target;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.ImageSource;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.analyzer.upgrade.ChangeCheck;
import org.vmstate.analyzer.upgrade.OtherChangesException;
import org.vmstate.analyzer.upgrade.UpgradePlan;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** {@code vmstate-img upgrade}. */
final class UpgradeCommand implements Callable<Integer> {
  private CommandSpec spec;

  private UpgradeCommand() {}

  static CommandSpec create() {
    UpgradeCommand command = new UpgradeCommand();
    CommandBuilder builder =
        new CommandBuilder("upgrade", command)
            .about(
                "Makes a state fit for another QEMU.",
                "",
                "With --target, what check --target finds is cured with as few changes as",
                "possible, and refused where only the guest or the target could do it. With",
                "--recipe, changes with conditions are done: a recipe is a JSON or YAML file, or",
                "one of the bundled ones for breaks that are known:",
                String.join("%n", Recipe.NAMES.stream().map(n -> "  bundled:" + n).toList()),
                "Each change is said. IN stays as it is; OUT appears when it passes check.",
                "")
            .footer(
                "%nExamples:%n",
                "  vmstate-img upgrade --target target.json old.img new.img",
                "  vmstate-img upgrade --recipe bundled:isa-vga-to-any old.img new.img")
            .parameter("IN", "1", "The image: a file, a qcow2 disk, or sample:NAME.")
            .parameter("OUT", "1", "The changed copy.")
            .option(
                OptionSpec.builder("--recipe")
                    .type(String[].class)
                    .paramLabel("FILE|bundled:NAME")
                    .description("What to do; several are done one after the other.")
                    .build())
            .option(
                Path.class,
                "FILE",
                "Make it fit for the QEMU that said this of itself, see target-facts.",
                "--target")
            .flag(
                "--force-feature",
                "Take also features away that the guest uses, which it goes on using.");
    command.spec = Work.addTo(Input.addSnapshot(builder)).spec();
    return command.spec;
  }

  @Override
  public Integer call() throws IOException {
    CommandBuilder.file(spec, 0);
    Path out = CommandBuilder.file(spec, 1);
    Input input = new Input(spec);
    if (Files.exists(out) && Files.isSameFile(input.path(), out)) {
      throw new ParameterException(spec.commandLine(), out + ": is the input");
    }
    Work work = new Work(spec);
    String[] recipes = CommandBuilder.value(spec, "--recipe");
    Path target = CommandBuilder.value(spec, "--target");
    if ((recipes == null) == (target == null)) {
      throw new ParameterException(spec.commandLine(), "give --recipe, or --target");
    }
    ImageSource image = input.image();
    Upgrade upgrade =
        target == null ? byRecipes(image, recipes, work) : toTarget(image, target, work);
    work.run(
        () -> Destination.file(out, work.isForced(), false),
        (file, progress, notes) -> {
          try (HeadStart start = HeadStart.of(image, file, upgrade.machine())) {
            return upgrade.writer().write(start, progress, notes);
          }
        });
    return ExitCode.OK;
  }

  /**
   * What to do.
   *
   * @param machine the machine type that the copy will most likely have
   * @param writer finds out what to change, and writes the changed copy
   */
  private record Upgrade(Optional<String> machine, Writer writer) {}

  /** Finds out what to change, and writes the changed copy. */
  private interface Writer {
    Outcome write(HeadStart start, Progress progress, Consumer<String> notes) throws IOException;
  }

  private Upgrade byRecipes(ImageSource image, String[] places, Work work) throws IOException {
    List<Recipe> recipes = new ArrayList<>();
    ParseOptions.Extent needed = ParseOptions.Extent.DEVICES;
    for (String place : places) {
      Recipe recipe = Recipe.read(place);
      recipes.add(recipe);
      needed = recipe.extent() == ParseOptions.Extent.WHOLE ? recipe.extent() : needed;
    }
    ParseOptions extent = ParseOptions.DEFAULT.with(needed);
    Optional<String> machine = recipes.stream().flatMap(r -> r.machine().stream()).findFirst();
    Writer writer =
        (start, progress, notes) -> {
          ImageFacts facts;
          try (ByteSource source = image.open()) {
            facts = ImageFacts.read(source, extent);
          }
          List<Change> changes = changes(recipes, facts, work);
          if (changes.isEmpty()) {
            throw new ChangeException("no recipe fits this image; nothing was written");
          }
          ImageChanger changer =
              new ImageChanger(image, ParseOptions.DEFAULT, changes, Optional.of(facts));
          return changer.copy(
              start,
              progress,
              notes,
              Optional.empty(),
              changed -> require(image, changed, changer));
        };
    return new Upgrade(machine, writer);
  }

  private List<Change> changes(List<Recipe> recipes, ImageFacts facts, Work work)
      throws IOException {
    List<Change> changes = new ArrayList<>();
    for (Recipe recipe : recipes) {
      String place = recipe.name();
      if (recipe.isForced() && !CommandBuilder.isSet(spec, "--force-feature")) {
        throw ChangeException.named(
            place + ": only the guest can agree: " + recipe.cure() + ", or --force-feature");
      }
      List<Change> found = recipe.changes(facts, text -> work.note(place + ": " + text));
      if (found.isEmpty()) {
        work.note(
            place
                + ": nothing to change"
                + (recipe.summary().isEmpty() ? "" : ": " + recipe.summary()));
      }
      changes.addAll(found);
    }
    return changes;
  }

  private static void require(ImageSource image, ImageSource changed, ImageChanger changer)
      throws IOException {
    ChangeCheck.require(image, changed, changer.extent());
  }

  private Upgrade toTarget(ImageSource image, Path description, Work work) throws IOException {
    Target target = Target.read(description, null);
    if (target.facts().isEmpty()) {
      throw ChangeException.named(
          description + ": expected what target-facts wrote, found another description");
    }
    UpgradePlan plan =
        new UpgradePlan(target, CommandBuilder.isSet(spec, "--force-feature"), work::note);
    Writer writer =
        (start, progress, notes) -> {
          UpgradePlan.Likely likely = plan.likely(image, ParseOptions.DEFAULT);
          List<Change> changes = likely.changes();
          if (!changes.isEmpty()) {
            try {
              ImageChanger changer =
                  new ImageChanger(
                      image, ParseOptions.DEFAULT, changes, Optional.of(likely.facts()));
              return changer.copy(
                  start,
                  progress,
                  notes,
                  Optional.of(plan.confirming(changes, ParseOptions.DEFAULT)),
                  proof(changer, plan));
            } catch (OtherChangesException e) {
              changes = e.changes();
              start.giveUp();
            }
          } else {
            changes = plan.changes(image, ParseOptions.DEFAULT);
          }
          if (changes.isEmpty()) {
            throw new ChangeException(
                "the target accepts this image as it is, as far as can be seen; nothing was"
                    + " written");
          }
          ImageChanger changer = new ImageChanger(image, ParseOptions.DEFAULT, changes);
          return changer.copy(start, progress, notes, Optional.empty(), proof(changer, plan));
        };
    return new Upgrade(Optional.of(target.machine()).filter(m -> !m.isEmpty()), writer);
  }

  /** What the target takes has no error of its own either. */
  private static ImageChanger.Proof proof(ImageChanger changer, UpgradePlan plan) {
    return changed -> plan.require(changed, changer.extent());
  }
}
