package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.analyzer.convert.Converter;
import org.vmstate.analyzer.convert.Destination;
import org.vmstate.analyzer.salvage.Salvage;
import org.vmstate.formats.FormatId;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.io.ByteSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** {@code vmstate-img convert}. */
final class ConvertCommand implements Callable<Integer> {
  private static final List<String> KEYS =
      List.of(
          "save-version",
          "byte-order",
          "xml",
          "cookie",
          "running",
          "align",
          "compression-level",
          "compact",
          "xbzrle-base",
          "xbzrle");

  private CommandSpec spec;

  private ConvertCommand() {}

  static CommandSpec create() {
    ConvertCommand command = new ConvertCommand();
    CommandBuilder builder =
        new CommandBuilder("convert", command)
            .about(
                "Writes an image in another layout; QEMU and libvirt restore the result.",
                "",
                "A stream that stays sequential is copied record for record, passes and deltas",
                "included; -o compact=yes sends each page once. The output appears when it is",
                "whole, on disk, and readable by its owner only.",
                "")
            .footer(
                "%nOptions of -o:%n",
                "  xml=FILE               domain XML, to wrap a bare stream or to replace it",
                "  cookie=FILE|none       cookie XML of the libvirt header",
                "  running=yes|no         whether a restore resumes the guest",
                "  save-version=1|2|3     libvirt header (default 2; 3 is a proposal)",
                "  byte-order=le|be       of the libvirt header (default: the input's, else le)",
                "  align=SIZE             of page areas (default 1M, fixed-ram: page size)",
                "  compression-level=N    as the compression's program takes it",
                "  compact=yes            each page once, without passes and deltas",
                "  xbzrle-base=FILE       send the memory of FILE, then deltas to that of IN",
                "  xbzrle=current|2011    form of those deltas (default current)",
                "",
                "Examples:",
                "  vmstate-img convert -O libvirt-sparse guest.save guest.sparse",
                "  vmstate-img convert -O libvirt-zstd -o xml=dom.xml migrated.img guest.save",
                "  vmstate-img convert -O qemu guest.save - | ssh host 'cat >stream'");
    Input.addTo(builder, "IN")
        .parameter("OUT", "1", "The output: a file, or - for standard output.")
        .option(
            OptionSpec.builder("-O")
                .type(String.class)
                .paramLabel("FMT")
                .required(true)
                .description(
                    "Layout of the output; the names that -f takes, or raw or elf as extract has.")
                .build())
        .option(
            OptionSpec.builder("-o")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .paramLabel("KEY=VALUE")
                .description("Options of the output, see below.")
                .build())
        .flag(
            "--salvage",
            "Keep what can be read of a damaged or cut image; exit code 3 when something is lost.")
        .flag("--direct", "Write page data with O_DIRECT, past the page cache.")
        .option(
            Integer.class, "N", "Threads that move pages (default: processors, up to 4).", "-W");
    command.spec = Work.addTo(MemoryOutput.addTo(builder)).spec();
    return command.spec;
  }

  @Override
  public Integer call() throws IOException {
    Input input = new Input(spec);
    String out = CommandBuilder.argument(spec, 1);
    String format = CommandBuilder.value(spec, "-O");
    if (MemoryOutput.isOne(format)) {
      if (CommandBuilder.value(spec, "-o") != null) {
        throw new ParameterException(spec.commandLine(), "-o: " + format + " has no options");
      }
      boolean salvage = CommandBuilder.isSet(spec, "--salvage");
      return new MemoryOutput(spec).write(format, out, salvage);
    }
    ConvertOptions options = options();
    Path inputFile = input.filePath();
    if (CommandBuilder.isSet(spec, "--salvage")) {
      return salvage(input, options, out);
    }
    new Work(spec)
        .run(
            destination(out, input, options),
            (target, progress, notes) -> {
              try (ByteSource source = input.open()) {
                return new Converter(options, input.options(), progress, notes)
                    .convert(source, inputFile, target);
              }
            });
    return ExitCode.OK;
  }

  private int salvage(Input input, ConvertOptions options, String out) throws IOException {
    Salvage salvage = new Salvage(input.options());
    List<String> absent = new ArrayList<>();
    new Work(spec)
        .run(
            destination(out, input, options),
            (target, progress, notes) -> {
              try (salvage;
                  ByteSource source = input.open();
                  ByteSource damaged = source.isSeekable() ? source : source.seekable()) {
                ByteSource whole = salvage.salvage(damaged);
                salvage.losses().forEach(loss -> notes.accept("lost: " + loss));
                Outcome outcome =
                    new Converter(options, input.options().tolerating(), progress, notes)
                        .losing(absent::add)
                        .convert(whole, null, target);
                absent.forEach(loss -> notes.accept("lost: " + loss));
                return outcome;
              }
            });
    return salvage.losses().isEmpty() && absent.isEmpty() ? ExitCode.OK : ExitCode.ODD;
  }

  private Destination destination(String out, Input input, ConvertOptions options)
      throws IOException {
    return MemoryOutput.destination(spec, input, out, options.direct());
  }

  private ConvertOptions options() throws IOException {
    String name = CommandBuilder.value(spec, "-O");
    FormatId target =
        FormatId.of(name)
            .orElseThrow(
                () ->
                    new ParameterException(spec.commandLine(), "-O " + name + ": no such format"));
    List<String> texts = CommandBuilder.value(spec, "-o");
    OutputOptions output = new OutputOptions(target, texts == null ? List.of() : texts, KEYS);
    ConvertOptions plain = output.envelope();
    return plain.withPages(
        output.bool("compact").orElse(false),
        output.base(),
        output.is2011(),
        CommandBuilder.isSet(spec, "--direct"),
        MemoryOutput.workers(spec));
  }
}
