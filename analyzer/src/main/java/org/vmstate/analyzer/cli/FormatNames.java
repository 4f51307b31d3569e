package org.vmstate.analyzer.cli;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.vmstate.formats.FormatId;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The names of formats as options give them. */
final class FormatNames {
  private FormatNames() {}

  /**
   * Returns the format of {@code -O}, or {@code qemu} where there is none.
   *
   * @param others names that the caller takes beside those of formats
   */
  static FormatId given(CommandSpec spec, String... others) {
    String name = CommandBuilder.value(spec, "-O");
    return name == null ? FormatId.QEMU : find(spec.commandLine(), "-O", name, others);
  }

  /**
   * Returns the format of a name.
   *
   * @param option the option as the message shows it, such as {@code -O}
   * @param others names that the caller takes beside those of formats
   * @throws ParameterException with the names there are
   */
  static FormatId find(CommandLine line, String option, String name, String... others) {
    if (name.equals(DiskOptions.FORMAT) && !option.equals("-O")) {
      throw new ParameterException(
          line,
          option + " " + name + ": a disk is recognised without it; -l chooses one of its states");
    }
    return FormatId.of(name)
        .orElseThrow(
            () ->
                new ParameterException(
                    line,
                    option
                        + " "
                        + name
                        + ": no such format; expected "
                        + Stream.concat(
                                Arrays.stream(FormatId.values()).map(FormatId::label),
                                Arrays.stream(others))
                            .collect(Collectors.joining(", "))));
  }
}
