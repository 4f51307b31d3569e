package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.vmstate.analyzer.report.Report;
import org.vmstate.analyzer.stats.SaveStats;
import org.vmstate.analyzer.stats.StatsPrinter;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.io.ByteSource;
import picocli.CommandLine.Model.CommandSpec;

/** {@code vmstate-img stats}. */
final class StatsCommand implements Callable<Integer> {
  private CommandSpec spec;

  private StatsCommand() {}

  static CommandSpec create() {
    StatsCommand command = new StatsCommand();
    CommandBuilder builder =
        new CommandBuilder("stats", command)
            .about(
                "Tells what happened in a save: rounds, pages sent again, QEMU's counters.",
                "",
                "A round ends where pages start again from lower addresses. Superseded are the",
                "bytes of earlier records that a round's whole pages made useless.",
                "")
            .footer(
                "%nExamples:%n",
                "  vmstate-img stats guest.save",
                "  vmstate-img stats --output=json guest.save | jq .total.normal")
            .option(Output.option("human"));
    command.spec = Input.addTo(builder).spec();
    return command.spec;
  }

  @Override
  public Integer call() throws IOException {
    Input input = new Input(spec);
    Output output = CommandBuilder.value(spec, "--output");
    try (SaveStats stats = new SaveStats();
        ByteSource source = input.open();
        OutputStream out = Output.stdout()) {
      Optional<StateFormatException> error = Optional.empty();
      try {
        ImageReader.read(source, input.options(), stats);
      } catch (StateFormatException e) {
        error = Optional.of(e);
      }
      if (output == Output.JSON) {
        try (Report report = output.report(out)) {
          StatsPrinter.report(input.file(), stats, error.isEmpty(), report);
        }
      } else {
        PrintStream print = new PrintStream(out, false, StandardCharsets.UTF_8);
        StatsPrinter.human(stats, print);
        print.flush();
      }
      return error.isPresent() ? Failures.report(input.file(), error.get()) : ExitCode.OK;
    }
  }
}
