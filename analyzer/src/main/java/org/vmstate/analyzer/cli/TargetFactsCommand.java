package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.vmstate.analyzer.facts.TargetFacts;
import org.vmstate.analyzer.facts.TargetJson;
import org.vmstate.analyzer.facts.TargetQuestions;
import org.vmstate.analyzer.report.JsonReport;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;

/** {@code vmstate-img target-facts}. */
final class TargetFactsCommand implements Callable<Integer> {
  private static final int MOST_SECONDS = 3600;

  private CommandSpec spec;

  private TargetFactsCommand() {}

  static CommandSpec create() {
    TargetFactsCommand command = new TargetFactsCommand();
    CommandBuilder builder =
        new CommandBuilder("target-facts", command)
            .about(
                "Asks a QEMU what it is, for 'check --target' and 'upgrade --target'.",
                "",
                "A QEMU that runs is asked over its QMP socket and left as it is; what it would",
                "read of a state it does not say then. With --exec, BINARY is started with the",
                "guest's own command line, asked, made to save the state in which it starts, and",
                "ended; the guest never runs. -incoming, -loadvm, -daemonize and -pidfile may be",
                "given: they are left out.",
                "")
            .footer(
                "%nExamples:%n",
                "  vmstate-img target-facts --qmp /run/guest.qmp > target.json",
                "  vmstate-img target-facts --exec qemu-system-x86_64 -- -M q35 > target.json",
                "  vmstate-img check --target target.json guest.save")
            .option(Path.class, "SOCKET", "Ask the QEMU with its QMP at this UNIX socket.", "--qmp")
            .option(String.class, "BINARY", "Start this QEMU, ask it and end it.", "--exec")
            .option(
                Integer.class,
                "SECONDS",
                "How long all answers may take (default: 30).",
                "--timeout")
            .flags("No notes.", "-q", "--quiet");
    builder
        .spec()
        .addPositional(
            PositionalParamSpec.builder()
                .index("0..*")
                .arity("0..*")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .paramLabel("ARGS")
                .description("After --: the command line of the guest.")
                .build());
    command.spec = builder.spec();
    return command.spec;
  }

  @Override
  public Integer call() throws IOException {
    Path socket = CommandBuilder.value(spec, "--qmp");
    String binary = CommandBuilder.value(spec, "--exec");
    List<String> arguments = spec.positionalParameters().getFirst().getValue();
    if ((socket == null) == (binary == null)) {
      throw new ParameterException(spec.commandLine(), "give --qmp SOCKET, or --exec BINARY");
    }
    if (socket != null && arguments != null) {
      throw new ParameterException(spec.commandLine(), "ARGS are for --exec");
    }
    Integer seconds = CommandBuilder.value(spec, "--timeout");
    if (seconds != null && (seconds < 1 || seconds > MOST_SECONDS)) {
      throw new ParameterException(
          spec.commandLine(), "--timeout " + seconds + ": expected 1 to " + MOST_SECONDS);
    }
    boolean quiet = CommandBuilder.isSet(spec, "--quiet");
    TargetQuestions questions =
        new TargetQuestions(
            Duration.ofSeconds(seconds == null ? 30 : seconds),
            note -> {
              if (!quiet) {
                Failures.note(note);
              }
            });
    TargetFacts facts =
        socket != null
            ? questions.ofRunning(socket)
            : questions.ofCommand(binary, arguments == null ? List.of() : arguments);
    try (OutputStream out = Output.stdout();
        JsonReport json = new JsonReport(out)) {
      TargetJson.write(facts, json);
    }
    return ExitCode.OK;
  }
}
