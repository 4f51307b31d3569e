package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.vmstate.analyzer.reference.BashCompletion;
import org.vmstate.analyzer.reference.FishCompletion;
import org.vmstate.analyzer.reference.ZshCompletion;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** {@code vmstate-img generate-completion}. */
final class CompletionCommand implements Callable<Integer> {
  static final List<String> SHELLS = List.of("bash", "zsh", "fish");

  private CommandSpec spec;

  private CompletionCommand() {}

  static CommandSpec create() {
    CompletionCommand command = new CompletionCommand();
    command.spec =
        new CommandBuilder("generate-completion", command)
            .about(
                "Prints the completion script of a shell.",
                "",
                "The packages bring these scripts along; from the source tree, take one of:",
                "  source <(vmstate-img generate-completion bash)",
                "  source <(vmstate-img generate-completion zsh)",
                "  vmstate-img generate-completion fish | source",
                "")
            .parameter("SHELL", "0..1", "bash (the default), zsh or fish.")
            .spec();
    return command.spec;
  }

  /** Returns the script of a shell, or null where it is unknown. */
  static String script(String shell) {
    return switch (shell) {
      case "bash" -> BashCompletion.of(Commands.whole());
      case "zsh" -> ZshCompletion.of(Commands.whole().getCommandSpec());
      case "fish" -> FishCompletion.of(Commands.whole().getCommandSpec());
      default -> null;
    };
  }

  @Override
  public Integer call() throws IOException {
    String argument = CommandBuilder.argument(spec, 0);
    String script = script(argument == null ? "bash" : argument);
    if (script == null) {
      throw new ParameterException(
          spec.commandLine(), argument + ": expected one of " + String.join(", ", SHELLS));
    }
    try (OutputStream out = Output.stdout()) {
      out.write(script.getBytes(StandardCharsets.UTF_8));
    }
    return ExitCode.OK;
  }
}
