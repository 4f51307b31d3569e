package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.vmstate.analyzer.compare.ComparePrinter;
import org.vmstate.analyzer.compare.Comparison;
import org.vmstate.analyzer.output.OtherImageException;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.analyzer.report.Report;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.parser.io.ByteSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** {@code vmstate-img compare}. */
final class CompareCommand implements Callable<Integer> {
  private CommandSpec spec;

  private CompareCommand() {}

  static CommandSpec create() {
    CompareCommand command = new CompareCommand();
    CommandBuilder builder =
        new CommandBuilder("compare", command)
            .about(
                "Tells whether two images hold the same guest state, and what differs.",
                "",
                "Memory is compared as it is in the end, devices field by field. Layout,",
                "compression and how often a page was sent do not count, and a save image header",
                "counts only when both images have one.",
                "")
            .footer(
                "%nExit codes: 0 same, 1 different, 2 an image is corrupt, 4 not compared, 63 a"
                    + " format unknown here.%n",
                "",
                "Examples:",
                "  vmstate-img compare guest.save guest.sparse",
                "  vmstate-img compare --output=json a b | jq '.differences[].path'");
    Input.addTo(builder, "A")
        .parameter("B", "1", "The other image.")
        .choice(Input::formats, "FMT", "Layout of B, as -f is that of A.", "-F")
        .option(String.class, "SNAPSHOT", "Snapshot of B, as -l is that of A.", "-L")
        .option(Output.option("human"))
        .flags("Also compare layout, save image header and what was sent.", "-s", "--strict")
        .flags("Show progress also where standard error is no terminal.", "-p", "--progress")
        .flags("Print nothing; the exit code reports.", "-q", "--quiet");
    command.spec = builder.spec();
    return command.spec;
  }

  @Override
  public Integer call() throws IOException {
    Input first = new Input(spec);
    Input second = new Input(spec, 1, "-F", "-L");
    if (first.file().equals("-") && second.file().equals("-")) {
      throw new ParameterException(spec.commandLine(), "only one image can be standard input");
    }
    boolean quiet = CommandBuilder.isSet(spec, "--quiet");
    boolean shown = !quiet && (CommandBuilder.isSet(spec, "-p") || Terminal.isError());
    try (ProgressLine line = new ProgressLine();
        Comparison comparison =
            new Comparison(CommandBuilder.isSet(spec, "--strict"), shown ? line : Progress.NONE);
        ByteSource a = first.open();
        ByteSource b = second.openOther()) {
      comparison.readFirst(a, first.options());
      try {
        comparison.readSecond(b, second.options());
      } catch (StateFormatException e) {
        throw new OtherImageException(Path.of(second.file()), e);
      }
      comparison.compare();
      if (!quiet) {
        print(first.file(), second.file(), comparison);
      }
      return comparison.count() == 0 ? ExitCode.OK : ExitCode.DIFFER;
    }
  }

  private void print(String first, String second, Comparison comparison) throws IOException {
    Output output = CommandBuilder.value(spec, "--output");
    try (OutputStream out = Output.stdout()) {
      if (output == Output.JSON) {
        try (Report report = output.report(out)) {
          ComparePrinter.report(first, second, comparison, report);
        }
      } else {
        PrintStream print = new PrintStream(out, false, StandardCharsets.UTF_8);
        ComparePrinter.human(comparison, print);
        print.flush();
      }
    }
  }
}
