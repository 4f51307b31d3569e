package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.vmstate.analyzer.extract.Extractor;
import org.vmstate.analyzer.extract.MemoryLayout;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.analyzer.salvage.Salvage;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The layouts that hold memory and nothing else: {@code raw}, {@code elf}, {@code kdump}. */
final class MemoryOutput {
  static final List<String> FORMATS = MemoryLayout.names();

  /** More do not fit the memory that the program has: each has two buffers of 1 MiB. */
  private static final int MOST_WORKERS = 32;

  static final String WORKERS_HELP =
      "Threads that move pages, 1 to " + MOST_WORKERS + " (default: processors, up to 4).";

  private final CommandSpec spec;
  private final Input input;

  MemoryOutput(CommandSpec spec) {
    this.spec = spec;
    this.input = new Input(spec);
  }

  /** Returns the names of all layouts, these included. */
  static Iterator<String> withLayouts() {
    List<String> all = new ArrayList<>(FORMATS);
    Input.formats().forEachRemaining(all::add);
    return all.iterator();
  }

  /** Returns the names of what is written beside the formats of images. */
  static String[] andDisk() {
    return Stream.concat(Stream.of("qcow2"), FORMATS.stream()).toArray(String[]::new);
  }

  static boolean isOne(String format) {
    return FORMATS.contains(format);
  }

  /** Adds the options that the extractor takes. */
  static CommandBuilder addTo(CommandBuilder command) {
    return command.option(
        Path.class,
        "FILE",
        "Physical map of the guest for memory as a whole or by address, as 'info --output=json'"
            + " prints it.",
        "--memory-map");
  }

  /** Opens the output; {@code -} is standard output. */
  static Destination destination(CommandSpec spec, Input input, String out, boolean direct)
      throws IOException {
    if (out.equals("-")) {
      if (direct) {
        throw ConversionException.named("--direct needs a file to write to; give OUT");
      }
      return Destination.stream(Output.stdout());
    }
    Path path = Path.of(out);
    Path file = input.wholeFile();
    if (file != null && Files.exists(path) && Files.isSameFile(file, path)) {
      throw ConversionException.named(out + ": is the input; give another name for the output");
    }
    return Destination.file(path, new Work(spec).isForced(), direct);
  }

  /** Returns the number of threads of {@code -W}. */
  static int workers(CommandSpec spec) {
    Integer workers = CommandBuilder.value(spec, "-W");
    if (workers != null && (workers < 1 || workers > MOST_WORKERS)) {
      throw new ParameterException(
          spec.commandLine(), "-W " + workers + ": expected 1 to " + MOST_WORKERS);
    }
    return workers == null ? Math.min(4, Runtime.getRuntime().availableProcessors()) : workers;
  }

  Extractor extractor(Progress progress, Consumer<String> notes) throws IOException {
    return extractor(input.options(), progress, notes);
  }

  private Extractor extractor(ParseOptions options, Progress progress, Consumer<String> notes) {
    Path map = CommandBuilder.value(spec, "--memory-map");
    return new Extractor(options, map, workers(spec), progress, notes);
  }

  /** Returns where losses are told, null where --salvage does not allow them. */
  Consumer<String> losses(List<String> told) {
    return CommandBuilder.isSet(spec, "--salvage") ? told::add : null;
  }

  /** Writes all memory of an image to a destination. */
  static Outcome write(
      Extractor extractor, String format, ByteSource image, Path file, Destination target)
      throws IOException {
    MemoryLayout layout = MemoryLayout.of(format).orElseThrow();
    return extractor.memory(layout, image, file, target);
  }

  /** Writes all memory; returns the exit code. */
  int write(String format, String out, boolean salvages) throws IOException {
    Salvage salvage = new Salvage(input.options());
    List<String> absent = new ArrayList<>();
    boolean isDirect = CommandBuilder.isSet(spec, "--direct");
    new Work(spec)
        .run(
            () -> destination(spec, input, out, isDirect),
            (target, progress, notes) -> {
              ParseOptions options = salvages ? input.options().tolerating() : input.options();
              Extractor extractor =
                  extractor(options, progress, notes).losing(losses(absent)).direct(isDirect);
              try (salvage;
                  ByteSource source = input.open()) {
                ByteSource image = source;
                if (salvages) {
                  image = salvage.salvage(source.isSeekable() ? source : source.seekable());
                  salvage.losses().forEach(loss -> notes.accept("lost: " + loss));
                }
                Path file = salvages ? null : input.filePath();
                Outcome outcome = write(extractor, format, image, file, target);
                absent.forEach(loss -> notes.accept("lost: " + loss));
                return outcome;
              }
            });
    return salvage.losses().isEmpty() && absent.isEmpty() ? ExitCode.OK : ExitCode.ODD;
  }
}
