package org.vmstate.analyzer.cli;

import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is wrong with a command line, in the form of all messages: what it is about comes first. */
final class UsageText {
  private UsageText() {}

  static String of(ParameterException e) {
    return switch (e) {
      case UnmatchedArgumentException u when !u.getUnmatched().isEmpty() -> unmatched(u);
      case MissingParameterException m when unknownOption(m) != null ->
          unknownOption(m) + ": no such option";
      case MissingParameterException m when !m.getMissing().isEmpty() ->
          names(m.getMissing()) + (m.getMissing().size() == 1 ? " is missing" : " are missing");
      default -> e.getMessage();
    };
  }

  private static String unmatched(UnmatchedArgumentException e) {
    String word = e.getUnmatched().getFirst();
    if (e.isUnknownOption()) {
      return word + ": no such option";
    }
    return e.getCommandLine().getParent() == null
        ? word + ": no such command; expected " + String.join(", ", Commands.VERBS)
        : (word.isEmpty() ? "''" : word) + ": one argument too many";
  }

  /** What is written wrong says more than what is missing then. */
  private static String unknownOption(MissingParameterException e) {
    return e.getCommandLine().getUnmatchedArguments().stream()
        .filter(a -> a.startsWith("-") && a.length() > 1)
        .findFirst()
        .orElse(null);
  }

  private static String names(List<ArgSpec> missing) {
    return missing.stream().map(ArgSpec::paramLabel).collect(Collectors.joining(", "));
  }
}
