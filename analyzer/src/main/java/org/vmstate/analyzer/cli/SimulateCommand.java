package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.vmstate.analyzer.dirtylog.DirtyLogPrinter;
import org.vmstate.analyzer.dirtylog.DirtyLogRun;
import org.vmstate.analyzer.output.OtherImageException;
import org.vmstate.analyzer.report.Report;
import org.vmstate.analyzer.samples.Samples;
import org.vmstate.analyzer.simulate.ResentPages;
import org.vmstate.analyzer.simulate.SavePrinter;
import org.vmstate.analyzer.simulate.Saves;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** {@code vmstate-img simulate}. */
final class SimulateCommand implements Callable<Integer> {
  private static final List<String> OF_SAVE =
      List.of(
          "--memory",
          "--page-size",
          "--zero",
          "--pattern",
          "--buffer",
          "--rate",
          "--hot",
          "--scatter",
          "--spread",
          "--recording",
          "--delta",
          "--bandwidth",
          "--link",
          "--downtime",
          "--page-time",
          "--fault-time",
          "-O",
          "--xbzrle",
          "--cache-size",
          "--stop-after");

  private static final List<String> OF_DIRTY_LOG =
      List.of("--pages", "--no-vhost", "--steps", "--writes", "--kvm", "--seed");

  private CommandSpec spec;

  private SimulateCommand() {}

  static CommandSpec create() {
    SimulateCommand command = new SimulateCommand();
    CommandBuilder builder =
        new CommandBuilder("simulate", command)
            .about(
                "Simulates a live save, or the dirty log of the kernel, without a guest.",
                "",
                "save: how many rounds a save takes, how long, how many bytes, or why it never",
                "ends. dirty-log: the shortest sequence that loses a write of the guest without a",
                "cache of the kernel's bitmap, and what chunks of the bitmap cost.",
                "")
            .footer(
                "%nExamples:%n",
                "  vmstate-img simulate save --pattern loop --buffer 16M --rate 200000",
                "  vmstate-img simulate save --pattern hot --hot 90%%:4M -O qemu-mapped-ram",
                "  vmstate-img simulate dirty-log --kvm 1000")
            .parameter("WHAT", "1", "save or dirty-log.")
            .option(String.class, "SIZE", "save: memory of the guest (default: 160M).", "--memory")
            .option(String.class, "SIZE", "save: size of a page (default: 4K).", "--page-size")
            .option(
                Double.class,
                "PERCENT",
                "save: zero pages among those that are not written (default: 60).",
                "--zero")
            .choice(
                List.of("loop", "sweep", "random", "hot", "recording"),
                "PATTERN",
                "save: where the guest writes: loop (a byte in every KiB, page after page), sweep"
                    + " (whole pages), random, hot (default: loop), or recording.",
                "--pattern")
            .option(
                String.class, "SIZE", "save: memory that it writes to (default: 16M).", "--buffer")
            .option(
                Double.class,
                "PAGES",
                "save: pages that it writes in a second (default: 100000).",
                "--rate")
            .option(
                String.class,
                "PERCENT:SIZE",
                "save: share of the writes that go to a part of the buffer (default: 90:1M).",
                "--hot")
            .flag("--scatter", "save: the buffer's pages lie anywhere in memory.")
            .option(
                String.class,
                "SIZE",
                "save: they lie anywhere in so much of it (default: one piece).",
                "--spread")
            .option(
                Path.class,
                "FILE",
                "save: an image whose pages that were sent again are written, in that order.",
                "--recording")
            .option(
                String.class,
                "SIZE",
                "save: bytes of the delta of a page that was written (default: what the pattern's"
                    + " writes make, of sweep a whole page).",
                "--delta")
            .option(
                String.class,
                "SIZE",
                "save: most bytes sent in a second, QEMU's max-bandwidth, at least ten pages"
                    + " (default: 128M).",
                "--bandwidth")
            .option(
                String.class,
                "SIZE",
                "save: bytes that the file or network takes in a second (default: 1G).",
                "--link")
            .option(
                Double.class,
                "MS",
                "save: how long the guest may stop (default: 300).",
                "--downtime")
            .option(
                Double.class,
                "MICROSECONDS",
                "save: time for a page beside the link (default: 0.6).",
                "--page-time")
            .option(
                Double.class,
                "MICROSECONDS",
                "save: time that the guest's first write to a page after each look at the dirty"
                    + " bitmap costs it (default: 0.3).",
                "--fault-time")
            .choice(
                List.of("qemu", "qemu-mapped-ram"),
                "FMT",
                "save: layout, qemu or qemu-mapped-ram (default: qemu).",
                "-O")
            .option(String.class, "CODEC", "save: also with deltas, current or 2011.", "--xbzrle")
            .option(
                String.class,
                "SIZE,...",
                "save: caches for the deltas, one save for each (default: 64M).",
                "--cache-size")
            .option(
                Double.class,
                "SECONDS",
                "save: stop the guest then, as an operator would (default: never).",
                "--stop-after")
            .option(
                Integer.class,
                "N",
                "dirty-log: pages for which chunks are compared (default: 65536).",
                "--pages")
            .flag("--no-vhost", "dirty-log: no device that sets bits itself.")
            .option(
                Integer.class,
                "N",
                "dirty-log: longest sequences to search (default: 6).",
                "--steps")
            .option(
                Integer.class,
                "N",
                "dirty-log: writes of the guest for each 100 pages sent (default: 50).",
                "--writes")
            .option(
                Integer.class,
                "N",
                "dirty-log: run N random sequences on the real kernel beside the model.",
                "--kvm")
            .option(Long.class, "N", "dirty-log: seed (default: 0.6).", "--seed")
            .option(Output.option("human"));
    command.spec = builder.spec();
    return command.spec;
  }

  private ParameterException wrong(String text) {
    return new ParameterException(spec.commandLine(), text);
  }

  private <T> T value(String option, T fallback) {
    T value = CommandBuilder.value(spec, option);
    return value == null ? fallback : value;
  }

  private long size(String option, String fallback) {
    String text = value(option, fallback);
    return size(option, text, text);
  }

  private long size(String option, String whole, String text) {
    return Quantities.size(text)
        .orElseThrow(() -> wrong(option + " " + whole + ": expected a size such as 16M"));
  }

  /** Requires that what an option is about was asked for. */
  private void needs(String option, String other, boolean given) {
    if (CommandBuilder.value(spec, option) != null && !given) {
      throw wrong(option + " needs " + other);
    }
  }

  private void refuse(String what, List<String> others) {
    for (String option : others) {
      Object value = CommandBuilder.value(spec, option);
      if (value != null && !Boolean.FALSE.equals(value)) {
        throw wrong(option + ": not of " + what);
      }
    }
  }

  @Override
  public Integer call() throws IOException {
    String what = CommandBuilder.argument(spec, 0);
    try {
      switch (what) {
        case "save" -> {
          refuse(what, OF_DIRTY_LOG);
          Saves saves = saves();
          print(report -> SavePrinter.report(saves, report), out -> SavePrinter.human(saves, out));
        }
        case "dirty-log" -> {
          refuse(what, OF_SAVE);
          DirtyLogRun run =
              new DirtyLogRun(
                  value("--pages", 1 << 16),
                  !CommandBuilder.isSet(spec, "--no-vhost"),
                  value("--steps", 6),
                  value("--writes", 50),
                  value("--kvm", 0),
                  value("--seed", 1L));
          print(
              report -> DirtyLogPrinter.report(run, report),
              out -> DirtyLogPrinter.human(run, out));
        }
        default -> throw wrong(what + ": expected save or dirty-log");
      }
    } catch (IllegalArgumentException e) {
      throw wrong(e.getMessage());
    }
    return ExitCode.OK;
  }

  /** Writes results. */
  private interface Writer<T> {
    void write(T target) throws IOException;
  }

  private void print(Writer<Report> report, Writer<PrintStream> human) throws IOException {
    Output output = CommandBuilder.value(spec, "--output");
    try (OutputStream out = Output.stdout()) {
      if (output == Output.JSON) {
        try (Report target = output.report(out)) {
          report.write(target);
        }
      } else {
        PrintStream target = new PrintStream(out, false, StandardCharsets.UTF_8);
        human.write(target);
        target.flush();
      }
    }
  }

  private Saves saves() throws IOException {
    Path recording = CommandBuilder.value(spec, "--recording");
    String pattern = value("--pattern", recording == null ? "loop" : "recording");
    if (pattern.equals("recording") != (recording != null)) {
      throw wrong("--pattern recording and --recording FILE go together");
    }
    needs("--hot", "--pattern hot", pattern.equals("hot"));
    needs("--cache-size", "--xbzrle", CommandBuilder.value(spec, "--xbzrle") != null);
    needs("--delta", "--xbzrle", CommandBuilder.value(spec, "--xbzrle") != null);
    needs("--buffer", "another --pattern", recording == null);
    if (CommandBuilder.isSet(spec, "--scatter") && CommandBuilder.value(spec, "--spread") != null) {
      throw wrong("--scatter, which spreads over all memory, and --spread exclude each other");
    }
    int[] sequence = recording == null ? new int[0] : sequence(recording);
    long memory = size("--memory", "160M");
    long pageSize = size("--page-size", "4K");
    String[] hot = value("--hot", "90:1M").replace("%", "").split(":", -1);
    if (hot.length != 2 || !hot[0].matches("\\d{1,3}(\\.\\d{1,6})?")) {
      throw wrong("--hot " + value("--hot", "") + ": expected PERCENT:SIZE");
    }
    List<Long> caches = new ArrayList<>();
    String sizes = value("--cache-size", "64M");
    for (String one : sizes.split(",", -1)) {
      caches.add(
          Quantities.cache(one)
              .orElseThrow(() -> wrong("--cache-size " + sizes + ": " + Quantities.CACHE)));
    }
    String format = value("-O", "qemu");
    if (!List.of("qemu", "qemu-mapped-ram").contains(format)) {
      throw wrong("-O " + format + ": expected qemu or qemu-mapped-ram");
    }
    Saves.LoadSpec load =
        new Saves.LoadSpec(
            pattern,
            recording == null ? size("--buffer", "16M") : memory,
            value("--rate", 100_000.0),
            Double.parseDouble(hot[0]),
            size("--hot", value("--hot", "90:1M"), hot[1]),
            CommandBuilder.isSet(spec, "--scatter") ? memory : size("--spread", "0"),
            sequence,
            size("--delta", "0"));
    for (int page : sequence) {
      if (page >= memory / pageSize) {
        throw wrong("--memory: the recording has a page beyond it, number " + page);
      }
    }
    return new Saves(
        memory,
        (int) Math.min(Integer.MAX_VALUE, pageSize),
        value("--zero", 60.0) / 100,
        load,
        size("--bandwidth", "128M"),
        size("--link", "1G"),
        value("--downtime", 300.0),
        value("--page-time", 0.6),
        value("--fault-time", 0.3),
        format.equals("qemu-mapped-ram"),
        Optional.ofNullable(CommandBuilder.value(spec, "--xbzrle")),
        caches,
        value("--stop-after", Double.POSITIVE_INFINITY));
  }

  private static int[] sequence(Path recording) throws IOException {
    String name = recording.toString();
    if (!name.startsWith(Samples.PREFIX)) {
      return resent(recording, recording);
    }
    Path sample = Samples.temporary(name.substring(Samples.PREFIX.length()));
    try {
      return resent(sample, recording);
    } finally {
      Files.delete(sample);
    }
  }

  private static int[] resent(Path file, Path shown) throws IOException {
    ResentPages pages = new ResentPages();
    try (ByteSource source = ImageReader.open(file)) {
      ImageReader.read(source, ParseOptions.DEFAULT, pages);
    } catch (StateFormatException e) {
      throw new OtherImageException(shown, e);
    }
    return pages.pages();
  }
}
