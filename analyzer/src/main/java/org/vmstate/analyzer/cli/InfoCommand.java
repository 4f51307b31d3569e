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
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vmstate-img info}. */
@Command(
    name = "info",
    header = "Tells what an image is: format, machine type, RAM blocks, what a restore needs.",
    description = {
      "",
      "Reads the head of the image and the description at its end, never its memory,",
      "so it takes no longer for a large image than for a small one.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class InfoCommand implements Callable<Integer> {
  @Mixin private Input input;

  @Option(
      names = "--output",
      paramLabel = "human|json",
      defaultValue = "human",
      description = "Form of the output (default: ${DEFAULT-VALUE}).")
  private Output output;

  @Override
  public Integer call() throws IOException {
    try (DiskUsage usage = start();
        ByteSource source = input.open();
        OutputStream out = Output.stdout()) {
      ImageInfo info;
      try {
        info = InfoReader.read(input.file(), source, input.options(), usage);
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
      return ExitCode.OK;
    }
  }

  private DiskUsage start() throws IOException {
    return new DiskUsage(input.file().equals("-") ? null : input.path());
  }
}
