package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.vmstate.analyzer.host.Rights;
import org.vmstate.analyzer.host.WriterSearch;
import org.vmstate.analyzer.output.OtherImageException;
import org.vmstate.analyzer.report.Visible;
import org.vmstate.analyzer.samples.Samples;
import org.vmstate.formats.error.LimitExceededException;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.error.UnrecognizedFormatException;
import org.vmstate.formats.error.UnsupportedFeatureException;
import org.vmstate.formats.rule.Reason;
import org.vmstate.parser.io.TemporaryFile;
import org.vmstate.writer.io.OutputFile;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Prints failures as one line on standard error and chooses their exit codes. */
final class Failures {
  /** A name that an output has until it is whole, as part of a path. */
  private static final Pattern HIDDEN =
      Pattern.compile("/" + Pattern.quote(OutputFile.PREFIX) + "[0-9]+-[0-9a-f]+\\.part");

  /** As far as the system speaks English. */
  private static final Map<String, String> INSTEAD =
      Map.of(
          "No space left on device", "; free some, or write elsewhere",
          "Disk quota exceeded", "; free some, or write elsewhere",
          "File too large", "; write elsewhere, or raise the limit (ulimit -f)",
          "Read-only file system", "; write elsewhere",
          "File name too long", "; give a shorter one");

  private static final String NO_HINT = "";
  private static final String FORMAT_HINT =
      "; if it is one, -f says which and --stream-offset where it starts";
  private static final String OTHER_HINT = "; if it is one, -F says which";

  private Failures() {}

  private static void line(String text) {
    if (!isEnding()) {
      System.err.println("vmstate-img: " + Visible.text(text));
    }
  }

  /** Reports whether a signal ends the program, which takes files from under whoever uses them. */
  private static boolean isEnding() {
    Thread hook = new Thread(() -> {});
    try {
      Runtime.getRuntime().addShutdownHook(hook);
      return !Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return true;
    }
  }

  /** Prints a note. */
  static void note(String text) {
    System.err.println("vmstate-img: note: " + Visible.text(text));
  }

  static int usage(ParameterException e, String[] args) {
    line(UsageText.of(e));
    System.err.println("Try '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
    return of(e.getCommandLine());
  }

  /** With compare, 1 says that the images differ. */
  private static int of(CommandLine command) {
    return command.getCommandName().equals("compare") ? ExitCode.NOT_COMPARED : ExitCode.NOT_RUN;
  }

  static int execution(Exception e, CommandLine command, ParseResult result) {
    if (e instanceof StateFormatException s
        && !command.getCommandSpec().positionalParameters().isEmpty()) {
      // what every verb reads is its first argument
      CommandSpec verb = command.getCommandSpec();
      return report(CommandBuilder.argument(verb, 0), s, verb);
    }
    if (e instanceof OtherImageException other) {
      return other(other.image().toString(), other.problem(), command.getCommandSpec());
    }
    int code = failure(e instanceof IOException io ? Named.of(io, command.getCommandSpec()) : e);
    return code == ExitCode.NOT_RUN ? of(command) : code;
  }

  static int failure(Exception e) {
    return switch (e) {
      case StateFormatException s -> {
        line(s.getMessage() + next(s, NO_HINT));
        yield code(s);
      }
      case NoSuchFileException n -> {
        line(n.getFile() + ": no such file");
        yield ExitCode.NOT_RUN;
      }
      case FileAlreadyExistsException x -> {
        line(x.getFile() + ": exists; --force replaces it");
        yield ExitCode.NOT_RUN;
      }
      case AccessDeniedException a -> {
        line(Rights.missing(Path.of(a.getFile())));
        yield ExitCode.NOT_RUN;
      }
      case FileSystemException f when f.getFile() != null && f.getReason() != null -> {
        line(known(Path.of(f.getFile())) + ": " + f.getReason() + instead(f.getReason()));
        yield ExitCode.NOT_RUN;
      }
      case InvalidPathException p -> {
        line(p.getInput() + ": no possible file name in this locale; LC_ALL=C.UTF-8 may help");
        yield ExitCode.NOT_RUN;
      }
      case BrokenPipeException _ -> ExitCode.NOT_RUN;
      case IOException io -> {
        line(known(String.valueOf(io.getMessage())) + instead(String.valueOf(io.getMessage())));
        yield ExitCode.NOT_RUN;
      }
      case UncheckedIOException u -> failure(u.getCause());
      default -> {
        line("internal error, please report it with the stack trace below");
        trace(e);
        yield ExitCode.INTERNAL;
      }
    };
  }

  /** What to do about a place that does not take an output, by what the system says of it. */
  private static String instead(String words) {
    return INSTEAD.entrySet().stream()
        .filter(e -> words.endsWith(e.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("");
  }

  /** What is written has a name of its own until it is whole; its folder is what the user knows. */
  private static Path known(Path file) {
    Path shown = file;
    for (Path part = file.toAbsolutePath(); part.getFileName() != null; part = part.getParent()) {
      if (part.getFileName().toString().startsWith(OutputFile.PREFIX)) {
        shown = part.getParent();
      }
    }
    return shown;
  }

  /** As above for a message in which such a name stands. */
  private static String known(String message) {
    return HIDDEN.matcher(message).replaceAll("");
  }

  /** Reports that what was written to a temporary file cannot be read any more. */
  static int unreadable(ParseResult result) {
    CommandLine command = result.subcommand().commandSpec().commandLine();
    return execution(TemporaryFile.unreadable(), command, result);
  }

  private static void trace(Throwable e) {
    StringWriter text = new StringWriter();
    e.printStackTrace(new PrintWriter(text, true));
    text.toString().lines().forEach(line -> System.err.println(Visible.text(line)));
  }

  /** Reports what the JVM throws when it cannot go on. */
  static int error(Error e) {
    if (e instanceof OutOfMemoryError) {
      line("out of memory; VMSTATE_IMG_HEAP=1g gives more, and a report would be welcome");
    } else {
      line("internal error, please report it with the stack trace below");
      trace(e);
    }
    return ExitCode.INTERNAL;
  }

  /** Prints the error of an image with what to do next, as far as the verb knows. */
  static int report(String image, StateFormatException e, CommandSpec verb) {
    if (ChannelOption.isGiven(verb)) {
      line(image(image) + ": " + e.getMessage() + ChannelOption.NEXT);
      return code(e);
    }
    if (verb.name().equals("receive")) {
      // there is nothing to look into
      line(e.getMessage());
      return code(e);
    }
    boolean chosen = verb.findOption("-f") != null;
    line(
        image(image)
            + ": "
            + e.getMessage()
            + Misread.of(new Input(verb), e)
                .map(Failures::leaveAway)
                .orElseGet(() -> next(e, chosen ? FORMAT_HINT : NO_HINT)));
    return code(e);
  }

  private static String leaveAway(String found) {
    return "; " + found;
  }

  /** Prints the error of an image beside the first, whose layout has an option only in compare. */
  private static int other(String image, StateFormatException e, CommandSpec verb) {
    boolean chosen = verb.findOption("-F") != null;
    Optional<String> misread =
        chosen ? Misread.of(new Input(verb, 1, "-F", "-L"), e) : Optional.empty();
    line(
        image(image)
            + ": "
            + e.getMessage()
            + misread
                .map(Failures::leaveAway)
                .orElseGet(() -> next(e, chosen ? OTHER_HINT : NO_HINT)));
    return code(e);
  }

  private static String image(String argument) {
    return argument.equals("-") ? "standard input" : argument;
  }

  /** Returns what to do next; with a file of no known format that is a hint. */
  private static String next(StateFormatException e, String hint) {
    return switch (e) {
      case TruncatedDataException t when t.reason() == Reason.IMAGE_EMPTY -> "";
      case MalformedDataException _, TruncatedDataException _ ->
          "; check says what is damaged, convert --salvage keeps the rest";
      case UnrecognizedFormatException _ -> hint;
      case LimitExceededException _, UnsupportedFeatureException _ -> "";
    };
  }

  /** Says of a damaged image that somebody is still writing it, where that is so. */
  static void unfinished(ParseResult result) {
    CommandSpec verb = result.hasSubcommand() ? result.subcommand().commandSpec() : null;
    if (verb == null || verb.positionalParameters().isEmpty()) {
      return;
    }
    String image = CommandBuilder.argument(verb, 0);
    if (image != null && !image.equals("-") && !image.startsWith(Samples.PREFIX)) {
      Path file = Path.of(image);
      if (Files.isRegularFile(file)) {
        WriterSearch.of(file)
            .ifPresent(
                process ->
                    note(image + ": " + process + " is writing it; try again when that is done"));
      }
    }
  }

  private static int code(StateFormatException e) {
    return switch (e) {
      case MalformedDataException m -> ExitCode.CORRUPT;
      case TruncatedDataException t -> ExitCode.CORRUPT;
      case LimitExceededException l -> ExitCode.UNSUPPORTED;
      case UnrecognizedFormatException u -> ExitCode.UNSUPPORTED;
      case UnsupportedFeatureException u -> ExitCode.UNSUPPORTED;
    };
  }
}
