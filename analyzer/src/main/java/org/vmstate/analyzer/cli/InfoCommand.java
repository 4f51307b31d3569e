package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.vmstate.analyzer.info.ImageInfo;
import org.vmstate.analyzer.info.InfoPrinter;
import org.vmstate.analyzer.info.InfoReader;
import org.vmstate.analyzer.report.Report;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.parser.io.ByteSource;
import picocli.CommandLine.Model.CommandSpec;

/** {@code vmstate-img info}. */
final class InfoCommand implements Callable<Integer> {
  private CommandSpec spec;

  private InfoCommand() {}

  static CommandSpec create() {
    InfoCommand command = new InfoCommand();
    CommandBuilder builder =
        new CommandBuilder("info", command)
            .about(
                "Tells what an image is: format, machine type, RAM blocks, what a restore needs.",
                "",
                "Reads the head of the image and the description at its end, never its memory,",
                "so it takes no longer for a large image than for a small one.",
                "")
            .option(Output.option("human"))
            .flag(
                "--memory",
                "Read the stream to its end, which makes the map of physical memory surer.");
    command.spec = Input.addTo(builder).spec();
    return command.spec;
  }

  @Override
  public Integer call() throws IOException {
    Input input = new Input(spec);
    Output output = CommandBuilder.value(spec, "--output");
    try (DiskUsage usage = new DiskUsage(input.file().equals("-") ? null : input.path());
        ByteSource source = input.open();
        OutputStream out = Output.stdout()) {
      ImageInfo info;
      try {
        info =
            InfoReader.read(
                input.file(),
                source,
                input.options(),
                CommandBuilder.isSet(spec, "--memory"),
                usage);
      } catch (StateFormatException e) {
        return Failures.report(input.file(), e);
      }
      if (output == Output.JSON) {
        try (Report report = output.report(out)) {
          InfoPrinter.report(info, report);
        }
      } else {
        PrintStream print = new PrintStream(out, false, StandardCharsets.UTF_8);
        InfoPrinter.human(info, print);
        print.flush();
      }
      return info.problem().isPresent()
          ? Failures.report(input.file(), info.problem().get())
          : ExitCode.OK;
    }
  }
}
