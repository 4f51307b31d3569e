package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.analyzer.convert.Converter;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.DiskPlace;
import org.vmstate.analyzer.output.OtherImageException;
import org.vmstate.analyzer.output.SnapshotName;
import org.vmstate.analyzer.salvage.Salvage;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.io.ByteSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** {@code vmstate-img convert}. */
final class ConvertCommand implements Callable<Integer> {
  static final List<String> KEYS =
      OutputOptions.diskKeys("offset", "compact", "xbzrle-base", "xbzrle");

  private static final long LEAST_CHUNK = 4 << 10;
  private static final long MOST_CHUNK = 1L << 30;

  private CommandSpec spec;

  private ConvertCommand() {}

  static CommandSpec create() {
    ConvertCommand command = new ConvertCommand();
    CommandBuilder builder =
        new CommandBuilder("convert", command)
            .about(
                "Writes an image in another layout; QEMU and libvirt restore the result.",
                "",
                "A stream that stays sequential is copied record for record, passes and deltas",
                "included; -o compact=yes sends each page once. The output appears when it is",
                "whole, on disk, and readable by its owner only.",
                "")
            .footer(
                "%nOptions of -o:%n",
                "  snapshot=NAME          of qcow2: what -loadvm asks for (default vmstate)",
                "  layout=FMT             of qcow2: qemu (default) or qemu-mapped-ram (QEMU 11.1)",
                "  offset=N               into a file that is there, from byte N on (--force)",
                "  xml=FILE               domain XML, to wrap a bare stream or to replace it",
                "  cookie=FILE|none       cookie XML of the libvirt header",
                "  running=yes|no         whether a restore resumes the guest",
                "  save-version=1|2|3     libvirt header (default 2; 3 is a proposal)",
                "  byte-order=le|be       of the libvirt header (default: the input's, else le)",
                "  align=SIZE             of page areas (default 1M, fixed-ram: page size)",
                "  compression-level=N    as the compression's program accepts it",
                "  compact=yes            each page once, without passes and deltas",
                "  xbzrle-base=FILE       send the memory of FILE, then deltas to that of IN",
                "  xbzrle=current|2011    form of those deltas (default current)",
                "",
                "Examples:",
                "  vmstate-img convert -O libvirt-sparse guest.save guest.sparse",
                "  vmstate-img convert -O libvirt-zstd -o xml=dom.xml migrated.img guest.save",
                "  vmstate-img convert -O qemu guest.save - | ssh host 'cat >stream'");
    ChannelOption.addTo(Input.addTo(builder, "IN"))
        .parameter("OUT", "0..1", "The output: a file, or - for standard output.")
        .choice(
            MemoryOutput::withLayouts,
            "FMT",
            "Layout of the output; the names that -f accepts, qcow2 for a new disk that"
                + " holds the state, or raw, elf or kdump as extract has.",
            "-O")
        .repeated(String.class, "KEY=VALUE", "Options of the output, see below.", "-o")
        .option(
            Path.class,
            "DISK",
            "Put the state into this qcow2 disk instead of OUT, under -o snapshot=NAME or else"
                + " under -l: in place of that snapshot's, or as a new snapshot.",
            "--into")
        .flag(
            "--salvage",
            "Keep what can be read of a damaged or cut image; exit code 3 when something is lost.")
        .flag(
            "--direct",
            "Write page data with O_DIRECT, past the page cache, and read it so from a layout whose"
                + " pages have fixed places.")
        .choice(
            List.of("page", "512K", "1M", "64M", "512M"),
            "SIZE",
            "Page data that one thread moves at a time into a layout with fixed places: page or a"
                + " size (default: 64M where whole runs can be taken over, else 1M).",
            "--chunk")
        .option(Integer.class, "N", MemoryOutput.WORKERS_HELP, "-W");
    command.spec = Work.addTo(MemoryOutput.addTo(builder)).spec();
    return command.spec;
  }

  @Override
  public Integer call() throws IOException {
    String out = CommandBuilder.argument(spec, 1);
    String format = CommandBuilder.value(spec, "-O");
    Path into = CommandBuilder.value(spec, "--into");
    if ((into == null) == (out == null)) {
      throw new ParameterException(
          spec.commandLine(), into == null ? "OUT is missing" : "--into takes the place of OUT");
    }
    if (into == null && format == null) {
      throw new ParameterException(spec.commandLine(), "-O FMT is missing");
    }
    if (into == null && MemoryOutput.isOne(format)) {
      if (CommandBuilder.value(spec, "-o") != null) {
        throw new ParameterException(spec.commandLine(), "-o: " + format + " has no options");
      }
      boolean salvage = CommandBuilder.isSet(spec, "--salvage");
      return new MemoryOutput(spec).write(format, out, salvage);
    }
    if (into != null || format.equals(DiskOptions.FORMAT)) {
      return disk(into, out, format);
    }
    Input input = new Input(spec);
    OutputOptions given =
        OutputOptions.given(spec, FormatId.of(format).orElse(FormatId.QEMU), KEYS);
    given.requireDisk(false);
    ConvertOptions options = options(format);
    return convert(input, options, () -> destination(out, input, options));
  }

  /** Writes into a qcow2 disk, a new one or one that is there. */
  private int disk(Path into, String out, String format) throws IOException {
    OutputOptions given = OutputOptions.given(spec, FormatId.QEMU, KEYS);
    Optional<String> named = given.text("snapshot");
    String chosen = CommandBuilder.value(spec, "-l");
    boolean ofTarget = into != null && named.isEmpty();
    String snapshot =
        named.orElse(ofTarget && chosen != null ? chosen : DiskOptions.DEFAULT_SNAPSHOT);
    Path source = new Input(spec).wholeFile();
    Path target = into == null ? Path.of(out) : into;
    boolean same = source != null && Files.exists(target) && Files.isSameFile(source, target);
    Input input = new Input(spec, 0, "--format", ofTarget && !same ? null : "--snapshot");
    String layout =
        given
            .text("layout")
            .orElse(format == null || format.equals(DiskOptions.FORMAT) ? "qemu" : format);
    if (!layout.equals("qemu") && !layout.equals("qemu-mapped-ram")) {
      throw new ParameterException(
          spec.commandLine(), layout + ": expected qemu or qemu-mapped-ram in a disk");
    }
    ConvertOptions options = options(layout);
    if (options.pages().direct()) {
      throw ConversionException.named("--direct: not into a disk");
    }
    if (into == null && out.equals("-")) {
      throw ConversionException.needsFile(DiskOptions.FORMAT, "its tables are known last");
    }
    if (same && into == null) {
      throw ConversionException.named(target + ": is the input; give another disk");
    }
    if (into == null) {
      SnapshotName.require(snapshot);
    }
    int code =
        convert(
            input,
            options,
            () ->
                into == null
                    ? Destination.newDisk(target, new Work(spec).isForced(), snapshot)
                    : intoDisk(into, snapshot));
    Work work = new Work(spec);
    (into == null ? LoadCommand.ofNew(target, snapshot) : LoadCommand.of(into, snapshot))
        .forEach(work::note);
    return code;
  }

  private static Destination intoDisk(Path disk, String snapshot) throws IOException {
    try {
      return Destination.intoDisk(DiskPlace.into(disk, snapshot));
    } catch (StateFormatException e) {
      throw new OtherImageException(disk, e);
    }
  }

  private int convert(Input input, ConvertOptions options, Work.Opening opening)
      throws IOException {
    Path inputFile = input.filePath();
    if (CommandBuilder.isSet(spec, "--salvage")) {
      return salvage(input, options, opening);
    }
    long chunk = chunk();
    new Work(spec)
        .run(
            opening,
            (target, progress, notes) -> {
              try (ByteSource source = input.open()) {
                return new Converter(options, input.options(), progress, notes)
                    .inChunks(chunk)
                    .convert(source, inputFile, target);
              }
            });
    return ExitCode.OK;
  }

  /** Returns the bytes of {@code --chunk}, 0 for the default. */
  private long chunk() {
    String text = CommandBuilder.value(spec, "--chunk");
    if (text == null) {
      return 0;
    }
    return text.equals("page")
        ? 1
        : Quantities.size(text)
            .filter(bytes -> bytes >= LEAST_CHUNK && bytes <= MOST_CHUNK)
            .orElseThrow(
                () ->
                    new ParameterException(
                        spec.commandLine(),
                        "--chunk " + text + ": expected page, or a size from 4K to 1G"));
  }

  private int salvage(Input input, ConvertOptions options, Work.Opening opening)
      throws IOException {
    Salvage salvage = new Salvage(input.options());
    List<String> absent = new ArrayList<>();
    new Work(spec)
        .run(
            opening,
            (target, progress, notes) -> {
              try (salvage;
                  ByteSource source = input.open();
                  ByteSource damaged = source.isSeekable() ? source : source.seekable()) {
                ByteSource whole = salvage.salvage(damaged);
                salvage.losses().forEach(loss -> notes.accept("lost: " + loss));
                Outcome outcome =
                    new Converter(options, input.options().tolerating(), progress, notes)
                        .losing(absent::add)
                        .convert(whole, null, target);
                absent.forEach(loss -> notes.accept("lost: " + loss));
                return outcome;
              }
            });
    return salvage.losses().isEmpty() && absent.isEmpty() ? ExitCode.OK : ExitCode.ODD;
  }

  private Destination destination(String out, Input input, ConvertOptions options)
      throws IOException {
    OptionalLong offset = OutputOptions.given(spec, options.target(), KEYS).size("offset");
    boolean device = !out.equals("-") && ImageReader.isBlockDevice(Path.of(out));
    if (offset.isPresent() || device) {
      return placed(Path.of(out), offset.orElse(0), device, input, options);
    }
    return MemoryOutput.destination(spec, input, out, options.pages().direct());
  }

  /** Writes over a part of a file or a block device that is there. */
  private Destination placed(
      Path out, long offset, boolean device, Input input, ConvertOptions options)
      throws IOException {
    if (offset > 0 && options.target().isLibvirt()) {
      throw ConversionException.named(
          "-o offset: " + options.target().label() + " starts at the start of its file");
    }
    if (device && options.target().isFixed()) {
      throw ConversionException.named(
          out
              + ": is a block device, whose old bytes would show through the holes of "
              + options.target().label());
    }
    if (options.pages().direct()) {
      throw ConversionException.named("--direct: only to a new file");
    }
    if (!device && !Files.isRegularFile(out)) {
      throw ConversionException.named(out + ": -o offset writes into a file that is there");
    }
    Path source = input.wholeFile();
    Optional<Path> base = options.pages().base();
    if (source != null && Files.isSameFile(source, out)
        || base.isPresent() && Files.exists(base.get()) && Files.isSameFile(base.get(), out)) {
      throw ConversionException.named(out + ": is the input; give another name for the output");
    }
    if (!new Work(spec).isForced()) {
      throw ConversionException.named(
          out
              + (device ? ": is a block device" : ": exists")
              + "; --force overwrites what is there"
              + (offset > 0 ? " from " + offset + " on" : ""));
    }
    if (source != null && !CommandBuilder.isSet(spec, "--salvage")) {
      // what is overwritten does not come back when the input turns out to be broken
      try (ByteSource whole = input.open()) {
        ImageReader.read(whole, input.options(), _ -> {}).require();
      }
    }
    return Destination.placed(out, offset);
  }

  private ConvertOptions options(String name) throws IOException {
    FormatId target = FormatNames.find(spec.commandLine(), "-O", name, MemoryOutput.andDisk());
    OutputOptions output = OutputOptions.given(spec, target, KEYS);
    return output.allOptions(CommandBuilder.isSet(spec, "--direct"), MemoryOutput.workers(spec));
  }
}
