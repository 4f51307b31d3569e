package org.vmstate.analyzer.convert;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.vmstate.analyzer.memory.AbsentPages;
import org.vmstate.analyzer.memory.DirectReads;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.ImageSource;
import org.vmstate.analyzer.output.OtherImageException;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.analyzer.output.WholeCheck;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.layout.FixedLayout;
import org.vmstate.formats.layout.StreamLayout;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.stream.StreamParser;
import org.vmstate.writer.io.ByteSink;
import org.vmstate.writer.xbzrle.XbzrleStatistics;

/** Converts one image. The input is read once, or twice where each page is to be sent once. */
public final class Converter {
  private final ConvertOptions options;
  private final ParseOptions parseOptions;
  private final Progress progress;
  private final Consumer<String> notes;
  private Consumer<String> losses;
  private long chunk;
  private Destination destination;
  private StreamOutput output;

  /**
   * Converts with options.
   *
   * @param notes takes notes on what is lost or unusual
   */
  public Converter(
      ConvertOptions options,
      ParseOptions parseOptions,
      Progress progress,
      Consumer<String> notes) {
    this.options = options;
    this.parseOptions = parseOptions;
    this.progress = progress;
    this.notes = notes;
  }

  /** Lets pages be lost that the output cannot express, and tells of them; returns this. */
  public Converter losing(Consumer<String> told) {
    losses = told;
    return this;
  }

  /** Chooses how many bytes one job moves into a fixed layout, 0 for the default; returns this. */
  public Converter inChunks(long bytes) {
    chunk = bytes;
    return this;
  }

  /**
   * Reads the input and writes the output, which the caller then commits with what this returns.
   *
   * @param input the input's file, null for a pipe
   */
  public Outcome convert(ByteSource source, Path input, Destination target) throws IOException {
    destination = target;
    output = new StreamOutput(options, target, notes);
    boolean done = false;
    try {
      Outcome outcome = run(source, input);
      output.close();
      done = true;
      return outcome;
    } finally {
      if (!done) {
        output.abandon();
      }
    }
  }

  private Outcome run(ByteSource source, Path input) throws IOException {
    if (options.target().isFixed()) {
      if (!destination.isFile()) {
        throw ConversionException.needsFile(options.target().label(), "pages have fixed places");
      }
      AbsentPages absent = new AbsentPages(losses);
      try (ToFixed visitor = new ToFixed(options, input, absent, output::open, progress, notes)) {
        Outcome outcome = ImageReader.read(source, parseOptions, visitor.inChunks(chunk));
        visitor.requirePages();
        return outcome;
      }
    }
    return sequential(source, input);
  }

  private Outcome sequential(ByteSource source, Path input) throws IOException {
    if (options.pages().compact() || options.pages().base().isPresent()) {
      return compact(source);
    }
    if (!source.isSeekable()) {
      // a pipe, in which no fixed layout can be read
      return ImageReader.read(source, parseOptions, new Verbatim(output::open, progress, notes));
    }
    Facts facts = new Facts();
    ImageReader.read(source, parseOptions.ofHead(), facts);
    source.seek(source.origin());
    if (facts.isFixed(parseOptions)) {
      ToSequential visitor = new ToSequential(null, null, output::open, progress, notes);
      boolean direct = input != null && options.pages().direct();
      try (DirectReads reads = direct ? DirectReads.open(input) : null) {
        return ImageReader.read(source, parseOptions, visitor.reading(reads));
      }
    }
    if (input == null || facts.front().compression().isPresent() || options.pages().direct()) {
      return ImageReader.read(source, parseOptions, new Verbatim(output::open, progress, notes));
    }
    return copy(source, input, facts);
  }

  /** Copies the stream as it stands while another thread reads it to see that it is whole. */
  private Outcome copy(ByteSource source, Path input, Facts facts) throws IOException {
    ByteSink sink = facts.open(output::open);
    try (WholeCheck check =
        WholeCheck.start(ImageSource.of(input), parseOptions, new ChannelNote(notes))) {
      return check.during(
          watched -> {
            if (sink == destination.sink()) {
              destination.append(input, facts.front().streamStart(), watched);
            } else {
              facts.copy(source, sink, watched);
            }
          },
          progress);
    }
  }

  /** Reads the input twice: for its memory, then for everything else. */
  private Outcome compact(ByteSource source) throws IOException {
    AbsentPages absent = new AbsentPages(losses);
    try (Memory memory = Memory.read(source, parseOptions, notes, absent)) {
      memory.requireNoChannels();
      if (options.pages().base().isEmpty()) {
        return write(memory, new MemoryFeed(memory.contents()), null);
      }
      Path other = options.pages().base().get();
      try (ByteSource baseSource = openBase(other);
          Memory base = base(baseSource, other)) {
        base.requireNoChannels();
        DeltaFeed deltas =
            new DeltaFeed(other.toString(), base, memory, options.pages().xbzrle2011(), absent);
        Outcome outcome = write(memory, new MemoryFeed(base.contents()), deltas);
        XbzrleStatistics counted = deltas.statistics();
        notes.accept(
            "xbzrle: "
                + counted.pages()
                + " pages changed, "
                + counted.bytes()
                + " bytes sent for them, "
                + counted.overflow()
                + " as whole pages");
        return outcome;
      }
    }
  }

  private static ByteSource openBase(Path file) throws IOException {
    try {
      return ImageReader.open(file);
    } catch (StateFormatException e) {
      throw new OtherImageException(file, e);
    }
  }

  private Memory base(ByteSource source, Path file) throws IOException {
    try {
      return Memory.read(source, ParseOptions.DEFAULT, notes, new AbsentPages(losses));
    } catch (StateFormatException e) {
      throw new OtherImageException(file, e);
    }
  }

  private Outcome write(Memory memory, PageFeed feed, PageFeed deltas) throws IOException {
    ToSequential visitor = new ToSequential(feed, deltas, output::open, progress, notes);
    memory.repeatTo(visitor);
    ByteSource stream = memory.stream();
    return new StreamParser(stream, parseOptions, visitor).parse();
  }

  /** Finds out what the input is. */
  private static final class Facts extends FrontVisitor {
    private static final int CHUNK = 1 << 20;

    Facts() {
      // the pass that reads everything makes the notes
      super(text -> {});
    }

    boolean isFixed(ParseOptions options) {
      if (options.format().isPresent()) {
        return options.format().get().isFixed();
      }
      return StreamLayout.announced(front()::has) instanceof FixedLayout;
    }

    void copy(ByteSource source, ByteSink sink, Progress progress) throws IOException {
      ByteBuffer chunk = sink.allocate(CHUNK);
      long end = source.length();
      for (long at = front().streamStart(); at < end; at += chunk.limit()) {
        chunk.clear().limit((int) Math.min(CHUNK, end - at));
        source.copy(at, chunk);
        sink.write(chunk.flip());
        progress.at(at, end);
      }
    }
  }
}
