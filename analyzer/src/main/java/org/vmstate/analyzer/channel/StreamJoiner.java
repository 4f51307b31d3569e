package org.vmstate.analyzer.channel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.stream.Capability;
import org.vmstate.formats.stream.CommandType;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.multifd.ChannelGroup;
import org.vmstate.parser.multifd.PageSink;
import org.vmstate.writer.io.ByteSink;
import org.vmstate.writer.ram.PageRecordWriter;
import org.vmstate.writer.stream.RecordWriter;
import org.vmstate.writer.stream.StreamWriter;

/**
 * Writes the main stream again with the pages of its channels as page records. An interval ends
 * where the main stream has MULTIFD_FLUSH; where its START has none (machine types up to 8.0), with
 * every EOS. What is of use on a connection only, MULTIFD_FLUSH and the return path, is left out.
 */
class StreamJoiner implements EventSink, PageSink {
  private final ByteSink sink;
  private final ChannelGroup channels;
  private final StreamWriter stream;
  private final RecordWriter records;
  private final PageRecordWriter pages;
  private Section ram;
  private Place place = Place.ELSEWHERE;
  private boolean flushes;
  private boolean started;
  private boolean ended;
  private boolean opened;

  /** Where the output is. */
  private enum Place {
    /** Between the page records of a section. */
    IN_RAM,
    /** Between sections, after the list of blocks and before the last pages. */
    BETWEEN,
    /** Where no page can be put. */
    ELSEWHERE
  }

  StreamJoiner(ByteSink sink, ChannelGroup channels) {
    this.sink = sink;
    this.channels = channels;
    this.stream = new StreamWriter(sink);
    this.records = new RecordWriter(sink);
    this.pages = new PageRecordWriter(sink);
  }

  @Override
  public final boolean wants(Want want) {
    return want == Want.DATA;
  }

  /** Reports whether pages of channels can be placed now. */
  final boolean isPlaceable() {
    return place != Place.ELSEWHERE;
  }

  /** Returns the channels. */
  final ChannelGroup channels() {
    return channels;
  }

  /** Reports whether the sender said that there are channels. */
  final boolean isFlushed() {
    return flushes;
  }

  /** Is told that the last pages came. */
  void ramEnded() throws IOException {}

  /** Places what channels have of the interval of the moment. */
  void interval() throws IOException {
    channels.interval(this);
  }

  /** Is told of a command that wants an answer. */
  void answer(CommandType type, byte[] payload) throws IOException {}

  /** Is told of a command of postcopy. */
  void postcopy(CommandType type) throws IOException {}

  private static void requireNoPlaces(boolean mapped) throws ConversionException {
    if (mapped) {
      throw ConversionException.named("--channel: an image with mapped-ram has no channels");
    }
  }

  private void begin(List<RamBlock> blocks) throws IOException {
    requireNoPlaces(!blocks.isEmpty() && blocks.getFirst().mapped().isPresent());
    channels.begin(blocks);
    place = Place.IN_RAM;
  }

  @Override
  public final void accept(Event event) throws IOException {
    switch (event) {
      case Event.Configuration e -> {
        // said before whoever reads the output stumbles over it
        requireNoPlaces(e.configuration().capabilities().contains(Capability.MAPPED_RAM));
        records.accept(e);
      }
      case Event.RamListEnd e -> begin(e.blocks());
      case Event.RamPages e -> run(e.content(), e.run());
      case Event.RamMarker e -> marker(e.word());
      case Event.SectionHeader e -> section(e);
      case Event.SectionFooter e -> {
        records.accept(e);
        boolean between = started && !ended && e.section().equals(ram);
        place = between ? Place.BETWEEN : Place.ELSEWHERE;
        if (ended && e.section().equals(ram)) {
          ramEnded();
        }
      }
      case Event.Command e -> command(e);
      case Event.Described _, Event.Notice _ -> {}
      default -> {
        close();
        records.accept(event);
      }
    }
  }

  private void command(Event.Command e) throws IOException {
    CommandType type = CommandType.of(e.code());
    switch (type) {
      case OPEN_RETURN_PATH, PING -> answer(type, e.payload());
      case POSTCOPY_ADVISE, POSTCOPY_RAM_DISCARD, POSTCOPY_LISTEN, POSTCOPY_RUN -> {
        postcopy(type);
        close();
        records.accept(e);
      }
      default -> {
        close();
        records.accept(e);
      }
    }
  }

  private void section(Event.SectionHeader e) throws IOException {
    close();
    place = Place.ELSEWHERE;
    records.accept(e);
    if (e.section().name().equals(RamFormat.IDSTR)) {
      ram = e.section();
      ended = e.recordType() == StreamFormat.SECTION_END;
      if (e.recordType() != StreamFormat.SECTION_START) {
        place = Place.IN_RAM;
      }
    }
  }

  private void marker(long word) throws IOException {
    boolean flush = (word & RamFormat.MULTIFD_FLUSH) != 0;
    flushes |= flush && !started;
    if (flush || !flushes) {
      interval();
    }
    if (!flush) {
      pages.end();
      started = true;
      place = Place.ELSEWHERE;
    }
  }

  private void run(SourceBytes content, PageRun run) throws IOException {
    RamBlock block = run.block();
    switch (run.kind()) {
      case ZERO, FILL -> pages.fill(block, run.firstPage(), run.count(), run.value());
      case DATA -> {
        ByteBuffer page = ByteBuffer.allocate(block.pageSize());
        for (long i = 0; i < run.count(); i++) {
          content.copy(run.offset() + i * run.stride(), page.clear());
          pages.data(block, run.firstPage() + i, page.flip());
        }
      }
      case XBZRLE -> pages.xbzrle(block, run.firstPage(), encoded(content, run));
      case ZLIB -> pages.compressed(block, run.firstPage(), encoded(content, run));
      case XBZRLE_2011 ->
          throw ConversionException.named(
              "--channel: deltas of 2011 and channels exclude each other");
    }
  }

  private ByteBuffer encoded(SourceBytes content, PageRun run) throws IOException {
    ByteBuffer data = ByteBuffer.allocate(run.value());
    content.copy(run.offset(), data);
    return data.flip();
  }

  @Override
  public final void data(RamBlock block, long first, ByteBuffer content) throws IOException {
    open();
    pages.data(block, first, content);
  }

  @Override
  public final void zero(RamBlock block, long page) throws IOException {
    open();
    pages.fill(block, page, 1, 0);
  }

  /** Opens a section of our own where the main stream has none at this moment. */
  private void open() throws IOException {
    if (place == Place.BETWEEN && !opened) {
      stream.section(StreamFormat.SECTION_PART, ram);
      opened = true;
    }
  }

  private void close() throws IOException {
    if (opened) {
      pages.end();
      stream.footer(ram);
      opened = false;
    }
  }

  /** Requires that the channels ended with the stream. */
  final void finish() throws IOException {
    channels.end();
    sink.flush();
  }
}
