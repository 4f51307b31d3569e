package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.vmstate.analyzer.info.DeviceLine;
import org.vmstate.analyzer.info.DeviceLister;
import org.vmstate.analyzer.info.DiskInfo;
import org.vmstate.analyzer.info.DiskPrinter;
import org.vmstate.analyzer.info.ImageInfo;
import org.vmstate.analyzer.info.InfoPrinter;
import org.vmstate.analyzer.info.InfoReader;
import org.vmstate.analyzer.report.Report;
import org.vmstate.formats.error.NamedIOException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.parser.container.Container;
import org.vmstate.parser.container.Holder;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.qcow2.NoSuchSnapshotException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** {@code vmstate-img info}. */
final class InfoCommand implements Callable<Integer> {
  private CommandSpec spec;

  private InfoCommand() {}

  static CommandSpec create() {
    InfoCommand command = new InfoCommand();
    CommandBuilder builder =
        new CommandBuilder("info", command)
            .about(
                "Tells what an image is: format, machine type, RAM blocks, what a restore needs.",
                "",
                "Reads the head of the image and the description at its end, never its memory,",
                "so it takes no longer for a large image than for a small one.",
                "")
            .option(Output.option("human"))
            .flag(
                "--memory",
                "Read the stream to its end, which makes the map of physical memory surer.")
            .flag(
                "--devices", "One line a device: type, address, MAC, capacity, features, queues.");
    command.spec = Input.addTo(builder).spec();
    return command.spec;
  }

  @Override
  public Integer call() throws IOException {
    Input input = new Input(spec);
    Output output = CommandBuilder.value(spec, "--output");
    try (DiskUsage usage = new DiskUsage(input.file().equals("-") ? null : input.path());
        Container container = input.container();
        OutputStream out = Output.stdout()) {
      Optional<DiskInfo> disk = Optional.empty();
      if (container.disk().isPresent()) {
        disk = Optional.of(disk(input, container, usage));
      }
      ImageInfo info = null;
      Optional<List<DeviceLine>> devices = Optional.empty();
      if (disk.isEmpty() || disk.get().chosen().isPresent()) {
        Supplier<OptionalLong> bytes = disk.isEmpty() ? usage : OptionalLong::empty;
        try {
          ByteSource state = input.state(container);
          info =
              InfoReader.read(
                  input.file(),
                  state,
                  input.options(),
                  CommandBuilder.isSet(spec, "--memory"),
                  bytes);
          try {
            devices = devices(input, state);
          } catch (StateFormatException e) {
            info = info.broken(e);
          }
        } catch (StateFormatException e) {
          if (disk.isPresent()) {
            // the list is known, whatever its only entry holds
            print(output, Optional.empty(), devices, disk, Optional.empty(), out);
          }
          return Failures.report(input.file(), e, spec);
        }
      }
      print(output, Optional.ofNullable(info), devices, disk, container.innermost(), out);
      return info != null && info.problem().isPresent()
          ? Failures.report(input.file(), info.problem().get(), spec)
          : ExitCode.OK;
    }
  }

  private static DiskInfo disk(Input input, Container container, DiskUsage usage)
      throws IOException {
    try {
      return DiskInfo.read(input.file(), container, usage, input.snapshot());
    } catch (NoSuchSnapshotException e) {
      throw NamedIOException.of(input.file(), e);
    }
  }

  private static void print(
      Output output,
      Optional<ImageInfo> info,
      Optional<List<DeviceLine>> devices,
      Optional<DiskInfo> disk,
      Optional<Holder> holder,
      OutputStream out)
      throws IOException {
    if (output == Output.JSON) {
      try (Report report = output.report(out)) {
        report.beginObject("");
        if (disk.isPresent()) {
          DiskPrinter.report(disk.get(), report);
        }
        if (info.isPresent()) {
          InfoPrinter.report(info.get(), devices, disk.isPresent(), report);
        }
        if (holder.isPresent()) {
          report.text("holder", holder.get().label());
        }
        report.end();
      }
      return;
    }
    PrintStream print = new PrintStream(out, false, StandardCharsets.UTF_8);
    disk.ifPresent(d -> DiskPrinter.human(d, print));
    info.ifPresent(i -> InfoPrinter.human(i, devices, disk.isPresent(), print));
    holder.ifPresent(h -> print.println("holder: " + h.label()));
    print.flush();
  }

  private Optional<List<DeviceLine>> devices(Input input, ByteSource source) throws IOException {
    if (!CommandBuilder.isSet(spec, "--devices")) {
      return Optional.empty();
    }
    if (!source.isSeekable()) {
      throw new ParameterException(
          spec.commandLine(), "--devices: expected a file, found a pipe, which is read once");
    }
    source.seek(source.origin());
    return Optional.of(DeviceLister.list(source, input.options()));
  }
}
