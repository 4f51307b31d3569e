package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.vmstate.analyzer.channel.ListenAddress;
import org.vmstate.analyzer.channel.Receiver;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.analyzer.convert.Converter;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.SnapshotName;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.error.NamedIOException;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** {@code vmstate-img receive}. */
final class ReceiveCommand implements Callable<Integer> {
  private static final List<String> KEYS = OutputOptions.diskKeys("compact");

  private static final int DEFAULT_TIMEOUT = 30;
  private static final int MOST_SECONDS = 86_400;

  private CommandSpec spec;

  private ReceiveCommand() {}

  static CommandSpec create() {
    ReceiveCommand command = new ReceiveCommand();
    CommandBuilder builder =
        new CommandBuilder("receive", command)
            .about(
                "Stands in for the destination of a migration and writes what comes as an image.",
                "",
                "Takes the main stream and any number of multifd channels in any order; none,",
                "zlib and zstd. Whoever can connect can write the image, so that TCP listens on",
                "this machine only. OUT appears when the sender ended well; otherwise nothing is",
                "left.",
                "")
            .footer(
                "%nExamples:%n",
                "  vmstate-img receive unix:/run/state.sock -O qemu-mapped-ram guest.img",
                "  vmstate-img receive tcp:localhost:4444 -O libvirt-zstd -o xml=dom.xml out",
                "and in QEMU's monitor: migrate unix:/run/state.sock")
            .parameter("ADDRESS", "1", "unix:PATH or tcp:HOST:PORT; a port of 0 is chosen.")
            .parameter("OUT", "1", "The output: a file, or - for standard output.")
            .choice(
                ReceiveCommand::formats,
                "FMT",
                "Layout of the output (default: qemu), or qcow2 for a new disk that holds the"
                    + " state.",
                "-O")
            .repeated(String.class, "KEY=VALUE", OutputOptions.HELP, "-o")
            .option(
                Integer.class,
                "SECONDS",
                "Give up when nothing came for so long, once the stream began (default: 30).",
                "--timeout")
            .flag("--listen-any", "Accept connections of other machines. There is no protection.")
            .flag("--direct", "Write page data with O_DIRECT, past the page cache.");
    command.spec = Work.addTo(builder).spec();
    return command.spec;
  }

  @Override
  public Integer call() throws IOException {
    Optional<DiskOptions> disk = DiskOptions.given(spec, KEYS);
    ConvertOptions options = options(disk);
    ListenAddress address =
        ListenAddress.of(
            CommandBuilder.argument(spec, 0), CommandBuilder.isSet(spec, "--listen-any"));
    Work work = new Work(spec);
    work.run(
        () -> destination(work, options, disk),
        (target, progress, notes) -> {
          try (Receiver receiver = new Receiver(address, limit(), notes)) {
            notes.accept("listening on " + new ListenAddress(receiver.address()));
            try (ByteSource source = receiver.stream(ParseOptions.DEFAULT)) {
              return new Converter(options, ParseOptions.DEFAULT, progress, notes)
                  .convert(source, null, target);
            } catch (TruncatedDataException e) {
              throw broken(new ListenAddress(receiver.address()), e);
            } catch (IOException e) {
              // one without a name is of the connections, and the system chose the port
              throw e.getClass() == IOException.class
                  ? NamedIOException.of(new ListenAddress(receiver.address()), e)
                  : e;
            }
          }
        });
    disk.ifPresent(
        d ->
            LoadCommand.ofNew(Path.of(CommandBuilder.argument(spec, 1)), d.snapshot())
                .forEach(work::note));
    return ExitCode.OK;
  }

  private TruncatedDataException broken(ListenAddress address, TruncatedDataException e) {
    boolean file = !CommandBuilder.argument(spec, 1).equals("-");
    return new TruncatedDataException(
        e.problem()
            .inWords(
                address
                    + ": the sender ended or broke off the migration before its end; "
                    + (file ? "nothing was written" : "what was written is not whole")
                    + "; the last came"));
  }

  private static Iterator<String> formats() {
    return DiskOptions.andDisk(Input.formats());
  }

  private Destination destination(Work work, ConvertOptions options, Optional<DiskOptions> disk)
      throws IOException {
    String out = CommandBuilder.argument(spec, 1);
    if (disk.isPresent()) {
      return Destination.newDisk(Path.of(out), work.isForced(), disk.get().snapshot());
    }
    return out.equals("-")
        ? Destination.stream(Output.stdout())
        : Destination.file(Path.of(out), work.isForced(), options.pages().direct());
  }

  private Duration limit() {
    Integer seconds = CommandBuilder.value(spec, "--timeout");
    if (seconds != null && (seconds < 1 || seconds > MOST_SECONDS)) {
      throw new ParameterException(
          spec.commandLine(), "--timeout " + seconds + ": expected 1 to " + MOST_SECONDS);
    }
    return Duration.ofSeconds(seconds == null ? DEFAULT_TIMEOUT : seconds);
  }

  private ConvertOptions options(Optional<DiskOptions> disk) throws IOException {
    boolean direct = CommandBuilder.isSet(spec, "--direct");
    if (disk.isPresent()) {
      if ("-".equals(CommandBuilder.argument(spec, 1)) || direct) {
        throw ConversionException.named(
            "-O qcow2: needs a file to write to, without --direct; give OUT");
      }
      SnapshotName.require(disk.get().snapshot());
    }
    FormatId target =
        disk.isPresent()
            ? FormatNames.find(spec.commandLine(), "-o layout", disk.get().layout())
            : FormatNames.given(spec, DiskOptions.FORMAT);
    OutputOptions output = OutputOptions.given(spec, target, KEYS);
    output.requireDisk(disk.isPresent());
    ConvertOptions plain = output.imageOptions();
    if (target.isFixed() && "-".equals(CommandBuilder.argument(spec, 1))) {
      throw ConversionException.needsFile(target.label(), "pages have fixed places");
    }
    if (target.isLibvirt() && plain.header().xml().isEmpty()) {
      // not only when the guest has come
      throw ConversionException.named("-O " + target.label() + ": give -o xml=FILE");
    }
    return output.allOptions(direct, plain.pages().workers());
  }
}
