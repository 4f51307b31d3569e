package org.vmstate.analyzer.cli;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is wrong with a command line, in the form of all messages: what it is about comes first. */
final class UsageText {
  private static final Pattern UNKNOWN = Pattern.compile("Unknown subcommand '(.*)'\\.?");

  private UsageText() {}

  static String of(ParameterException e) {
    return switch (e) {
      case UnmatchedArgumentException u when !u.getUnmatched().isEmpty() -> unmatched(u);
      case MissingParameterException m when unknownOption(m) != null ->
          unknownOption(m) + ": no such option";
      case MissingParameterException m when !m.getMissing().isEmpty() ->
          names(m.getMissing()) + (m.getMissing().size() == 1 ? " is missing" : " are missing");
      default ->
          e.getArgSpec() instanceof OptionSpec option && e.getValue() != null && isType(e)
              ? option.longestName()
                  + " "
                  + e.getValue()
                  + ": expected "
                  + expected(option, e.getValue())
              : unknownVerb(e.getMessage());
    };
  }

  private static boolean isType(ParameterException e) {
    return e.getMessage().startsWith("Invalid value for option");
  }

  private static String expected(OptionSpec option, String value) {
    if (option.type().isEnum()) {
      return option.paramLabel().replace("|", " or ");
    }
    return value.matches("\\d+") ? "a smaller number" : "a number";
  }

  /** What help says of a word. */
  private static String unknownVerb(String message) {
    Matcher unknown = UNKNOWN.matcher(message);
    return unknown.matches() ? noSuchCommand(unknown.group(1)) : message;
  }

  private static String noSuchCommand(String word) {
    return word + ": no such command; expected " + String.join(", ", Commands.VERBS);
  }

  private static String unmatched(UnmatchedArgumentException e) {
    String word = e.getUnmatched().getFirst();
    if (e.isUnknownOption()) {
      return word + ": no such option";
    }
    return e.getCommandLine().getParent() == null
        ? noSuchCommand(word)
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
