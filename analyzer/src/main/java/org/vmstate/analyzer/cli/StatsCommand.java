package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.OtherImageException;
import org.vmstate.analyzer.replay.Caches;
import org.vmstate.analyzer.replay.DeltaReplay;
import org.vmstate.analyzer.replay.ReplayPrinter;
import org.vmstate.analyzer.replay.Replayed;
import org.vmstate.analyzer.replay.TwoStates;
import org.vmstate.analyzer.report.Report;
import org.vmstate.analyzer.stats.SaveStats;
import org.vmstate.analyzer.stats.StatsPrinter;
import org.vmstate.formats.error.NamedIOException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.ParseOptions.XbzrleChoice;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.memory.FinalMemory;
import org.vmstate.writer.xbzrle.DeltaCodec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** {@code vmstate-img stats}. */
final class StatsCommand implements Callable<Integer> {
  private static final String ALL = "all";
  private static final int MOST_SIZES = 16;
  private static final long MOST_BYTES = 16L << 30;

  private CommandSpec spec;

  private StatsCommand() {}

  static CommandSpec create() {
    StatsCommand command = new StatsCommand();
    CommandBuilder builder =
        new CommandBuilder("stats", command)
            .about(
                "Tells what happened in a save: rounds, pages sent again, QEMU's counters.",
                "",
                "A round ends where pages start again from lower addresses. Superseded are the",
                "bytes of earlier records that a round's whole pages made useless.",
                "",
                "With --xbzrle the rounds go through caches and encoders of deltas instead: what",
                "each would have missed and saved, and the smallest cache that suffices. With a",
                "second image, two states of one guest in any layout, what differs goes through.",
                "")
            .footer(
                "%nExamples:%n",
                "  vmstate-img stats guest.save",
                "  vmstate-img stats --xbzrle guest.save",
                "  vmstate-img stats --xbzrle=2011 --cache-size 4M,64M guest.save",
                "  vmstate-img stats --output=json guest.save | jq .total.normal");
    ChannelOption.addTo(Input.addToWithoutDeltas(builder, "FILE"))
        .parameter("B", "0..1", "With --xbzrle: a later state of the same guest.")
        .option(
            OptionSpec.builder("--xbzrle")
                .type(String.class)
                .arity("0..1")
                .paramLabel("CODEC")
                .completionCandidates(List.of("current", "2011"))
                .preprocessor(
                    (args, s, arg, info) -> {
                      // a word of its own is the image
                      boolean attached = !" ".equals(info.get("separator"));
                      if (!attached) {
                        arg.setValue(ALL);
                      }
                      return !attached;
                    })
                .description(
                    "Replay through the caches of this codec, current or 2011, or one that was"
                        + " added (default: all).")
                .build())
        .option(
            String.class,
            "SIZE,...",
            "Caches to try (default: 4M and doubled, to twice the memory).",
            "--cache-size")
        .option(Output.option("human"));
    command.spec = builder.spec();
    return command.spec;
  }

  private ParameterException wrong(String text) {
    return new ParameterException(spec.commandLine(), text);
  }

  @Override
  public Integer call() throws IOException {
    String codec = CommandBuilder.value(spec, "--xbzrle");
    if (codec != null) {
      return replay(codec);
    }
    if (CommandBuilder.argument(spec, 1) != null) {
      throw wrong("two images need --xbzrle");
    }
    if (CommandBuilder.value(spec, "--cache-size") != null) {
      throw wrong("--cache-size needs --xbzrle");
    }
    Input input = new Input(spec);
    Output output = CommandBuilder.value(spec, "--output");
    try (SaveStats stats = new SaveStats(ChannelOption.isGiven(spec));
        ByteSource source = input.open();
        OutputStream out = Output.stdout()) {
      Optional<StateFormatException> error = Optional.empty();
      try {
        ImageReader.read(source, input.options(XbzrleChoice.AUTO), stats);
      } catch (StateFormatException e) {
        error = Optional.of(e);
      }
      if (output == Output.JSON) {
        try (Report report = output.report(out)) {
          StatsPrinter.report(input.file(), stats, error.isEmpty(), report);
        }
      } else {
        PrintStream print = new PrintStream(out, false, StandardCharsets.UTF_8);
        StatsPrinter.human(stats, print);
        print.flush();
      }
      return error.isPresent() ? Failures.report(input.file(), error.get(), spec) : ExitCode.OK;
    }
  }

  private Caches caches(String codec) {
    if (!codec.equals(ALL) && DeltaCodec.named(codec).isEmpty()) {
      List<String> known = DeltaCodec.all().stream().map(DeltaCodec::name).toList();
      throw wrong("--xbzrle=" + codec + ": expected one of " + String.join(", ", known));
    }
    String sizes = CommandBuilder.value(spec, "--cache-size");
    List<Long> bytes = new ArrayList<>();
    for (String size : sizes == null ? new String[0] : sizes.split(",", -1)) {
      bytes.add(
          Quantities.cache(size)
              .filter(b -> b <= MOST_BYTES)
              .orElseThrow(() -> wrong("--cache-size " + size + ": " + Quantities.CACHE)));
    }
    if (bytes.size() > MOST_SIZES) {
      throw wrong("--cache-size: expected at most " + MOST_SIZES + " sizes");
    }
    bytes.sort(null);
    return new Caches(codec.equals(ALL) ? Optional.empty() : Optional.of(codec), bytes);
  }

  private int replay(String codec) throws IOException {
    Input input = new Input(spec);
    String other = CommandBuilder.argument(spec, 1);
    try {
      Caches caches = caches(codec);
      if (other != null) {
        return two(input, caches);
      }
      try (DeltaReplay replay = new DeltaReplay(caches);
          ByteSource source = input.open()) {
        Optional<StateFormatException> error = Optional.empty();
        try {
          replay.read(source, input.options(XbzrleChoice.AUTO));
        } catch (StateFormatException e) {
          error = Optional.of(e);
        }
        print(input.file(), replay.result(), error.isEmpty());
        return error.isPresent() ? Failures.report(input.file(), error.get(), spec) : ExitCode.OK;
      }
    } catch (IllegalArgumentException e) {
      throw new NamedIOException("--xbzrle: " + e.getMessage(), e);
    }
  }

  private int two(Input input, Caches caches) throws IOException {
    Input second = new Input(spec, 1, "--format", null);
    if (input.file().equals("-") && second.file().equals("-")) {
      throw wrong("only one image can be standard input");
    }
    try (FinalMemory before = new FinalMemory();
        FinalMemory after = new FinalMemory();
        ByteSource a = input.open();
        ByteSource b = second.openOther()) {
      before.read(a, input.options(XbzrleChoice.AUTO));
      try {
        after.read(b, ParseOptions.DEFAULT);
      } catch (StateFormatException e) {
        throw new OtherImageException(Path.of(second.file()), e);
      }
      TwoStates states;
      try {
        states = new TwoStates(before, after);
      } catch (ConversionException e) {
        throw ConversionException.named(
            input.file() + " and " + second.file() + ": " + e.getMessage());
      }
      print(input.file(), states.replay(caches), true);
      return ExitCode.OK;
    }
  }

  private void print(String image, Replayed replayed, boolean complete) throws IOException {
    Output output = CommandBuilder.value(spec, "--output");
    try (OutputStream out = Output.stdout()) {
      if (output == Output.JSON) {
        try (Report report = output.report(out)) {
          ReplayPrinter.report(image, replayed, complete, report);
        }
      } else {
        PrintStream print = new PrintStream(out, false, StandardCharsets.UTF_8);
        ReplayPrinter.human(replayed, print);
        print.flush();
      }
    }
  }
}
