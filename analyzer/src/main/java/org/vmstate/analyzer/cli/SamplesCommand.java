package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.vmstate.analyzer.samples.Sample;
import org.vmstate.analyzer.samples.Samples;
import org.vmstate.formats.error.NamedIOException;
import picocli.CommandLine.Model.CommandSpec;

/** {@code vmstate-img samples}. */
final class SamplesCommand implements Callable<Integer> {
  private CommandSpec spec;

  private SamplesCommand() {}

  static CommandSpec create() {
    SamplesCommand command = new SamplesCommand();
    command.spec =
        new CommandBuilder("samples", command)
            .about(
                "Lists the bundled samples, or unpacks one.",
                "",
                "Each was written by a real QEMU or libvirt.",
                "")
            .parameter("NAME", "0..1", "Sample to unpack.")
            .option(Path.class, "FILE", "Where to (default: NAME); - is standard output.", "-o")
            .spec();
    return command.spec;
  }

  @Override
  public Integer call() throws IOException {
    String name = CommandBuilder.argument(spec, 0);
    Path target = CommandBuilder.value(spec, "-o");
    if (name == null) {
      try (OutputStream out = Output.stdout()) {
        PrintStream print = new PrintStream(out, false, StandardCharsets.UTF_8);
        for (Sample sample : Samples.list()) {
          print.printf(Locale.ROOT, "%-20s %s%n", sample.name(), sample.description());
        }
        print.flush();
      }
    } else if (target != null && target.toString().equals("-")) {
      try (OutputStream out = Output.stdout()) {
        Samples.copy(name, out);
      }
    } else {
      Path file = target == null ? Path.of(name) : target;
      if (Files.exists(file)) {
        throw new NamedIOException(file + ": exists; -o gives another name");
      }
      Samples.unpack(name, file, false);
    }
    return ExitCode.OK;
  }
}
