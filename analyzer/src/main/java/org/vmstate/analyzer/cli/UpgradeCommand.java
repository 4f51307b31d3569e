package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.vmstate.analyzer.change.Change;
import org.vmstate.analyzer.change.ChangeCheck;
import org.vmstate.analyzer.change.ChangeException;
import org.vmstate.analyzer.change.ImageChanger;
import org.vmstate.analyzer.change.ImageFacts;
import org.vmstate.analyzer.change.Recipe;
import org.vmstate.analyzer.convert.Destination;
import org.vmstate.parser.ImageReader;
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
                "Makes a state fit for another QEMU, by a recipe: changes with conditions.",
                "",
                "A recipe is a JSON file, or one of the bundled ones for breaks that are known:",
                String.join("%n", Recipe.NAMES.stream().map(n -> "  bundled:" + n).toList()),
                "Each change is said. IN stays as it is; OUT appears when it passes check.",
                "")
            .footer(
                "%nExamples:%n",
                "  vmstate-img upgrade --recipe bundled:isa-vga-to-any old.img new.img")
            .parameter("IN", "1", "The image.")
            .parameter("OUT", "1", "The changed copy.")
            .option(
                OptionSpec.builder("--recipe")
                    .type(String[].class)
                    .required(true)
                    .paramLabel("FILE|bundled:NAME")
                    .description("What to do; several are done one after the other.")
                    .build());
    command.spec = Work.addTo(builder).spec();
    return command.spec;
  }

  @Override
  public Integer call() throws IOException {
    Path file = Path.of(CommandBuilder.argument(spec, 0));
    Path out = Path.of(CommandBuilder.argument(spec, 1));
    if (Files.exists(out) && Files.isSameFile(file, out)) {
      throw new ParameterException(spec.commandLine(), out + ": is the input");
    }
    Work work = new Work(spec);
    List<Change> changes = new ArrayList<>();
    String[] recipes = CommandBuilder.value(spec, "--recipe");
    ImageFacts facts;
    try (ByteSource source = ImageReader.open(file)) {
      facts = ImageFacts.read(source, ParseOptions.DEFAULT);
    }
    for (String place : recipes) {
      Recipe recipe = Recipe.read(place);
      List<Change> found = recipe.changes(facts, text -> work.note(place + ": " + text));
      if (found.isEmpty()) {
        work.note(place + ": nothing to change: " + recipe.summary());
      }
      changes.addAll(found);
    }
    if (changes.isEmpty()) {
      throw new ChangeException("no recipe fits this image; nothing was written");
    }
    ImageChanger changer = new ImageChanger(file, ParseOptions.DEFAULT, changes);
    work.run(
        () -> Destination.file(out, work.isForced(), false),
        (target, progress, notes) -> {
          Outcome outcome = changer.copy(target, progress, notes);
          target.sink().flush();
          ChangeCheck.require(file, target.temporary().orElseThrow(), ParseOptions.DEFAULT);
          return outcome;
        });
    return ExitCode.OK;
  }
}
