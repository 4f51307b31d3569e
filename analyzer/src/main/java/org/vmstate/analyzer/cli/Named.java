package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.List;
import org.vmstate.analyzer.facts.TargetException;
import org.vmstate.analyzer.host.ImageInUseException;
import org.vmstate.analyzer.output.OtherImageException;
import org.vmstate.analyzer.output.RefusedException;
import org.vmstate.formats.error.NamedIOException;
import org.vmstate.formats.error.StateFormatException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Gives a failure the name of the file that it is about, where it does not have it. What is written
 * names itself, so that it is the verb's first file: what is read, or the only output.
 */
final class Named {
  private Named() {}

  static IOException of(IOException e, CommandSpec verb) {
    List<PositionalParamSpec> files =
        verb.positionalParameters().stream()
            // lists are the arguments of another program
            .filter(p -> p.getValue() instanceof String)
            .toList();
    if (files.isEmpty() || e.getMessage() == null || is(e)) {
      return e;
    }
    return NamedIOException.of(name(files.getFirst()), e);
  }

  private static String name(PositionalParamSpec file) {
    String name = file.getValue();
    if (!name.equals("-")) {
      return name;
    }
    return file.paramLabel().equals("OUT") ? "standard output" : "standard input";
  }

  /** Reports whether a message says what it is about. */
  static boolean is(IOException e) {
    return switch (e) {
      case FileSystemException _ -> true;
      case StateFormatException _ -> true;
      case NamedIOException _ -> true;
      case BrokenPipeException _ -> true;
      case ImageInUseException _ -> true;
      case OtherImageException _ -> true;
      case TargetException _ -> true;
      case RefusedException refused -> refused.isNamed();
      default -> false;
    };
  }
}
