package org.vmstate.analyzer.reference;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The completion script for fish. */
public final class FishCompletion {
  private FishCompletion() {}

  /** Returns the script. */
  public static String of(CommandSpec root) {
    String start = "complete -c " + root.name();
    StringBuilder out = new StringBuilder();
    for (CommandLine verb : root.subcommands().values()) {
      CommandSpec spec = verb.getCommandSpec();
      out.append(start).append(" -n __fish_use_subcommand -f -a ").append(spec.name());
      out.append(" -d ").append(quoted(Candidates.line(spec))).append('\n');
    }
    for (CommandLine verb : root.subcommands().values()) {
      CommandSpec spec = verb.getCommandSpec();
      String only = start + " -n '__fish_seen_subcommand_from " + spec.name() + "'";
      for (OptionSpec option : spec.options()) {
        out.append(only).append(option(option)).append('\n');
      }
      for (PositionalParamSpec parameter : spec.positionalParameters()) {
        List<String> words = Candidates.words(parameter);
        if (!words.isEmpty()) {
          out.append(only).append(" -f -a ").append(quoted(String.join(" ", words))).append('\n');
        }
      }
    }
    return out.toString();
  }

  private static String option(OptionSpec option) {
    StringBuilder text = new StringBuilder();
    for (String name : option.names()) {
      text.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
    }
    if (Candidates.takesValue(option)) {
      List<String> words = Candidates.words(option);
      boolean required = option.arity().min() > 0;
      if (!words.isEmpty()) {
        text.append(required ? " -x" : " -f").append(" -a ");
        text.append(quoted(String.join(" ", words)));
      } else if (required) {
        text.append(Candidates.isFile(option) ? " -r -F" : " -x");
      }
    }
    return text.append(" -d ").append(quoted(Candidates.line(option))).toString();
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
