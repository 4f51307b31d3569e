package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vmstate.analyzer.extract.BlockFolder;
import org.vmstate.analyzer.extract.Parts;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.formats.event.Section;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.io.ByteSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** {@code vmstate-img extract}. */
final class ExtractCommand implements Callable<Integer> {
  private static final List<String> ACTIONS =
      List.of(
          "-O",
          "--blocks",
          "--pages",
          "--xml",
          "--cookie",
          "--description",
          "--device",
          "--registers",
          "--physical",
          "--virtual");
  private static final Pattern PAGES = Pattern.compile("(.+):([^:]*)-([^:]*)");

  private CommandSpec spec;

  private ExtractCommand() {}

  static CommandSpec create() {
    ExtractCommand command = new ExtractCommand();
    CommandBuilder builder =
        new CommandBuilder("extract", command)
            .about(
                "Takes memory or another part out of an image.",
                "",
                "raw is the guest's physical memory, each byte at the offset of its address; elf",
                "is a core with the registers of all CPUs, for gdb, crash, drgn and Volatility;",
                "kdump is such a core compressed page by page and without firmware, for crash and",
                "makedumpfile; lime is the form of the Linux Memory Extractor, for forensic",
                "tools. Memory that is zero becomes holes. The image is read twice: nothing is",
                "decompressed into a file.",
                "")
            .footer(
                "%nExamples:%n",
                "  vmstate-img extract -O elf guest.save guest.core",
                "  vmstate-img extract -O raw guest.save guest.raw",
                "  vmstate-img extract -O kdump guest.save guest.kdump",
                "  vmstate-img extract --virtual 0xffffffff82000000:256 guest.save",
                "  vmstate-img extract --blocks guest.blocks guest.save",
                "  vmstate-img extract --pages pc.ram:0x100000-0x101000 guest.save | xxd | less",
                "  vmstate-img extract --device cpu#1 guest.save cpu1.bin",
                "  vmstate-img extract --xml guest.save | xmllint --format -");
    ChannelOption.addTo(Input.addTo(builder, "IN"))
        .parameter("OUT", "0..1", "The output: a file, or - for standard output (the default).")
        .choice(
            MemoryOutput.FORMATS,
            "FMT",
            "All memory: " + String.join(", ", MemoryOutput.FORMATS) + ".",
            "-O")
        .option(Path.class, "DIR", "Each RAM block as a file of a new folder.", "--blocks")
        .option(
            String.class,
            "BLOCK:START-END",
            "Some bytes of a block, by offsets; both may be left out, 0x and K, M, G are known.",
            "--pages")
        .option(
            String.class,
            "ADDR:LEN",
            "Memory by physical addresses: bytes to a pipe or a file, a hexdump to a terminal.",
            "--physical")
        .option(
            String.class,
            "ADDR:LEN",
            "The same by virtual addresses, through the page tables of a CPU.",
            "--virtual")
        .option(Integer.class, "N", "The CPU of --virtual, from 0 (default: 0).", "--cpu")
        .flag("--hex", "A hexdump also where standard output is no terminal.")
        .flag("--xml", "The domain XML of a libvirt image.")
        .flag("--cookie", "The cookie of a libvirt image.")
        .flag("--description", "The description of the device state: JSON.")
        .option(
            String.class,
            "NAME",
            "The bytes of a device's section, by its name or the last part of it; NAME#N for the"
                + " instance N.",
            "--device")
        .flag("--registers", "The registers of each CPU, as text.")
        .flag(
            "--salvage",
            "With -O, keep what can be read of a damaged image; exit code 3 when something is"
                + " lost.")
        .flag(
            "--direct",
            "Write memory with O_DIRECT, past the page cache, and read it so from a layout whose"
                + " pages have fixed places.")
        .option(Integer.class, "N", MemoryOutput.WORKERS_HELP, "-W");
    command.spec = Work.addTo(MemoryOutput.addTo(builder)).spec();
    return command.spec;
  }

  private ParameterException wrong(String text) {
    return new ParameterException(spec.commandLine(), text);
  }

  private boolean given(String option) {
    Object value = CommandBuilder.value(spec, option);
    return value != null && !Boolean.FALSE.equals(value);
  }

  @Override
  public Integer call() throws IOException {
    List<String> chosen = ACTIONS.stream().filter(this::given).toList();
    if (chosen.size() != 1) {
      throw wrong("expected one of " + String.join(", ", ACTIONS) + ", found " + chosen.size());
    }
    if (given("--cpu") && !chosen.getFirst().equals("--virtual")) {
      throw wrong("--cpu: expected it with --virtual, found " + chosen.getFirst());
    }
    String argument = CommandBuilder.argument(spec, 1);
    String out = argument == null ? "-" : argument;
    switch (chosen.getFirst()) {
      case "-O" -> {
        String format = CommandBuilder.value(spec, "-O");
        if (!MemoryOutput.isOne(format)) {
          throw wrong("-O " + format + ": expected " + String.join(", ", MemoryOutput.FORMATS));
        }
        return new MemoryOutput(spec).write(format, out, CommandBuilder.isSet(spec, "--salvage"));
      }
      case "--blocks" -> {
        if (argument != null) {
          throw wrong("--blocks has a folder of its own, and no OUT");
        }
        return blocks(CommandBuilder.value(spec, "--blocks"));
      }
      case "--pages" -> {
        return pages(out);
      }
      case "--physical", "--virtual" -> {
        return new AddressExtract(spec).run(chosen.getFirst(), out);
      }
      default -> part(chosen.getFirst(), out);
    }
    return ExitCode.OK;
  }

  private int blocks(Path folder) throws IOException {
    Input input = new Input(spec);
    Work work = new Work(spec);
    try (BlockFolder blocks = BlockFolder.create(folder);
        ByteSource source = input.open()) {
      MemoryOutput memory = new MemoryOutput(spec);
      List<String> losses = new ArrayList<>();
      Outcome outcome =
          memory
              .extractor(Progress.NONE, work::note)
              .losing(memory.losses(losses))
              .blocks(source, input.filePath(), blocks);
      losses.forEach(loss -> work.note("lost: " + loss));
      blocks.commit(outcome, !CommandBuilder.isSet(spec, "--no-sync"));
      return losses.isEmpty() ? ExitCode.OK : ExitCode.ODD;
    }
  }

  private int pages(String out) throws IOException {
    String text = CommandBuilder.value(spec, "--pages");
    Matcher matcher = PAGES.matcher(text);
    if (!matcher.matches()) {
      throw wrong("--pages " + text + ": expected BLOCK:START-END");
    }
    long from = number(text, matcher.group(2), 0);
    long to = number(text, matcher.group(3), -1);
    Input input = new Input(spec);
    MemoryOutput memory = new MemoryOutput(spec);
    List<String> losses = new ArrayList<>();
    new Work(spec)
        .run(
            () -> MemoryOutput.destination(spec, input, out, false),
            (target, progress, notes) -> {
              try (ByteSource source = input.open();
                  OutputStream bytes = target.asStream()) {
                Outcome outcome =
                    memory
                        .extractor(progress, notes)
                        .losing(memory.losses(losses))
                        .pages(source, matcher.group(1), from, to, bytes);
                losses.forEach(loss -> notes.accept("lost: " + loss));
                return outcome;
              }
            });
    return losses.isEmpty() ? ExitCode.OK : ExitCode.ODD;
  }

  private long number(String text, String number, long otherwise) {
    if (number.isEmpty()) {
      return otherwise;
    }
    return Quantities.offset(number)
        .orElseThrow(() -> wrong("--pages " + text + ": " + number + " is no offset"));
  }

  private void part(String option, String out) throws IOException {
    Parts.Kind kind =
        switch (option) {
          case "--xml" -> Parts.Kind.XML;
          case "--cookie" -> Parts.Kind.COOKIE;
          case "--description" -> Parts.Kind.DESCRIPTION;
          case "--registers" -> Parts.Kind.REGISTERS;
          default -> Parts.Kind.DEVICE;
        };
    Input input = new Input(spec);
    new Work(spec)
        .run(
            () -> MemoryOutput.destination(spec, input, out, false),
            (target, progress, notes) -> {
              try (ByteSource source = input.open()) {
                return Parts.copy(source, input.options(), kind, device(), target);
              }
            });
  }

  private Predicate<Section> device() {
    String name = CommandBuilder.value(spec, "--device");
    if (name == null) {
      return section -> true;
    }
    // numbers are found however they are written
    String wanted = name.replaceFirst("#0+(?=\\d+$)", "#");
    return section -> section.isCalled(wanted);
  }
}
