package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.vmstate.formats.error.StateFormatException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Gives a failure the name of the file that it is about, where it does not have it. */
final class Named {
  /** What the system says of an output; it does not say of which, and Java has no types for it. */
  private static final Set<String> OF_OUTPUTS =
      Set.of("No space left on device", "Disk quota exceeded", "File too large");

  /** How a message starts that is about something else than a file of the command line. */
  private static final List<String> OTHERS =
      List.of("-", "/", "standard output", "temporary folder", "sample:");

  private Named() {}

  static IOException of(IOException e, CommandSpec verb) {
    List<String> files =
        verb.positionalParameters().stream()
            .map(PositionalParamSpec::<Object>getValue)
            // lists are the arguments of another program
            .filter(String.class::isInstance)
            .map(String.class::cast)
            .toList();
    String message = e.getMessage();
    if (files.isEmpty()
        || message == null
        || e instanceof FileSystemException
        || e instanceof BrokenPipeException
        || e instanceof StateFormatException
        || Stream.concat(OTHERS.stream(), files.stream()).anyMatch(message::startsWith)
        || values(verb).anyMatch(value -> message.startsWith(value + ":"))) {
      return e;
    }
    String file = OF_OUTPUTS.contains(message) ? files.getLast() : files.getFirst();
    return new IOException((file.equals("-") ? "standard input" : file) + ": " + message, e);
  }

  /** Returns what options name, such as files. */
  private static Stream<String> values(CommandSpec verb) {
    return verb.options().stream()
        .map(OptionSpec::<Object>getValue)
        .flatMap(
            value ->
                switch (value) {
                  case Path path -> Stream.of(path.toString());
                  case String[] several -> Stream.of(several);
                  case null, default -> Stream.empty();
                });
  }
}
