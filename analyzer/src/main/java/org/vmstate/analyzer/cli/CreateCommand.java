package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.analyzer.create.Creator;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.formats.FormatId;
import org.vmstate.parser.Outcome;
import org.vmstate.writer.synthetic.SyntheticLoad;
import org.vmstate.writer.synthetic.SyntheticMemory;
import org.vmstate.writer.synthetic.SyntheticRecipe;
import org.vmstate.writer.synthetic.WritePattern;
import org.vmstate.writer.xbzrle.XbzrleStatistics;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** {@code vmstate-img create}. */
final class CreateCommand implements Callable<Integer> {
  private static final List<String> KEYS = OutputOptions.keys();

  private static final List<String> KINDS = List.of("zero", "fill", "duplicate", "random");

  private CommandSpec spec;

  private CreateCommand() {}

  static CommandSpec create() {
    CreateCommand command = new CreateCommand();
    CommandBuilder builder =
        new CommandBuilder("create", command)
            .about(
                "Writes a synthetic image: the same options and seed always give the same bytes.",
                "")
            .footer(
                "%nExamples:%n",
                "  vmstate-img create -O qemu --block pc.ram=16M --machine pc-i440fx-10.0 image",
                "  vmstate-img create -O qemu --iterations 4 --dirty-rate 5 --xbzrle current live",
                "  vmstate-img create -O libvirt-sparse --block pc.ram=1T --pages zero=100 huge")
            .parameter("OUT", "1", "The output: a file, or - for standard output.")
            .option(String.class, "FMT", "Layout; the names that -f accepts (default: qemu).", "-O")
            .repeated(String.class, "KEY=VALUE", OutputOptions.HELP, "-o")
            .option(Long.class, "N", "Seed of all contents (default: 1).", "--seed")
            .option(String.class, "NAME", "Machine type (default: synthetic).", "--machine")
            .option(String.class, "SIZE", "Target page size (default: 4K).", "--page-size")
            .repeated(
                String.class,
                "NAME=SIZE",
                "A RAM block, may be repeated (default: pc.ram=16M).",
                "--block")
            .option(
                String.class,
                "KIND=PERCENT,...",
                "Shares of zero, fill, duplicate and random pages; the rest is random (default:"
                    + " zero=50,fill=5,duplicate=5).",
                "--pages")
            .option(Integer.class, "N", "Sweeps after the first (default: 0).", "--iterations")
            .option(
                Double.class,
                "PERCENT",
                "Pages that change before each (default: 5).",
                "--dirty-rate")
            .option(
                String.class,
                "current|2011",
                "Send changed pages as deltas of this form.",
                "--xbzrle")
            .option(
                String.class,
                "PATTERN",
                "What changes before each, as simulate save has it: loop, sweep, random, hot"
                    + " (default: pages anywhere).",
                "--pattern")
            .option(
                String.class,
                "SIZE",
                "Memory that a pattern writes to, from the start of the first block (default:"
                    + " 8M); --dirty-rate is its share.",
                "--buffer")
            .option(
                String.class,
                "PERCENT:SIZE",
                "Share of the writes that goes to the start of the buffer (default: 90:1M).",
                "--hot")
            .option(String.class, "SIZE", "Cache of --xbzrle (default: 64M).", "--cache-size")
            .option(Integer.class, "N", "Device sections (default: 0).", "--devices");
    command.spec = Work.addTo(builder).spec();
    return command.spec;
  }

  @Override
  public Integer call() throws IOException {
    ConvertOptions options = options();
    SyntheticRecipe recipe = recipe();
    SyntheticLoad load = load(recipe);
    String out = CommandBuilder.argument(spec, 0);
    if (CommandBuilder.value(spec, "--xbzrle") != null) {
      options.refuseDeltas("--xbzrle");
    }
    Work work = new Work(spec);
    work.run(
        () ->
            out.equals("-")
                ? Destination.stream(Output.stdout())
                : Destination.file(Path.of(out), work.isForced(), false),
        (target, progress, notes) -> {
          Creator.create(recipe, load, options, target, notes)
              .ifPresent(s -> notes.accept(describe(s)));
          return Outcome.WHOLE;
        });
    return ExitCode.OK;
  }

  private static String describe(XbzrleStatistics s) {
    return String.format(
        Locale.ROOT,
        "xbzrle: %d lookups, %d misses, %d hits, %d overflows, %d bytes",
        s.lookups(),
        s.misses(),
        s.hits(),
        s.overflow(),
        s.bytes());
  }

  private ConvertOptions options() throws IOException {
    FormatId target = FormatNames.given(spec);
    OutputOptions output = OutputOptions.given(spec, target, KEYS);
    return output.imageOptions();
  }

  private ParameterException wrong(String text) {
    return new ParameterException(spec.commandLine(), text);
  }

  private SyntheticRecipe recipe() {
    Map<String, Double> shares = shares();
    String form = value("--xbzrle", "");
    if (!List.of("", "current", "2011").contains(form)) {
      throw wrong("--xbzrle " + form + ": expected current or 2011");
    }
    Long seed = CommandBuilder.value(spec, "--seed");
    Integer iterations = CommandBuilder.value(spec, "--iterations");
    Integer devices = CommandBuilder.value(spec, "--devices");
    Double rate = CommandBuilder.value(spec, "--dirty-rate");
    require("--iterations", iterations, iterations == null || iterations >= 0, "0 or more");
    require("--devices", devices, devices == null || devices >= 0, "0 or more");
    require("--dirty-rate", rate, rate == null || rate >= 0 && rate <= 100, "0 to 100");
    try {
      return new SyntheticRecipe(
          seed == null ? 1 : seed,
          value("--machine", "synthetic"),
          (int) Math.min(Integer.MAX_VALUE, size("--page-size", value("--page-size", "4K"))),
          blocks(),
          shares.get("zero"),
          shares.get("fill"),
          shares.get("duplicate"),
          iterations == null ? 0 : iterations,
          rate == null ? 0.05 : rate / 100,
          !form.isEmpty(),
          form.equals("2011"),
          devices == null ? 0 : devices);
    } catch (IllegalArgumentException e) {
      throw wrong(e.getMessage());
    }
  }

  private void require(String option, Number value, boolean possible, String expected) {
    if (!possible) {
      throw wrong(option + " " + value + ": expected " + expected);
    }
  }

  /** Requires that what an option is about was asked for. */
  private void needs(String option, String other, boolean given) {
    if (CommandBuilder.value(spec, option) != null && !given) {
      throw wrong(option + " needs " + other);
    }
  }

  private SyntheticLoad load(SyntheticRecipe recipe) {
    String name = CommandBuilder.value(spec, "--pattern");
    String size = value("--cache-size", "64M");
    long cache =
        Quantities.cache(size)
            .orElseThrow(() -> wrong("--cache-size " + size + ": " + Quantities.CACHE));
    String buffer = value("--buffer", "8M");
    String[] hot = value("--hot", "90:1M").split(":", 2);
    if (hot.length < 2 || !hot[0].matches("\\d{1,3}")) {
      throw wrong("--hot: expected PERCENT:SIZE, such as 90:1M");
    }
    Optional<WritePattern> pattern = name == null ? Optional.empty() : WritePattern.of(name);
    if (name != null && pattern.isEmpty()) {
      throw wrong("--pattern " + name + ": expected loop, sweep, random or hot");
    }
    long pages = size("--buffer", buffer) / recipe.pageSize();
    if (pages < 1 || pages > Integer.MAX_VALUE) {
      throw wrong("--buffer " + buffer + ": expected a page or more");
    }
    needs("--cache-size", "--xbzrle", CommandBuilder.value(spec, "--xbzrle") != null);
    needs("--buffer", "--pattern", name != null);
    needs("--hot", "--pattern hot", "hot".equals(name));
    if (cache < recipe.pageSize()) {
      throw wrong("--cache-size " + size + ": holds no page");
    }
    long hotPages = size("--hot", hot[1]) / recipe.pageSize();
    if (CommandBuilder.value(spec, "--hot") != null && (hotPages < 1 || hotPages > pages)) {
      throw wrong("--hot " + hot[0] + ":" + hot[1] + ": expected a page to the whole buffer");
    }
    try {
      SyntheticLoad load =
          new SyntheticLoad(
              pattern,
              (int) pages,
              Math.round(pages * recipe.dirtyRate()),
              Integer.parseInt(hot[0]) / 100.0,
              (int) Math.clamp(hotPages, 1, pages),
              cache);
      // what does not fit the recipe is said before anything is written
      new SyntheticMemory(recipe, load);
      return load;
    } catch (IllegalArgumentException e) {
      throw wrong(e.getMessage());
    }
  }

  private String value(String option, String fallback) {
    String value = CommandBuilder.value(spec, option);
    return value == null ? fallback : value;
  }

  private long size(String option, String text) {
    return Quantities.size(text)
        .orElseThrow(() -> wrong(option + " " + text + ": expected a size such as 16M"));
  }

  private List<SyntheticRecipe.Block> blocks() {
    List<String> given = CommandBuilder.values(spec, "--block");
    List<SyntheticRecipe.Block> result = new ArrayList<>();
    for (String text : given.isEmpty() ? List.of("pc.ram=16M") : given) {
      int equals = text.lastIndexOf('=');
      if (equals < 0) {
        throw wrong("--block " + text + ": expected NAME=SIZE");
      }
      result.add(
          new SyntheticRecipe.Block(
              text.substring(0, equals), size("--block", text.substring(equals + 1))));
    }
    return result;
  }

  private Map<String, Double> shares() {
    Map<String, Double> result = new TreeMap<>();
    KINDS.forEach(k -> result.put(k, 0.0));
    for (String part : value("--pages", "zero=50,fill=5,duplicate=5").split(",")) {
      String[] pair = part.split("=", 2);
      boolean known = pair.length == 2 && KINDS.contains(pair[0]);
      if (!known || !pair[1].matches("\\d{1,3}(\\.\\d{1,6})?")) {
        throw wrong("--pages " + part + ": expected one of " + KINDS + " and a percentage");
      }
      result.put(pair[0], Double.parseDouble(pair[1]) / 100);
    }
    return result;
  }
}
