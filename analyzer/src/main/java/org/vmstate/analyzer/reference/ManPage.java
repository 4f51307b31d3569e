package org.vmstate.analyzer.reference;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Man pages in the macros of man(7). */
public final class ManPage {
  private static final String EXIT_CODES = "Exit codes: ";

  private final String version;
  private final String date;

  /** Makes pages for a version and its date. */
  public ManPage(String version, String date) {
    this.version = version;
    this.date = date;
  }

  /** Returns the page of the program, which lists the verbs. */
  public String program(CommandSpec root, List<String> verbs) {
    StringBuilder out = start(root.name(), root);
    out.append(".SH SYNOPSIS\n.B ").append(text(root.name())).append("\n.I VERB\n[options]\n");
    out.append(".I FILE\n.SH VERBS\n");
    for (String verb : verbs) {
      CommandSpec spec = root.subcommands().get(verb).getCommandSpec();
      out.append(".TP\n.BR ").append(text(root.name() + "-" + verb)).append(" (1)\n");
      out.append(line(Candidates.line(spec)));
    }
    options(out, root);
    footer(out, root);
    out.append(".SH SEE ALSO\n");
    for (String verb : verbs) {
      boolean last = verb.equals(verbs.getLast());
      out.append(".BR ").append(text(root.name() + "-" + verb)).append(last ? " (1)\n" : " (1),\n");
    }
    return out.toString();
  }

  /** Returns the page of a verb. */
  public String verb(CommandSpec spec) {
    String program = spec.parent().name();
    StringBuilder out = start(program + "-" + spec.name(), spec);
    out.append(".SH SYNOPSIS\n.B ")
        .append(text(program + " " + spec.name()))
        .append("\n[options]\n");
    for (OptionSpec option : spec.options()) {
      if (option.required()) {
        out.append(".B ").append(text(option.longestName())).append('\n');
        out.append(".I ").append(text(option.paramLabel())).append('\n');
      }
    }
    for (PositionalParamSpec parameter : spec.positionalParameters()) {
      String label = text(parameter.paramLabel());
      out.append(parameter.required() ? ".I " + label : ".RI [ " + label + " ]").append('\n');
    }
    List<String> description = List.of(spec.usageMessage().description());
    if (description.stream().anyMatch(line -> !line.isBlank())) {
      out.append(".SH DESCRIPTION\n");
      lines(out, description, false);
    }
    options(out, spec);
    footer(out, spec);
    out.append(".SH SEE ALSO\n.BR ").append(text(program)).append(" (1)\n");
    return out.toString();
  }

  private StringBuilder start(String page, CommandSpec spec) {
    StringBuilder out = new StringBuilder();
    out.append(".TH ")
        .append(text(page.toUpperCase(Locale.ROOT)))
        .append(" 1 \"")
        .append(date)
        .append("\" \"vmstate-img ");
    out.append(text(version)).append("\" \"User Commands\"\n");
    String sentence = Candidates.line(spec);
    out.append(".SH NAME\n").append(text(page)).append(" \\- ");
    return out.append(text(sentence.substring(0, 1).toLowerCase(Locale.ROOT)))
        .append(text(sentence.substring(1)))
        .append('\n');
  }

  private static void options(StringBuilder out, CommandSpec spec) {
    out.append(".SH OPTIONS\n");
    for (PositionalParamSpec parameter : spec.positionalParameters()) {
      out.append(".TP\n.I ").append(text(parameter.paramLabel())).append('\n');
      out.append(line(Candidates.line(parameter)));
    }
    for (OptionSpec option : spec.options()) {
      List<String> names = new ArrayList<>();
      for (String name : option.names()) {
        names.add("\\fB" + text(name) + "\\fR" + value(option, name));
      }
      out.append(".TP\n").append(String.join(", ", names)).append('\n');
      out.append(line(Candidates.line(option)));
    }
  }

  private static String value(ArgSpec option, String name) {
    if (option.arity().max() == 0) {
      return "";
    }
    String label = "\\fI" + text(option.paramLabel()) + "\\fR";
    if (option.arity().min() == 0) {
      return "[=" + label + "]";
    }
    return (name.startsWith("--") ? "=" : " ") + label;
  }

  /** The footer has headings, which end in a colon, and lines to be kept, which are indented. */
  private static void footer(StringBuilder out, CommandSpec spec) {
    List<String> all = new ArrayList<>();
    String heading = spec.usageMessage().footerHeading();
    if (heading != null) {
      all.add(heading.replace("%n", ""));
    }
    all.addAll(List.of(spec.usageMessage().footer()));
    lines(out, all, true);
  }

  private static void lines(StringBuilder out, List<String> lines, boolean headings) {
    boolean kept = false;
    boolean apart = false;
    for (String raw : lines.stream().flatMap(line -> Stream.of(line.split("%n"))).toList()) {
      boolean codes = raw.startsWith(EXIT_CODES);
      boolean heading = headings && raw.endsWith(":") && !raw.startsWith(" ");
      boolean indented = raw.startsWith("  ");
      if (kept && !indented) {
        out.append(".fi\n");
      }
      if (codes || heading) {
        String title = codes ? "exit status" : raw.substring(0, raw.length() - 1);
        out.append(".SH \"").append(text(title.toUpperCase(Locale.ROOT))).append("\"\n");
      } else if (!raw.isBlank() && (apart || indented && !kept)) {
        out.append(out.toString().lines().toList().getLast().startsWith(".SH") ? "" : ".PP\n");
      }
      if (indented && !kept) {
        out.append(".nf\n");
      }
      if (!heading && !raw.isBlank()) {
        out.append(line(codes ? raw.substring(EXIT_CODES.length()) : raw));
      }
      kept = indented;
      apart = raw.isBlank();
    }
    if (kept) {
      out.append(".fi\n");
    }
  }

  /** Returns a line of text, which must not look like a macro. */
  private static String line(String line) {
    String text = text(line);
    return (text.startsWith(".") || text.startsWith("'") ? "\\&" : "") + text + "\n";
  }

  private static String text(String text) {
    return text.replace("%%", "%").replace("\\", "\\e").replace("-", "\\-").replace("\"", "\\(dq");
  }
}
