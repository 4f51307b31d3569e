package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.analyzer.convert.Converter;
import org.vmstate.analyzer.measure.MeasurePrinter;
import org.vmstate.analyzer.measure.Measured;
import org.vmstate.analyzer.measure.Measurement;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.analyzer.report.Report;
import org.vmstate.formats.FormatId;
import org.vmstate.parser.io.ByteSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** {@code vmstate-img measure}. */
final class MeasureCommand implements Callable<Integer> {
  private static final List<String> ALIGNMENTS = List.of("4K", "64K", "1M", "4M");

  private CommandSpec spec;

  private MeasureCommand() {}

  static CommandSpec create() {
    MeasureCommand command = new MeasureCommand();
    CommandBuilder builder =
        new CommandBuilder("measure", command)
            .about(
                "Tells how large an image becomes in another layout, without writing it.",
                "",
                "Length and blocks on disk are those that convert with the same options gives on",
                "ext4 or XFS with blocks of 4096 bytes: the conversion runs, with compression,",
                "and only the bytes are not kept. Without -O every layout is measured.",
                "")
            .footer(
                "%nExamples:%n",
                "  vmstate-img measure guest.save",
                "  vmstate-img measure -O libvirt-zstd -o compression-level=9 guest.save",
                "  vmstate-img measure --output=json guest.save | jq '.outputs[].size'");
    Input.addTo(builder, "IN")
        .choice(
            MemoryOutput::withLayouts,
            "FMT",
            "Layout to measure, as convert accepts it (default: all).",
            "-O")
        .repeated(String.class, "KEY=VALUE", OutputOptions.HELP, "-o")
        .option(Output.option("human"))
        .option(Integer.class, "N", MemoryOutput.WORKERS_HELP, "-W");
    command.spec = MemoryOutput.addTo(builder).spec();
    return command.spec;
  }

  @Override
  public Integer call() throws IOException {
    String format = CommandBuilder.value(spec, "-O");
    Input input = new Input(spec);
    List<String> given = CommandBuilder.values(spec, "-o");
    MemoryOutput.workers(spec);
    if (format == null) {
      requireForAll(given);
    }
    List<Measured> measured = format == null ? all(input, given) : List.of(one(input, given));
    Output output = CommandBuilder.value(spec, "--output");
    try (OutputStream out = Output.stdout()) {
      if (output == Output.JSON) {
        try (Report report = output.report(out)) {
          MeasurePrinter.report(input.file(), measured, report);
        }
        return ExitCode.OK;
      }
      PrintStream print = new PrintStream(out, false, StandardCharsets.UTF_8);
      if (format == null) {
        MeasurePrinter.table(measured, print);
      } else {
        MeasurePrinter.human(measured.getFirst(), print);
      }
      print.flush();
    }
    return ExitCode.OK;
  }

  private Measured one(Input input, List<String> given) throws IOException {
    String format = CommandBuilder.value(spec, "-O");
    if (MemoryOutput.isOne(format)) {
      if (!given.isEmpty()) {
        throw new ParameterException(spec.commandLine(), "-o: " + format + " has no options");
      }
      return Measurement.of(format, OptionalLong.empty(), false, memory(input, format));
    }
    boolean disk = format.equals(DiskOptions.FORMAT);
    String layout = format;
    if (disk) {
      OutputOptions options = new OutputOptions(FormatId.QEMU, given, ConvertCommand.KEYS);
      layout = options.text("layout").orElse("qemu");
      DiskOptions.requireLayout(layout);
    }
    FormatId target = FormatNames.find(spec.commandLine(), "-O", layout, MemoryOutput.andDisk());
    OutputOptions options = new OutputOptions(target, given, ConvertCommand.KEYS);
    options.requireDisk(disk);
    ConvertOptions complete = options.allOptions(false, MemoryOutput.workers(spec));
    OptionalLong align = complete.target().isFixed() ? complete.align() : OptionalLong.empty();
    return Measurement.of(format, align, disk, conversion(input, complete));
  }

  /** What a single layout has is no option of all of them. */
  private void requireForAll(List<String> given) {
    for (String option : given) {
      String key = option.replaceAll("=.*", "");
      if (ConvertCommand.KEYS.contains(key) && !OutputOptions.LIBVIRT_ONLY.contains(key)) {
        throw new ParameterException(
            spec.commandLine(), "-o " + option + ": needs -O, because not every layout has it");
      }
    }
  }

  private List<Measured> all(Input input, List<String> given) throws IOException {
    if (input.wholeFile() == null) {
      throw new ConversionException("all layouts of a pipe: give -O, or a file");
    }
    List<Measured> result = new ArrayList<>();
    for (FormatId target : FormatId.values()) {
      List<String> options = target.isLibvirt() ? given : List.of();
      ConvertOptions plain =
          new OutputOptions(target, options, OutputOptions.LIBVIRT_ONLY).imageOptions();
      if (target == FormatId.QEMU) {
        // an image that is not whole has no size in any layout
        result.add(
            Measurement.of(target.label(), OptionalLong.empty(), false, conversion(input, plain)));
        continue;
      }
      if (!plain.target().isFixed()) {
        result.add(
            Measurement.ifPossible(
                target.label(), OptionalLong.empty(), false, conversion(input, plain)));
        continue;
      }
      for (String align : ALIGNMENTS) {
        List<String> aligned = new ArrayList<>(options);
        aligned.add("align=" + align);
        ConvertOptions complete =
            new OutputOptions(target, aligned, ConvertCommand.KEYS).imageOptions();
        result.add(
            Measurement.ifPossible(
                target.label(), complete.align(), false, conversion(input, complete)));
      }
    }
    result.add(
        Measurement.ifPossible(
            DiskOptions.FORMAT,
            OptionalLong.empty(),
            true,
            conversion(input, ConvertOptions.to(FormatId.QEMU))));
    return result;
  }

  private static Measurement.Writer conversion(Input input, ConvertOptions options) {
    return target -> {
      try (ByteSource source = input.open()) {
        return new Converter(options, input.options(), Progress.NONE, text -> {})
            .convert(source, input.filePath(), target);
      }
    };
  }

  private Measurement.Writer memory(Input input, String format) {
    return target -> {
      try (ByteSource source = input.open()) {
        return MemoryOutput.write(
            new MemoryOutput(spec).extractor(Progress.NONE, text -> {}),
            format,
            source,
            input.filePath(),
            target);
      }
    };
  }
}
