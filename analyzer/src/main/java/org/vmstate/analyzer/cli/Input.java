package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.vmstate.analyzer.check.DiskState;
import org.vmstate.analyzer.host.ImageWriters;
import org.vmstate.analyzer.output.ImageSource;
import org.vmstate.analyzer.output.OtherImageException;
import org.vmstate.analyzer.samples.Samples;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.error.NamedIOException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.ParseOptions.XbzrleChoice;
import org.vmstate.parser.container.Container;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.qcow2.NoSuchSnapshotException;
import org.vmstate.parser.qcow2.Qcow2Disk;
import org.vmstate.parser.qcow2.Snapshot;
import org.vmstate.parser.qcow2.SnapshotChoice;
import picocli.CommandLine.Model.CommandSpec;

/** The image argument and the options that say how to read it. */
final class Input {
  private static final String OPTION = "-l ";

  private final CommandSpec spec;
  private final int index;
  private final String format;
  private final String snapshot;
  private Path sample;
  private Boolean isDisk;

  Input(CommandSpec spec) {
    this(spec, 0, "--format", "--snapshot");
  }

  /**
   * Takes one of several images.
   *
   * @param index number of its argument
   * @param format the option that chooses its format
   * @param snapshot the option that chooses its snapshot, null when none does
   */
  Input(CommandSpec spec, int index, String format, String snapshot) {
    this.spec = spec;
    this.index = index;
    this.format = format;
    this.snapshot = snapshot;
  }

  /** Returns the names of layouts. */
  static Iterator<String> formats() {
    return Arrays.stream(FormatId.values()).map(FormatId::label).iterator();
  }

  /** Adds the argument and the options to a command. */
  static CommandBuilder addTo(CommandBuilder command) {
    return addTo(command, "FILE");
  }

  /** Adds the argument under a label, and the options. */
  static CommandBuilder addTo(CommandBuilder command, String label) {
    return addToWithoutDeltas(command, label)
        .choice(
            List.of("current", "2011"),
            "ENCODING",
            "Deltas: current or 2011 (the proposal); found out by default.",
            "--xbzrle");
  }

  /** Adds the argument under a label, and all options but that for the form of deltas. */
  static CommandBuilder addToWithoutDeltas(CommandBuilder command, String label) {
    command.parameter(label, "1", "The image: a file, sample:NAME, or - for standard input.");
    return addSnapshot(command)
        .choice(
            Input::formats,
            "FMT",
            "Layout of the image; found out by default. qemu, qemu-mapped-ram, qemu-fixed-ram (the"
                + " proposal of 2022), libvirt-raw, -gzip, -bzip2, -xz, -lzop, -zstd, -sparse.",
            "-f",
            "--format")
        .option(
            String.class,
            "N",
            "File offset of a bare stream; unused space in front is skipped by default.",
            "--stream-offset")
        .option(
            Integer.class,
            "BYTES",
            "Target page size, for a stream that does not say and a machine unknown here.",
            "--page-size")
        .choice(
            List.of("le", "be64", "be32"),
            "ORDER",
            "Bits of mapped-ram bitmaps: le, be64 or be32; found out by default.",
            "--bitmap-order");
  }

  /** Adds the option that chooses a state in a disk. */
  static CommandBuilder addSnapshot(CommandBuilder command) {
    return command.option(
        String.class,
        "SNAPSHOT",
        "Snapshot of a qcow2 disk whose VM state is read: its id or name; not needed when there"
            + " is only one.",
        "-l",
        "--snapshot");
  }

  /** Returns the argument as it was given. */
  String file() {
    return CommandBuilder.argument(spec, index);
  }

  /** Opens the saved state; of a disk that of the chosen snapshot. */
  ByteSource open() throws IOException {
    ByteSource state = state(container());
    return ChannelOption.isGiven(spec)
        ? ChannelOption.join(spec, state, options(XbzrleChoice.AUTO))
        : state;
  }

  /** Opens the saved state of an image beside the first, whose errors name it. */
  ByteSource openOther() throws IOException {
    try {
      return open();
    } catch (StateFormatException e) {
      throw new OtherImageException(Path.of(file()), e);
    }
  }

  /** Returns the saved state as something that can be opened again. */
  ImageSource image() throws IOException {
    if (snapshot().isPresent() && disk().isEmpty()) {
      throw noDisk();
    }
    try {
      return ImageSource.in(path(), snapshot());
    } catch (NoSuchSnapshotException e) {
      throw named(e);
    }
  }

  /** Returns the snapshot of a disk whose state is read; nothing for other files. */
  Optional<Snapshot> chosen() throws IOException {
    return ofDisk(disk -> SnapshotChoice.of(disk.snapshots(), snapshot()));
  }

  /** Returns the disk in which the state is; nothing for other files. */
  Optional<DiskState> disk() throws IOException {
    return ofDisk(disk -> DiskState.of(disk, snapshot()));
  }

  /** What is asked of a disk. */
  private interface Question<T> {
    T ask(Qcow2Disk disk) throws IOException;
  }

  private <T> Optional<T> ofDisk(Question<T> question) throws IOException {
    Path file = wholeFile();
    if (file == null) {
      return Optional.empty();
    }
    try (Container container = Container.open(ImageReader.open(file), file)) {
      return container.disk().isEmpty()
          ? Optional.empty()
          : Optional.of(question.ask(container.disk().get()));
    } catch (NoSuchSnapshotException e) {
      throw named(e);
    }
  }

  /** Opens the file for what holds the state in it. */
  Container container() throws IOException {
    if (file().equals("-")) {
      return Container.open(StandardInput.open(), null);
    }
    Path path = path();
    String name = file();
    ByteSource image = ImageReader.open(path);
    Container container = Container.open(image, path);
    if (container.disk().isPresent()) {
      // the kernel takes as long to list its locks as most disks to be read
      image.closeWith(new Beside("writers", () -> askForWriters(path, name)));
    }
    return container;
  }

  private static void askForWriters(Path image, String name) {
    if (ImageWriters.has(image)) {
      Failures.note(
          name
              + ": another program, perhaps a running QEMU, has it open for writing; a snapshot"
              + " that it deletes or replaces meanwhile is not read right");
    }
  }

  /** Returns the state in a container, which is closed with it. */
  ByteSource state(Container container) throws IOException {
    try {
      if (container.disk().isEmpty() && snapshot().isPresent()) {
        throw noDisk();
      }
      return container.state(snapshot());
    } catch (NoSuchSnapshotException e) {
      container.close();
      throw named(e);
    } catch (IOException | RuntimeException | Error e) {
      container.close();
      throw e;
    }
  }

  private IOException noDisk() {
    return new NamedIOException(
        option() + snapshot().orElseThrow() + ": " + file() + " is not a disk with snapshots");
  }

  private String option() {
    return snapshot.equals("--snapshot") ? OPTION : snapshot + " ";
  }

  /** The reader of disks knows the option under its usual name. */
  private NamedIOException named(NoSuchSnapshotException e) {
    String words = e.getMessage();
    return new NamedIOException(
        file()
            + ": "
            + (snapshot != null && words.startsWith(OPTION)
                ? option() + words.substring(OPTION.length())
                : words),
        e);
  }

  /** Returns the snapshot that was chosen. */
  Optional<String> snapshot() {
    return snapshot == null
        ? Optional.empty()
        : Optional.ofNullable(CommandBuilder.value(spec, snapshot));
  }

  /**
   * Returns the file whose offsets are those of {@link #open}, or null for a pipe and for a state
   * that is scattered over a disk.
   */
  Path filePath() throws IOException {
    if (ChannelOption.isGiven(spec)) {
      return null;
    }
    Path file = wholeFile();
    if (file != null && isDisk == null) {
      try (Container container = Container.open(ImageReader.open(file), file)) {
        isDisk = container.disk().isPresent() || container.holder().isPresent();
      }
    }
    return file == null || isDisk ? null : file;
  }

  /** Returns the file that is read, or null for a pipe. */
  Path wholeFile() throws IOException {
    if (file().equals("-")) {
      return StandardInput.isRedirectedFile() ? StandardInput.PATH : null;
    }
    Path path = path();
    return Files.readAttributes(path, BasicFileAttributes.class).isRegularFile() ? path : null;
  }

  /** Returns the path of the image; a sample is decompressed into a temporary file first. */
  Path path() throws IOException {
    String file = file();
    if (file.startsWith(Samples.PREFIX)) {
      if (sample == null) {
        sample = Samples.temporary(file.substring(Samples.PREFIX.length()));
        // the file is gone with its last user
        Runtime.getRuntime().addShutdownHook(new Thread(this::deleteSample));
      }
      return sample;
    }
    return Path.of(file);
  }

  private void deleteSample() {
    try {
      Files.deleteIfExists(sample);
    } catch (IOException e) {
      Failures.note(sample + ": could not be deleted");
    }
  }

  ParseOptions options() {
    return reading().options();
  }

  /** Returns the options with a form of deltas. */
  ParseOptions options(XbzrleChoice deltas) {
    return reading().options(deltas);
  }

  /** Returns the format that was chosen for it. */
  Optional<FormatId> chosenFormat() {
    return spec.findOption(format) == null ? Optional.empty() : reading().formatId();
  }

  /** Returns the option that chooses it, as it is best known. */
  String formatOption() {
    return format.equals("--format") ? "-f" : format;
  }

  /** Returns the options with the format to be found out. */
  ParseOptions guessing() {
    return reading().guessing();
  }

  private ReadingOptions reading() {
    return new ReadingOptions(spec, format);
  }
}
