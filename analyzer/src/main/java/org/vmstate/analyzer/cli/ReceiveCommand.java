package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.vmstate.analyzer.channel.ListenAddress;
import org.vmstate.analyzer.channel.Receiver;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.analyzer.convert.Converter;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.formats.FormatId;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** {@code vmstate-img receive}. */
final class ReceiveCommand implements Callable<Integer> {
  private static final List<String> KEYS =
      List.of(
          "save-version",
          "byte-order",
          "xml",
          "cookie",
          "running",
          "align",
          "compression-level",
          "compact");

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
                "Takes the main stream and any number of multifd channels in any order; none, zlib",
                "and zstd. Whoever can connect can write the image, so that TCP listens on this",
                "machine only. OUT appears when the sender ended well; otherwise nothing is left.",
                "")
            .footer(
                "%nExamples:%n",
                "  vmstate-img receive unix:/run/state.sock -O qemu-mapped-ram guest.img",
                "  vmstate-img receive tcp:localhost:4444 -O libvirt-zstd -o xml=dom.xml"
                    + " guest.save",
                "and in QEMU's monitor: migrate unix:/run/state.sock")
            .parameter("ADDRESS", "1", "unix:PATH or tcp:HOST:PORT; a port of 0 is chosen.")
            .parameter("OUT", "1", "The output: a file, or - for standard output.")
            .choice(Input::formats, "FMT", "Layout of the output (default: qemu).", "-O")
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
    ConvertOptions options = options();
    ListenAddress address =
        ListenAddress.of(
            CommandBuilder.argument(spec, 0), CommandBuilder.isSet(spec, "--listen-any"));
    Work work = new Work(spec);
    work.run(
        () -> destination(work, options),
        (target, progress, notes) -> {
          try (Receiver receiver = new Receiver(address, limit(), notes)) {
            notes.accept("listening on " + new ListenAddress(receiver.address()));
            try (ByteSource source = receiver.stream(ParseOptions.DEFAULT)) {
              return new Converter(options, ParseOptions.DEFAULT, progress, notes)
                  .convert(source, null, target);
            }
          }
        });
    return ExitCode.OK;
  }

  private Destination destination(Work work, ConvertOptions options) throws IOException {
    String out = CommandBuilder.argument(spec, 1);
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

  private ConvertOptions options() throws IOException {
    FormatId target = FormatNames.given(spec);
    OutputOptions output = OutputOptions.given(spec, target, KEYS);
    ConvertOptions plain = output.imageOptions();
    if (target.isFixed() && "-".equals(CommandBuilder.argument(spec, 1))) {
      throw new ConversionException(
          target.label() + " cannot be written to a pipe: pages have fixed places");
    }
    if (target.isLibvirt() && plain.header().xml().isEmpty()) {
      // not only when the guest has come
      throw new ConversionException("-O " + target.label() + ": give -o xml=FILE");
    }
    return output.allOptions(CommandBuilder.isSet(spec, "--direct"), plain.pages().workers());
  }
}
