package org.vmstate.analyzer.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The table of verbs. Each describes its arguments once; help, messages, man pages, completion and
 * the test of the manual are made from that.
 */
final class Commands {
  /** All verbs, in the order in which help lists them. */
  static final List<String> VERBS =
      List.of(
          "info",
          "dump",
          "check",
          "convert",
          "measure",
          "extract",
          "compare",
          "map",
          "stats",
          "simulate",
          "edit",
          "upgrade",
          "target-facts",
          "create",
          "receive",
          "samples",
          "generate-completion");

  private Commands() {}

  /** Makes a command, or returns null where there is no such verb. */
  static CommandSpec create(String verb) {
    return switch (verb) {
      case "info" -> InfoCommand.create();
      case "dump" -> DumpCommand.create();
      case "check" -> CheckCommand.create();
      case "convert" -> ConvertCommand.create();
      case "measure" -> MeasureCommand.create();
      case "extract" -> ExtractCommand.create();
      case "compare" -> CompareCommand.create();
      case "map" -> MapCommand.create();
      case "stats" -> StatsCommand.create();
      case "simulate" -> SimulateCommand.create();
      case "edit" -> EditCommand.create();
      case "upgrade" -> UpgradeCommand.create();
      case "target-facts" -> TargetFactsCommand.create();
      case "create" -> CreateCommand.create();
      case "receive" -> ReceiveCommand.create();
      case "samples" -> SamplesCommand.create();
      case "generate-completion" -> CompletionCommand.create();
      default -> null;
    };
  }

  /**
   * Makes the command line. Where a verb is called it has that one only, because making each of
   * them costs time at every start.
   */
  static CommandLine line(String called) {
    CommandLine line = new CommandLine(RootCommand.create(), Factory.INSTANCE);
    CommandSpec only = called.equals("generate-completion") ? null : create(called);
    if (only != null) {
      line.addSubcommand(only);
    } else {
      VERBS.forEach(verb -> line.addSubcommand(create(verb)));
      line.addSubcommand(new CommandLine.HelpCommand());
    }
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionStrategy(new NativeCode());
    return line;
  }

  /** Makes the command line with all verbs. */
  static CommandLine whole() {
    return line("");
  }
}
