package org.vmstate.analyzer.change;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.ImageSource;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.analyzer.output.WholeCheck;
import org.vmstate.formats.error.NamedIOException;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.stream.CommandType;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.SplicedSource;
import org.vmstate.parser.io.SplicedSource.Segment;

/**
 * Applies changes to an image: one pass finds out what there is and passes over the memory, a
 * second reads all and makes the splices, and a copy of everything between them follows it. The
 * image itself is only read, except by {@link #inPlace}.
 */
public final class ImageChanger {
  private final ImageSource image;
  private final ParseOptions options;
  private final List<Change> changes;
  private final Optional<ImageFacts> known;

  /** Changes an image. */
  public ImageChanger(Path file, ParseOptions options, List<Change> changes) {
    this(ImageSource.of(file), options, changes);
  }

  /** Changes an image that may be a part of a file. */
  public ImageChanger(ImageSource image, ParseOptions options, List<Change> changes) {
    this(image, options, changes, Optional.empty());
  }

  /**
   * Changes an image that was looked at before.
   *
   * @param known what was found in it, down to the fields of its devices
   */
  public ImageChanger(
      ImageSource image, ParseOptions options, List<Change> changes, Optional<ImageFacts> known) {
    this.image = image;
    this.options = options;
    this.changes = List.copyOf(changes);
    this.known = known;
  }

  private ChangePlan plan() throws IOException {
    ChangePlan plan = ChangePlan.of(known.isPresent() ? known.get() : facts(), changes);
    if (!plan.isSupported()) {
      throw new ChangeException("stream version: expected 3, older ones are not changed");
    }
    return plan;
  }

  /** The machine type that the changed image has, if another. */
  private Optional<String> machine() {
    return changes.stream()
        .filter(Change.SetMachine.class::isInstance)
        .map(change -> ((Change.SetMachine) change).machine())
        .findFirst();
  }

  private ImageFacts facts() throws IOException {
    try (ByteSource source = image.open()) {
      return ImageFacts.read(source, options.with(ParseOptions.Extent.DEVICES));
    }
  }

  /**
   * Returns how far the changed image has to be checked: what stands between the pages is passed
   * over unless a change may concern it, as it stays byte by byte what it was.
   */
  public ParseOptions extent() {
    boolean devices =
        changes.stream()
            .allMatch(
                change ->
                    switch (change) {
                      case Change.DropSection c -> false;
                      case Change.DropCommand c -> hasNoContent(c.command());
                      case Change.RenameBlock c -> false;
                      case Change.ResizeBlock c -> false;
                      case Change.DropBlock c -> false;
                      default -> true;
                    });
    return devices ? options.with(ParseOptions.Extent.DEVICES) : options;
  }

  private static boolean hasNoContent(String command) {
    return Arrays.stream(CommandType.values())
        .anyMatch(type -> type.label().equals(command) && type.length() == 0);
  }

  /** Reads an image to its end. */
  public interface Reading {
    /** Sends what is in the source to a sink, and returns how the pass ended. */
    Outcome read(ByteSource source, EventSink sink) throws IOException;
  }

  private Outcome read(ByteSource source, EventSink sink) throws IOException {
    return ImageReader.read(source, options, sink);
  }

  /** Writes a changed copy on which there is no proof, which the caller then commits. */
  public Outcome copy(Destination target, Progress progress, Consumer<String> notes)
      throws IOException {
    return copy(target, progress, notes, _ -> {});
  }

  /**
   * Writes a changed copy, which the caller then commits.
   *
   * @param proof looks at the result, perhaps while it is written and on another thread
   * @return how the pass over the image ended
   */
  public Outcome copy(Destination target, Progress progress, Consumer<String> notes, Proof proof)
      throws IOException {
    try (HeadStart start = HeadStart.of(image, target, machine())) {
      return copy(start, progress, notes, Optional.empty(), proof);
    }
  }

  /**
   * Writes a changed copy of what a pass of the caller's own reads.
   *
   * @param start what copies to the output already
   * @param reading makes the pass, on another thread
   */
  public Outcome copy(
      HeadStart start,
      Progress progress,
      Consumer<String> notes,
      Optional<Reading> reading,
      Proof proof)
      throws IOException {
    ChangePlan plan = plan();
    Optional<String> holder = image.holder();
    if (holder.isPresent()) {
      notes.accept("the changed copy is the stream alone; the input is " + holder.get());
    }
    Destination target = start.target();
    long front = image.front();
    if (front > 0) {
      try (ByteSource whole = image.openWhole()) {
        SourceCopy.copy(whole, 0, front, target.sink(), Progress.NONE);
      }
    }
    if (plan.facts().compression().isPresent()) {
      if (reading.isPresent()) {
        try (ByteSource source = image.open()) {
          reading.get().read(source, _ -> {}).require();
        }
      }
      if (front == 0) {
        start.giveUp();
      }
      CompressedChange.write(image, options, plan, target, progress, notes);
      proof.require(written(target));
      return Outcome.WHOLE;
    }
    SpliceFinder finder = new SpliceFinder(plan);
    Outcome outcome;
    try (WholeCheck check =
        WholeCheck.start(stoppable -> find(finder, stoppable, reading.orElse(this::read), proof))) {
      outcome = check.during(watched -> follow(plan, finder.feed(), start, watched), progress);
    }
    if (!isInReach(finder.feed().splices())) {
      proof.require(written(target));
    }
    return outcome;
  }

  /** Reads the image, finds its splices, and looks at what becomes of it. */
  private Outcome find(
      SpliceFinder finder, UnaryOperator<EventSink> stoppable, Reading reading, Proof proof)
      throws IOException {
    try {
      Outcome outcome = find(finder, stoppable, reading);
      List<Splice> splices = finder.feed().splices();
      if (isInReach(splices)) {
        proof.require(spliced(splices));
      }
      return outcome;
    } finally {
      finder.feed().end();
    }
  }

  private Outcome find(SpliceFinder finder, UnaryOperator<EventSink> stoppable, Reading reading)
      throws IOException {
    try (ByteSource source = image.open()) {
      // a broken image that was changed would look like a good one
      Outcome outcome = reading.read(source, stoppable.apply(finder));
      outcome.require();
      finder.finish(source.length());
      return outcome;
    }
  }

  /** Returns what a copy wrote, to look at it before it counts. */
  private ImageSource written(Destination target) throws IOException {
    long front = image.front();
    return front == 0 ? target.written() : ImageSource.after(front, target.written());
  }

  /** Writes the copy behind the pass that finds its splices. */
  private void follow(ChangePlan plan, SpliceFeed feed, HeadStart start, Progress progress)
      throws IOException {
    Destination target = start.target();
    start.finish(changes, progress);
    Optional<Path> file = start.file();
    if (file.isEmpty()) {
      try (ByteSource source = image.open()) {
        feed.follow(
            (from, to) -> SourceCopy.copy(source, from, to, target.sink(), progress),
            splice -> splice.write(target.sink()));
      }
      return;
    }
    try (FileParts parts = FileParts.open(file.get(), plan.facts().isFixed())) {
      feed.follow(
          (from, to) -> parts.copy(start.keep(from, to), to, target, progress),
          splice -> {
            start.before(splice);
            splice.write(target.sink());
          });
    }
  }

  /** Looks at a changed image before it counts. */
  public interface Proof {
    /** Throws when the image is not fit to take the place of the one before. */
    void require(ImageSource changed) throws IOException;
  }

  /**
   * Changes the file itself, which is possible when nothing becomes longer or shorter.
   *
   * @param proof looks at the result before the first byte is written
   */
  public void inPlace(Proof proof) throws IOException {
    Path file =
        image
            .inOnePiece()
            .orElseThrow(
                () ->
                    new ChangeException(
                        "only a file that is nothing but a state is changed in place; give OUT to"
                            + " write a changed copy"));
    ChangePlan plan = plan();
    if (plan.facts().compression().isPresent()) {
      throw ChangeException.named(file + ": is compressed; give OUT to write a changed copy");
    }
    SpliceFinder finder = new SpliceFinder(plan);
    find(finder, UnaryOperator.identity(), this::read);
    List<Splice> splices = finder.feed().splices();
    for (Splice splice : splices) {
      if (splice.growth() != 0) {
        throw new ChangeException(
            "change at 0x"
                + Long.toHexString(splice.range().start())
                + ": makes the image "
                + Math.abs(splice.growth())
                + (splice.growth() > 0 ? " bytes longer" : " bytes shorter")
                + "; give OUT to write a changed copy");
      }
    }
    proof.require(spliced(splices));
    long front = image.front();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      for (Splice splice : splices) {
        ByteBuffer bytes = ByteBuffer.wrap(splice.bytes());
        while (bytes.hasRemaining()) {
          channel.write(bytes, front + splice.range().start() + bytes.position());
        }
      }
      channel.force(true);
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      throw new NamedIOException(file + ": changed in part, perhaps: " + e.getMessage(), e);
    }
  }

  /** Reports whether the image as it will be can be read without being written. */
  private static boolean isInReach(List<Splice> splices) {
    return splices.stream().allMatch(splice -> splice.pages().isEmpty());
  }

  /** Returns the image as it will be. */
  private ImageSource spliced(List<Splice> splices) {
    return new ImageSource() {
      @Override
      public ByteSource open() throws IOException {
        ByteSource before = image.open();
        List<Segment> segments = new ArrayList<>();
        long at = 0;
        for (Splice splice : splices) {
          segments.add(new Segment(before, at, splice.range().start() - at));
          segments.add(Segment.of(splice.bytes()));
          segments.add(Segment.zeros(splice.zeros()));
          at = splice.range().end();
        }
        segments.add(new Segment(before, at, before.length() - at));
        SplicedSource result = new SplicedSource(segments);
        result.closeWith(before);
        return result;
      }

      @Override
      public Optional<Path> file() {
        return Optional.empty();
      }
    };
  }
}
