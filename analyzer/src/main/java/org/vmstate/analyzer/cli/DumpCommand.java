package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.vmstate.analyzer.dump.CompatDump;
import org.vmstate.analyzer.dump.Dump;
import org.vmstate.analyzer.dump.DumpOptions;
import org.vmstate.analyzer.report.JsonReport;
import org.vmstate.analyzer.report.Report;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.parser.io.ByteSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code vmstate-img dump}. */
@Command(
    name = "dump",
    header = "Shows everything an image holds, device state decoded field by field.",
    description = {
      "",
      "Sizes and file offsets are numbers; 64-bit guest values are texts \"0x...\", because jq and",
      "JavaScript round numbers above 2^53. A damaged image gives what could be read and an",
      "\"error\" with offset and path.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  vmstate-img dump sample:pc | jq '.sections[] | select(.name==\"timer\").state'",
      "  vmstate-img dump --offsets --section i8042 FILE",
      "  virsh save VM /dev/stdout | vmstate-img dump --memory=sha256 -"
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class DumpCommand implements Callable<Integer> {
  /** Arguments of {@code --memory}. */
  enum Memory {
    /** Runs of pages. */
    RUNS,
    /** One hash for each block. */
    SHA256
  }

  @Spec private CommandSpec spec;

  @Mixin private Input input;

  @Option(
      names = "--output",
      paramLabel = "human|json",
      defaultValue = "json",
      description = "Form of the output (default: ${DEFAULT-VALUE}).")
  private Output output;

  @Option(
      names = "--offsets",
      description = "File offset and length of every element and field.")
  private boolean offsets;

  @Option(
      names = "--section",
      paramLabel = "NAME",
      description = "Only sections of this name, or of this last part of a device path.")
  private String section;

  @Option(
      names = "--memory",
      paramLabel = "runs|sha256",
      arity = "0..1",
      fallbackValue = "runs",
      description =
          "Every run of pages, or with sha256 the hash of each RAM block's final content.")
  private Memory memory;

  @Option(
      names = "--security-info",
      description = "Show passwords of the domain XML.")
  private boolean secrets;

  @Option(
      names = "--compat",
      paramLabel = "analyze-migration",
      description = "Print exactly what QEMU's script analyze-migration.py prints.")
  private String compat;

  @Override
  public Integer call() throws IOException {
    if (compat != null && !compat.equals("analyze-migration")) {
      throw new ParameterException(
          spec.commandLine(), "--compat " + compat + ": expected analyze-migration");
    }
    try (ByteSource source = input.open();
        OutputStream out = Output.stdout()) {
      return compat == null ? dump(source, out) : compat(source, out);
    }
  }

  private int dump(ByteSource source, OutputStream out) throws IOException {
    DumpOptions options =
        new DumpOptions(
            offsets,
            Optional.ofNullable(section),
            memory == Memory.RUNS,
            memory == Memory.SHA256,
            secrets);
    Optional<StateFormatException> error;
    try (Report report = output.report(out)) {
      error = new Dump(options, input.options()).run(input.file(), source, report);
    }
    return error.isPresent() ? Failures.report(input.file(), error.get()) : ExitCode.OK;
  }

  private int compat(ByteSource source, OutputStream out) throws IOException {
    try (Report report = new JsonReport(out)) {
      CompatDump.run(source, input.options(), report);
      return ExitCode.OK;
    } catch (StateFormatException e) {
      return Failures.report(input.file(), e);
    }
  }
}
