package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.vmstate.analyzer.samples.Sample;
import org.vmstate.analyzer.samples.Samples;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vmstate-img samples}. */
@Command(
    name = "samples",
    header = "Lists the bundled samples, or unpacks one.",
    description = {"", "Each was written by a real QEMU or libvirt.", ""},
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class SamplesCommand implements Callable<Integer> {
  @Parameters(arity = "0..1", paramLabel = "NAME", description = "Sample to unpack.")
  private String name;

  @Option(names = "-o", paramLabel = "FILE", description = "Where to (default: NAME).")
  private Path target;

  @Override
  public Integer call() throws IOException {
    if (name == null) {
      for (Sample sample : Samples.list()) {
        System.out.printf("%-20s %s%n", sample.name(), sample.description());
      }
    } else {
      Samples.unpack(name, target == null ? Path.of(name) : target);
    }
    return ExitCode.OK;
  }
}
