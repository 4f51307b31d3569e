package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.Callable;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.parser.ImageReader;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Describes a command to picocli by calls. The same by annotations needs a proxy class for each of
 * them at every start, which takes longer than {@code info} itself.
 */
final class CommandBuilder {
  private final CommandSpec spec;

  CommandBuilder(String name, Callable<Integer> action) {
    spec = CommandSpec.wrapWithoutInspection(action, Factory.INSTANCE).name(name);
    spec.versionProvider(new Version());
    spec.addOption(
        OptionSpec.builder("-h", "--help")
            .usageHelp(true)
            .description("Show this help message and exit.")
            .build());
    spec.addOption(
        OptionSpec.builder("-V", "--version")
            .versionHelp(true)
            .description("Print version information and exit.")
            .build());
  }

  CommandBuilder about(String header, String... description) {
    spec.usageMessage().header(header).description(description);
    return this;
  }

  CommandBuilder footer(String heading, String... lines) {
    spec.usageMessage().footerHeading(heading).footer(lines);
    return this;
  }

  CommandBuilder flag(String name, String description) {
    spec.addOption(OptionSpec.builder(name).type(boolean.class).description(description).build());
    return this;
  }

  CommandBuilder option(Class<?> type, String label, String description, String... names) {
    spec.addOption(
        OptionSpec.builder(names).type(type).paramLabel(label).description(description).build());
    return this;
  }

  /** Adds an option whose value is one of some words, which the shell completes. */
  CommandBuilder choice(Iterable<String> words, String label, String description, String... names) {
    spec.addOption(
        OptionSpec.builder(names)
            .type(String.class)
            .paramLabel(label)
            .completionCandidates(words)
            .description(description)
            .build());
    return this;
  }

  /** Adds an option that may be given several times, see {@link #values}. */
  CommandBuilder repeated(Class<?> type, String label, String description, String... names) {
    spec.addOption(
        OptionSpec.builder(names)
            .type(List.class)
            .auxiliaryTypes(type)
            .paramLabel(label)
            .description(description)
            .build());
    return this;
  }

  CommandBuilder option(OptionSpec option) {
    spec.addOption(option);
    return this;
  }

  CommandBuilder flags(String description, String... names) {
    spec.addOption(OptionSpec.builder(names).type(boolean.class).description(description).build());
    return this;
  }

  /** Adds the next positional argument. */
  CommandBuilder parameter(String label, String arity, String description) {
    spec.addPositional(
        PositionalParamSpec.builder()
            .index(Integer.toString(spec.positionalParameters().size()))
            .arity(arity)
            .required(arity.startsWith("1"))
            .type(String.class)
            .paramLabel(label)
            .description(description)
            .build());
    return this;
  }

  CommandSpec spec() {
    return spec;
  }

  /** Returns the value of an option, or null where it was not given. */
  static <T> T value(CommandSpec spec, String option) {
    return spec.findOption(option).getValue();
  }

  /** Returns the values of an option that may be given several times. */
  static <T> List<T> values(CommandSpec spec, String option) {
    List<T> given = value(spec, option);
    return given == null ? List.of() : given;
  }

  /** Reports whether a flag was given. */
  static boolean isSet(CommandSpec spec, String option) {
    return Boolean.TRUE.equals(value(spec, option));
  }

  /** Returns a positional argument, or null. */
  static String argument(CommandSpec spec, int index) {
    return spec.positionalParameters().get(index).getValue();
  }

  /** Returns a positional argument that has to be a file, of a verb that goes back in it. */
  static Path file(CommandSpec spec, int index) throws IOException {
    String name = argument(spec, index);
    if (name.equals("-")) {
      throw ConversionException.named(
          index == 0
              ? "standard input: " + spec.name() + " needs a file; write the pipe to one first"
              : "standard output: " + spec.name() + " needs a file; give the name of one");
    }
    Path file = Path.of(name);
    if (index == 0 && isPipe(file)) {
      throw ConversionException.named(
          name + ": " + spec.name() + " needs a file; write the pipe to one first");
    }
    return file;
  }

  /** Reports whether a file is there whose bytes can be read once only. */
  private static boolean isPipe(Path file) throws IOException {
    return Files.exists(file)
        && Files.readAttributes(file, BasicFileAttributes.class).isOther()
        && !ImageReader.isBlockDevice(file);
  }
}
