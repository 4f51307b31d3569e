package org.vmstate.analyzer.reference;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The completion function for zsh, in the words of its {@code _arguments}. */
public final class ZshCompletion {
  private ZshCompletion() {}

  /** Returns the script. */
  public static String of(CommandSpec root) {
    String name = root.name();
    StringBuilder out = new StringBuilder("#compdef " + name + "\n");
    StringBuilder verbs = new StringBuilder();
    for (CommandLine verb : root.subcommands().values()) {
      CommandSpec spec = verb.getCommandSpec();
      verbs.append("    ").append(quoted(spec.name() + ":" + Candidates.line(spec))).append('\n');
      out.append("\n_").append(name).append('_').append(spec.name()).append("() {\n");
      out.append("  _arguments -s -S \\\n    ");
      out.append(String.join(" \\\n    ", arguments(spec))).append("\n}\n");
    }
    out.append("\n_").append(name).append("() {\n  local -a verbs\n  verbs=(\n").append(verbs);
    out.append(
        "  )\n  if (( CURRENT == 2 )); then\n    _describe command verbs\n    return\n  fi\n");
    out.append("  local verb=$words[2]\n  shift words\n  (( CURRENT-- ))\n");
    out.append("  (( $+functions[_").append(name).append("_$verb] )) && _").append(name);
    out.append("_$verb\n}\n\n");
    out.append("if [ \"$funcstack[1]\" = _").append(name).append(" ]; then\n  _").append(name);
    out.append(" \"$@\"\nelse\n  compdef _").append(name).append(' ').append(name);
    return out.append("\nfi\n").toString();
  }

  private static List<String> arguments(CommandSpec spec) {
    List<String> result = new ArrayList<>();
    for (OptionSpec option : spec.options()) {
      for (String name : option.names()) {
        StringBuilder text = new StringBuilder(option.isMultiValue() ? "*" : "");
        text.append(name);
        if (Candidates.takesValue(option)) {
          text.append(name.startsWith("--") ? "=" : "+");
        }
        text.append('[').append(escaped(Candidates.line(option))).append(']');
        if (Candidates.takesValue(option)) {
          text.append(option.arity().min() == 0 ? "::" : ":").append(action(option));
        }
        result.add(quoted(text.toString()));
      }
    }
    for (PositionalParamSpec parameter : spec.positionalParameters()) {
      result.add(quoted((parameter.required() ? ":" : "::") + action(parameter)));
    }
    return result;
  }

  private static String action(ArgSpec argument) {
    List<String> words = Candidates.words(argument);
    String label = escaped(argument.paramLabel());
    if (!words.isEmpty()) {
      return label + ":(" + String.join(" ", words) + ")";
    }
    return label + ":" + (Candidates.isFile(argument) ? "_files" : " ");
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:");
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
