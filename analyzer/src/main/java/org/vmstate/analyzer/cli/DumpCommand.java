package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.vmstate.analyzer.dump.CompatDump;
import org.vmstate.analyzer.dump.Dump;
import org.vmstate.analyzer.dump.DumpOptions;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.report.JsonReport;
import org.vmstate.analyzer.report.Report;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** {@code vmstate-img dump}. */
final class DumpCommand implements Callable<Integer> {
  /** Arguments of {@code --memory}. */
  enum Memory {
    /** Runs of pages. */
    RUNS,
    /** One hash for each block. */
    SHA256
  }

  private static final String NO_SECTION = "none";

  private CommandSpec spec;

  private DumpCommand() {}

  static CommandSpec create() {
    DumpCommand command = new DumpCommand();
    CommandBuilder builder =
        new CommandBuilder("dump", command)
            .about(
                "Shows everything an image holds, device state decoded field by field.",
                "",
                "Sizes and file offsets are numbers; 64-bit guest values are strings \"0x...\",",
                "because jq and JavaScript round numbers above 2^53. A damaged image gives what",
                "could be read and an \"error\" with offset and path.",
                "")
            .footer(
                "%nExamples:%n",
                "  vmstate-img dump sample:pc | jq '.sections[] | select(.name==\"timer\").state'",
                "  vmstate-img dump --offsets --section serial FILE",
                "  zcat FILE.gz | vmstate-img dump --memory=sha256 -")
            .option(Output.option("json"))
            .flag("--offsets", "File offset and length of every element and field.")
            .flag("--raw", "The bytes too of device state that the description leaves opaque.")
            .option(
                String.class,
                "NAME",
                "Only sections of this name, or of this last part of a device path; none shows no"
                    + " section.",
                "--section")
            .option(
                OptionSpec.builder("--memory")
                    .type(Memory.class)
                    .paramLabel("runs|sha256")
                    .arity("0..1")
                    .fallbackValue("runs")
                    .description(
                        "Every run of pages, or with sha256 the hash of each RAM block's final"
                            + " content.")
                    .build())
            .flag("--security-info", "Show passwords, cookies and keys of the domain XML.")
            .option(
                String.class,
                "analyze-migration",
                "Print exactly what QEMU's script analyze-migration.py prints.",
                "--compat");
    command.spec = ChannelOption.addTo(Input.addTo(builder)).spec();
    return command.spec;
  }

  /** Gives a bare {@code --memory} its value, so that it does not take the file's name for it. */
  static String[] explicit(String... args) {
    String[] result = args.clone();
    boolean dump = args.length > 0 && args[0].equals("dump");
    for (int i = 0; dump && i < result.length && !result[i].equals("--"); i++) {
      if (result[i].equals("--memory")) {
        result[i] = "--memory=runs";
      }
    }
    return result;
  }

  @Override
  public Integer call() throws IOException {
    String compat = CommandBuilder.value(spec, "--compat");
    if (compat != null && !compat.equals("analyze-migration")) {
      throw new ParameterException(
          spec.commandLine(), "--compat " + compat + ": expected analyze-migration");
    }
    Input input = new Input(spec);
    try (ByteSource source = input.open();
        OutputStream out = Output.stdout()) {
      return compat == null ? dump(input, source, out) : compat(input, source, out);
    }
  }

  private int dump(Input input, ByteSource source, OutputStream out) throws IOException {
    Memory memory = CommandBuilder.value(spec, "--memory");
    Output output = CommandBuilder.value(spec, "--output");
    String section = CommandBuilder.value(spec, "--section");
    DumpOptions options =
        new DumpOptions(
            CommandBuilder.isSet(spec, "--offsets"),
            Optional.ofNullable(section),
            memory == Memory.RUNS,
            memory == Memory.SHA256,
            CommandBuilder.isSet(spec, "--security-info"),
            CommandBuilder.isSet(spec, "--raw"));
    ParseOptions parseOptions = input.options();
    Dump dump = new Dump(options, parseOptions);
    Optional<StateFormatException> error;
    try (Report report = output.report(out)) {
      error = dump.run(input.file(), source, report);
    }
    if (error.isPresent()) {
      return Failures.report(input.file(), error.get(), spec);
    }
    if (section != null && !section.equals(NO_SECTION) && !dump.isMet()) {
      throw ConversionException.named(
          input.file() + ": has no section " + section + "; info --devices lists those of devices");
    }
    return ExitCode.OK;
  }

  private int compat(Input input, ByteSource source, OutputStream out) throws IOException {
    ParseOptions parseOptions = input.options();
    try (Report report = new JsonReport(out)) {
      CompatDump.run(source, parseOptions, report);
      return ExitCode.OK;
    } catch (StateFormatException e) {
      return Failures.report(input.file(), e, spec);
    }
  }
}
