package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.util.function.Consumer;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.parser.Outcome;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What commands that write an image have in common: progress, notes, and when the output counts.
 */
final class Work {
  private final CommandSpec spec;

  Work(CommandSpec spec) {
    this.spec = spec;
  }

  /** Adds the options to a command. */
  static CommandBuilder addTo(CommandBuilder command) {
    return command
        .flag("--force", "Replace OUT where it exists.")
        .flag("--no-sync", "Do not wait until OUT is on disk.")
        .flags("Show progress also where standard error is no terminal.", "-p", "--progress")
        .flags("No progress and no notes.", "-q", "--quiet");
  }

  /** Writes an image. */
  interface Writer {
    /** Returns how the input's pass ended, without which nothing is committed. */
    Outcome write(Destination target, Progress progress, Consumer<String> notes) throws IOException;
  }

  /** Starts an output, which then belongs to the work. */
  interface Opening {
    Destination open() throws IOException;
  }

  boolean isForced() {
    return CommandBuilder.isSet(spec, "--force");
  }

  void note(String text) {
    if (!CommandBuilder.isSet(spec, "-q")) {
      Failures.note(text);
    }
  }

  /** Writes to a destination, which counts only when nothing went wrong. */
  void run(Opening opening, Writer writer) throws IOException {
    boolean shown = CommandBuilder.isSet(spec, "-p") || Terminal.isError();
    boolean quiet = CommandBuilder.isSet(spec, "-q");
    try (Destination destination = opening.open();
        ProgressLine line = new ProgressLine()) {
      Outcome outcome =
          writer.write(destination, shown && !quiet ? line : Progress.NONE, this::note);
      destination.commit(outcome, !CommandBuilder.isSet(spec, "--no-sync"));
    }
  }
}
