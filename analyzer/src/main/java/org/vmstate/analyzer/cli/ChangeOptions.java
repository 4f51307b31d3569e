package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.vmstate.analyzer.change.Change;
import org.vmstate.analyzer.change.ChangeKind;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The options of {@code edit} that change the stream itself; each may be given several times. */
final class ChangeOptions {
  private ChangeOptions() {}

  static CommandBuilder addTo(CommandBuilder builder) {
    for (ChangeKind kind : ChangeKind.ALL) {
      builder.option(
          OptionSpec.builder("--" + kind.name())
              .type(String[].class)
              .paramLabel(kind.label())
              .description(kind.help())
              .build());
    }
    return builder;
  }

  /** Returns the changes that were asked for, kind by kind. */
  static List<Change> read(CommandSpec spec) throws IOException {
    List<Change> changes = new ArrayList<>();
    for (ChangeKind kind : ChangeKind.ALL) {
      String[] values = CommandBuilder.value(spec, "--" + kind.name());
      for (String value : values == null ? new String[0] : values) {
        changes.add(kind.reader().read(value));
      }
    }
    return changes;
  }
}
