package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.vmstate.analyzer.check.CheckOptions;
import org.vmstate.analyzer.check.CheckPrinter;
import org.vmstate.analyzer.check.CheckResult;
import org.vmstate.analyzer.check.Checker;
import org.vmstate.analyzer.check.Target;
import org.vmstate.analyzer.host.DataMap;
import org.vmstate.analyzer.host.DirectNeeds;
import org.vmstate.analyzer.host.HoleMap;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.DiskPlace;
import org.vmstate.analyzer.output.ImageSource;
import org.vmstate.analyzer.report.Report;
import org.vmstate.analyzer.salvage.Repair;
import org.vmstate.analyzer.upgrade.TargetCheck;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.rule.QemuRelease;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.qcow2.Snapshot;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** {@code vmstate-img check}. */
final class CheckCommand implements Callable<Integer> {
  private CommandSpec spec;

  private CheckCommand() {}

  static CommandSpec create() {
    CheckCommand command = new CheckCommand();
    CommandBuilder builder =
        new CommandBuilder("check", command)
            .about(
                "Says whether an image is good, and what a loader would say if it is not.",
                "",
                "Each finding has a code, explained in docs/checks.md, and a place in the file.",
                "Exit codes: 0 good, 2 corrupt or certainly refused, 3 loadable but odd,",
                "63 not supported by this version.",
                "")
            .footer(
                "%nExamples:%n",
                "  vmstate-img check guest.save",
                "  vmstate-img check --align 4K --output=json guest.mapped | jq '.findings'",
                "  qemu-system-x86_64 -M q35 -dump-vmstate q35.json",
                "  vmstate-img check --target q35.json guest.save",
                "  vmstate-img target-facts --qmp guest.qmp > target.json",
                "  vmstate-img check --target target.json guest.save")
            .option(Output.option("human"))
            .flags("Also show notes and what was found good.", "-v", "--verbose")
            .flags("Print nothing; the exit code reports.", "-q", "--quiet")
            .choice(
                List.of("512", "4K", "64K", "1M", "4M"),
                "SIZE",
                "Whether pages can be read with direct I/O in blocks of SIZE, a power of two.",
                "--align")
            .option(
                Path.class,
                "PATH",
                "The same for what the kernel and the file system need in this place.",
                "--for")
            .repeated(
                Path.class,
                "FILE",
                "A recorded multifd channel of this stream; give each.",
                "--channel")
            .option(
                Path.class,
                "OUT",
                "Write a copy without what can be repaired without loss, and check that. The disk"
                    + " itself as OUT: repair the state in it.",
                "--repair")
            .flag("--force", "Replace OUT where it exists.")
            .option(
                Path.class,
                "FILE",
                "Whether a QEMU loads the image: FILE is of target-facts, or what it wrote with"
                    + " -dump-vmstate; or whether a host can run it: FILE is of virsh"
                    + " domcapabilities or capabilities.",
                "--target")
            .option(
                String.class,
                "RELEASE",
                "The QEMU that is to load the image, 5.2, 7.2, 10.0 or 11.1: what it refuses, in"
                    + " its words (default: 11.1).",
                "--qemu")
            .option(
                Path.class,
                "JSON",
                "What that does not say: {\"machine\", \"page_size\", \"ram_blocks\": {NAME:"
                    + " LENGTH}, \"capabilities\": [NAME]}.",
                "--target-config");
    command.spec = Input.addTo(builder).spec();
    return command.spec;
  }

  @Override
  public Integer call() throws IOException {
    Input input = new Input(spec);
    Output output = CommandBuilder.value(spec, "--output");
    Path repaired = CommandBuilder.value(spec, "--repair");
    try (OutputStream out = Output.stdout()) {
      CheckResult result;
      try {
        result = check(input, repaired);
      } catch (StateFormatException e) {
        // what holds the state is damaged
        result = new Checker(input.options(), options(DataMap.SOLID)).unopened(e);
      }
      if (!CommandBuilder.isSet(spec, "--quiet")) {
        print(repaired == null ? input.file() : repaired.toString(), result, output, out);
        misread(input, result);
      }
      return switch (result.verdict()) {
        case GOOD -> ExitCode.OK;
        case ODD -> ExitCode.ODD;
        case BAD -> ExitCode.CORRUPT;
        case UNSUPPORTED -> ExitCode.UNSUPPORTED;
      };
    }
  }

  /** A finding may be about a choice that was wrong, and then there is something to do. */
  private static void misread(Input input, CheckResult result) {
    result
        .error()
        .flatMap(e -> Misread.of(input, e))
        .ifPresent(found -> Failures.note(input.file() + ": " + found));
  }

  private CheckResult check(Input input, Path repaired) throws IOException {
    Path path = input.filePath();
    try (HoleMap holes = path == null ? null : HoleMap.of(path);
        ByteSource source = input.open()) {
      if (repaired != null && repaired.toString().equals("-")) {
        throw ConversionException.needsFile("a repaired copy", "it is read again");
      }
      if (repaired != null && !source.isSeekable()) {
        throw new ConversionException("--repair needs a file; write the pipe to one first");
      }
      DataMap map = holes == null ? DataMap.SOLID : holes;
      CheckResult result =
          new TargetCheck(input.options(), options(map).in(input.disk())).check(source);
      return repaired == null ? result : repair(input, source, result, map, repaired);
    }
  }

  /** Writes the repaired copy and returns what is to be said of it. */
  private CheckResult repair(
      Input input, ByteSource source, CheckResult result, DataMap map, Path out)
      throws IOException {
    Repair repair = new Repair();
    if (!repair.plan(source, new Input(spec).options(), result) || repair.done().isEmpty()) {
      throw new ConversionException(
          repair.done().isEmpty() && result.verdict() == CheckResult.Verdict.GOOD
              ? "--repair: nothing is wrong; nothing was written"
              : "--repair: not possible without loss; nothing was written. See 'convert"
                  + " --salvage'");
    }
    CheckResult after;
    try (Destination target = repaired(input, out)) {
      repair.write(source, map, target);
      ImageSource written = target.written();
      try (HoleMap holes = written.file().map(HoleMap::of).orElse(null);
          ByteSource again = written.open()) {
        after =
            new TargetCheck(
                    new Input(spec).options(), options(holes == null ? DataMap.SOLID : holes))
                .check(again);
      }
      if (after.verdict() == CheckResult.Verdict.BAD) {
        throw new ConversionException(
            "--repair: the copy would be refused, too; nothing was written. See 'convert"
                + " --salvage'");
      }
      target.commit(Outcome.WHOLE, true);
    }
    if (!CommandBuilder.isSet(spec, "--quiet")) {
      repair.done().forEach(text -> Failures.note("repaired: " + text));
    }
    return after;
  }

  private static boolean isInput(Input input, Path out) throws IOException {
    Path file = input.wholeFile();
    return file != null && Files.exists(out) && Files.isSameFile(file, out);
  }

  /** A state in a disk is repaired where it is, when the disk is the output, too. */
  private Destination repaired(Input input, Path out) throws IOException {
    if (!isInput(input, out)) {
      return Destination.file(out, CommandBuilder.isSet(spec, "--force"), false);
    }
    Snapshot chosen =
        input
            .chosen()
            .orElseThrow(
                () -> ConversionException.named(out + ": is the input; give another name"));
    return Destination.intoDisk(DiskPlace.into(out, chosen));
  }

  private void print(String image, CheckResult result, Output output, OutputStream out)
      throws IOException {
    if (output == Output.JSON) {
      try (Report report = output.report(out)) {
        CheckPrinter.report(image, result, report);
      }
      return;
    }
    PrintStream print = new PrintStream(out, false, StandardCharsets.UTF_8);
    CheckPrinter.human(image, result, CommandBuilder.isSet(spec, "--verbose"), print);
    print.flush();
  }

  private CheckOptions options(DataMap map) throws IOException {
    String size = CommandBuilder.value(spec, "--align");
    Path place = CommandBuilder.value(spec, "--for");
    if (size != null && place != null) {
      throw new ParameterException(spec.commandLine(), "--align and --for exclude each other");
    }
    DirectNeeds needs = new DirectNeeds(0, "");
    if (size != null) {
      needs = new DirectNeeds(alignment(size), "--align");
    } else if (place != null) {
      needs = DirectNeeds.of(place);
    }
    Path dump = CommandBuilder.value(spec, "--target");
    Path configuration = CommandBuilder.value(spec, "--target-config");
    Optional<Target> target =
        dump == null && configuration == null
            ? Optional.empty()
            : Optional.of(Target.read(dump, configuration));
    if (target.isPresent()) {
      target.get().requireCapabilities(release(target));
    }
    List<Path> channels = CommandBuilder.values(spec, "--channel");
    return new CheckOptions(map, needs.align(), needs.origin(), target, channels)
        .with(release(target));
  }

  private QemuRelease release(Optional<Target> target) {
    String number = CommandBuilder.value(spec, "--qemu");
    return number == null
        ? target.flatMap(Target::release).orElse(QemuRelease.DEFAULT)
        : QemuRelease.of(number)
            .orElseThrow(
                () ->
                    new ParameterException(
                        spec.commandLine(),
                        "--qemu " + number + ": expected 5.2, 7.2, 10.0 or 11.1"));
  }

  private long alignment(String size) {
    return Quantities.size(size)
        .filter(bytes -> Long.bitCount(bytes) == 1)
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(),
                    "--align " + size + ": expected a power of two, such as 4K or 1M"));
  }
}
