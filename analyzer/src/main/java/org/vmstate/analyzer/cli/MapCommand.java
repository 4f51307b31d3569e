package org.vmstate.analyzer.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.vmstate.analyzer.check.CheckOptions;
import org.vmstate.analyzer.host.DataMap;
import org.vmstate.analyzer.host.HoleMap;
import org.vmstate.analyzer.map.FileMap;
import org.vmstate.analyzer.map.HtmlMap;
import org.vmstate.analyzer.map.MapPrinter;
import org.vmstate.analyzer.report.JsonReport;
import org.vmstate.analyzer.report.Report;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.io.ByteSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** {@code vmstate-img map}. */
final class MapCommand implements Callable<Integer> {
  private static final int BUFFER = 64 << 10;

  private CommandSpec spec;

  private MapCommand() {}

  static CommandSpec create() {
    MapCommand command = new MapCommand();
    CommandBuilder builder =
        new CommandBuilder("map", command)
            .about(
                "Tells what each byte of an image is, and what became of each page of the guest.",
                "",
                "The html form is one page that a browser opens without a network: the file, the",
                "memory, the devices, the findings of check and the domain XML.",
                "")
            .footer(
                "%nExamples:%n",
                "  vmstate-img map guest.save",
                "  vmstate-img map --pages --output=json guest.save | jq '.blocks[0].runs[0]'",
                "  vmstate-img map --output=html guest.save guest.html");
    Input.addTo(builder, "IN")
        .parameter("OUT", "0..1", "The output: a file, or - for standard output (the default).")
        .option(
            OptionSpec.builder("--output")
                .type(String.class)
                .paramLabel("human|json|html")
                .completionCandidates(List.of("human", "json", "html"))
                .defaultValue("human")
                .description("Form of the output (default: human).")
                .build())
        .option(
            OptionSpec.builder("--level")
                .type(Integer.class)
                .paramLabel("N")
                .defaultValue("2")
                .description(
                    "1 joins what is of one part, 2 of one record, 3 nothing, 4 names the fields of"
                        + " devices (default: 2).")
                .build())
        .flag("--pages", "The guest's pages instead: kind, file offset, how often each was sent.");
    command.spec = Work.addTo(builder).spec();
    return command.spec;
  }

  private ParameterException wrong(String text) {
    return new ParameterException(spec.commandLine(), text);
  }

  @Override
  public Integer call() throws IOException {
    String output = CommandBuilder.value(spec, "--output");
    int level = CommandBuilder.<Integer>value(spec, "--level");
    boolean pages = CommandBuilder.isSet(spec, "--pages");
    if (!List.of("human", "json", "html").contains(output)) {
      throw wrong("--output=" + output + ": expected human, json or html");
    }
    if (level < 1 || level > FileMap.MOST_DETAIL) {
      throw wrong("--level " + level + ": expected 1 to " + FileMap.MOST_DETAIL);
    }
    if (pages && output.equals("html")) {
      throw wrong("--pages: the html form has both");
    }
    Input input = new Input(spec);
    String argument = CommandBuilder.argument(spec, 1);
    int[] code = new int[1];
    new Work(spec)
        .run(
            () -> MemoryOutput.destination(spec, input, argument == null ? "-" : argument, false),
            (target, progress, notes) -> {
              OutputStream out = new BufferedOutputStream(target.asStream(), BUFFER);
              try (ByteSource source = input.open()) {
                Optional<StateFormatException> error =
                    switch (output) {
                      case "html" -> html(input, source, out);
                      case "json" -> json(input, source, pages, level, out);
                      default -> human(input, source, pages, level, out);
                    };
                out.flush();
                if (error.isEmpty()) {
                  return Outcome.WHOLE;
                }
                if (target.isFile()) {
                  return new Outcome.Broken(error.get());
                }
                code[0] = Failures.report(input.file(), error.get(), spec);
                return Outcome.WHOLE;
              }
            });
    return code[0];
  }

  private static Optional<StateFormatException> human(
      Input input, ByteSource source, boolean pages, int level, OutputStream out)
      throws IOException {
    PrintStream print = new PrintStream(out, false, StandardCharsets.UTF_8);
    Optional<StateFormatException> error = Optional.empty();
    if (pages) {
      MapPrinter.pages(source, input.options(), print);
    } else {
      error = MapPrinter.bytes(source, input.options(), level, print);
    }
    print.flush();
    return error;
  }

  private static Optional<StateFormatException> json(
      Input input, ByteSource source, boolean pages, int level, OutputStream out)
      throws IOException {
    try (Report report = new JsonReport(out)) {
      if (pages) {
        MapPrinter.pages(input.file(), source, input.options(), report);
        return Optional.empty();
      }
      return MapPrinter.bytes(input.file(), source, input.options(), level, report);
    }
  }

  private static Optional<StateFormatException> html(
      Input input, ByteSource source, OutputStream out) throws IOException {
    Path path = input.filePath();
    try (HoleMap holes = path == null ? null : HoleMap.of(path);
        DiskUsage usage = new DiskUsage(path);
        ByteSource image = source.isSeekable() ? source : source.seekable()) {
      DataMap map = holes == null ? DataMap.SOLID : holes;
      CheckOptions check = new CheckOptions(map, 0, "", Optional.empty(), List.of());
      return HtmlMap.write(input.file(), image, input.options(), check, usage, out);
    }
  }
}
