package org.vmstate.analyzer.reference;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What a shell offers for an argument. */
final class Candidates {
  private Candidates() {}

  /** Returns the words that an argument can be, none where it is free. */
  static List<String> words(ArgSpec argument) {
    List<String> words = new ArrayList<>();
    if (argument.type().isEnum()) {
      for (Object constant : argument.type().getEnumConstants()) {
        words.add(constant.toString().toLowerCase(Locale.ROOT));
      }
    } else if (argument.completionCandidates() != null) {
      argument.completionCandidates().forEach(words::add);
    }
    return words;
  }

  /** Reports whether an argument is a file. */
  static boolean isFile(ArgSpec argument) {
    return argument.typeInfo().getType() == Path.class
        || argument.typeInfo().getAuxiliaryTypes()[0] == Path.class
        || !argument.isOption() && words(argument).isEmpty();
  }

  /** Reports whether an option takes a value. */
  static boolean takesValue(OptionSpec option) {
    return option.arity().max() > 0;
  }

  /** Returns the description of an option in one line. */
  static String line(ArgSpec argument) {
    String value = String.valueOf(argument.defaultValue());
    return String.join(" ", argument.description())
        .replace("${DEFAULT-VALUE}", value)
        .replace("%%", "%");
  }

  /** Returns the first sentence about a command in one line. */
  static String line(CommandSpec command) {
    return String.join(" ", command.usageMessage().header());
  }
}
