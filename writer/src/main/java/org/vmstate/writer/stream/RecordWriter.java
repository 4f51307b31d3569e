package org.vmstate.writer.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.layout.StreamLayout;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.ram.XbzrleFormat;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.writer.io.ByteSink;
import org.vmstate.writer.libvirt.SaveHeaderWriter;
import org.vmstate.writer.ram.BlockListWriter;

/**
 * Writes elements again, byte for byte: frames from what the elements say, everything that is
 * opaque (strings, page contents, device payloads, gaps) from the content they refer to.
 */
public final class RecordWriter implements EventSink {
  private static final int CHUNK = 256 << 10;
  private static final int FILL_RECORD = Long.BYTES + 1;
  private static final int NAME_FRAME = 1;

  private final ByteSink sink;
  private SourceBytes content;
  private final StreamWriter stream;
  private final BlockListWriter blocks;
  private String last = "";
  private long ramVersion = RamFormat.VERSION;
  private long streamVersion = StreamFormat.VERSION;

  /** Writes to a sink. */
  public RecordWriter(ByteSink sink) {
    this.sink = sink;
    this.stream = new StreamWriter(sink);
    this.blocks = new BlockListWriter(sink);
  }

  /** Writes what stands in the file for the next event. */
  @Override
  public void accept(Event event) throws IOException {
    if (event instanceof Event.Bytes bytes) {
      content = bytes.content();
    }
    switch (event) {
      case Event.SaveImageHeader e -> SaveHeaderWriter.header(sink, e.saveHeader(), e.words());
      case Event.StreamHeader e -> {
        streamVersion = e.version();
        stream.header(e.version());
      }
      case Event.Configuration e when e.configuration().present() ->
          stream.configuration(e.configuration().machine(), e.subsections());
      case Event.Configuration _ -> {}
      case Event.SectionHeader e -> section(e);
      case Event.SectionFooter e -> stream.footer(e.section());
      case Event.Command e -> stream.command(e.code(), e.payload());
      case Event.EndOfStream e -> stream.end();
      case Event.Description e -> {
        long start = e.range().start() + StreamFormat.DESCRIPTION_FRAME;
        stream.descriptionFrame(declaredLength(e.range()));
        copy(new ByteRange(start, e.range().end()));
      }
      case Event.RamTotal e -> blocks.word(e.word());
      case Event.RamBlockEntry e -> blocks.entry(e.block());
      case Event.MappedHeader e -> mapped(e);
      case Event.RamMarker e -> sink.be64(e.word());
      case Event.RamPages e -> pages(e.range(), e.run());
      case Event.DomainXml e -> copy(e.range());
      case Event.Cookie e -> copy(e.range());
      case Event.Padding e -> copy(e.range());
      case Event.CompressedStream e -> copy(e.range());
      case Event.Device e -> copy(e.range());
      case Event.IterablePart e -> copy(e.range());
      case Event.PageBitmap e -> copy(e.range());
      case Event.PageArea e -> copy(e.range());
      case Event.Gap e -> copy(e.range());
      case Event.Trailing e -> copy(e.range());
      case Event.Unknown e -> copy(e.range());
      case Event.RamListEnd _, Event.MappedPages _, Event.Described _, Event.Notice _ -> {}
    }
  }

  /** A file that ends in the middle of a description still says how long it was to be. */
  private long declaredLength(ByteRange range) throws IOException {
    ByteBuffer length = ByteBuffer.allocate(Integer.BYTES);
    content.copy(range.start() + 1, length);
    return length.getInt(0) & 0xffffffffL;
  }

  private void section(Event.SectionHeader e) throws IOException {
    if (e.section().name().equals(RamFormat.IDSTR)) {
      ramVersion = e.section().version();
    }
    if (streamVersion == StreamFormat.VERSION_2) {
      // a record of version 2 has no id and ends with its length
      copy(e.range());
      return;
    }
    stream.section(e.recordType(), e.section());
  }

  private void mapped(Event.MappedHeader e) throws IOException {
    blocks.header(StreamLayout.withHeader(e.range().length()), e.block().mapped().orElseThrow());
  }

  private void pages(ByteRange range, PageRun run) throws IOException {
    int record = recordLength(run);
    boolean was = range.length() > record * run.count();
    // an event that was put before this one may have named another block
    boolean named = was || ramVersion != RamFormat.VERSION_3 && !run.block().name().equals(last);
    last = run.block().name();
    int frame = was ? Long.BYTES + NAME_FRAME + run.block().name().length() : Long.BYTES;
    long source = range.start();
    for (long i = 0; i < run.count(); i++) {
      word(run, i, named && i == 0);
      source += i == 0 ? frame : Long.BYTES;
      int payload = record - Long.BYTES;
      payload(run, source, payload);
      source += payload;
    }
  }

  private static int recordLength(PageRun run) {
    return switch (run.kind()) {
      case ZERO, FILL -> FILL_RECORD;
      case DATA -> Long.BYTES + run.block().pageSize();
      case XBZRLE -> Long.BYTES + XbzrleFormat.HEAD + run.value();
      case XBZRLE_2011 -> Long.BYTES + XbzrleFormat.HEAD_2011 + run.value();
      case ZLIB -> Long.BYTES + Integer.BYTES + run.value();
    };
  }

  private void word(PageRun run, long index, boolean named) throws IOException {
    RamBlock block = run.block();
    int kind =
        switch (run.kind()) {
          case ZERO, FILL -> RamFormat.ZERO;
          case DATA -> RamFormat.PAGE;
          case XBZRLE, XBZRLE_2011 -> RamFormat.XBZRLE;
          case ZLIB -> RamFormat.COMPRESS_PAGE;
        };
    boolean again = !named && ramVersion != RamFormat.VERSION_3;
    long address = (run.firstPage() + index) * block.pageSize();
    sink.be64(address | kind | (again ? RamFormat.CONTINUE : 0));
    if (named) {
      sink.shortString(block.name());
    }
  }

  private void payload(PageRun run, long source, int length) throws IOException {
    switch (run.kind()) {
      case ZERO, FILL -> sink.u8(run.value());
      default -> copy(new ByteRange(source, source + length));
    }
  }

  private void copy(ByteRange range) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, range.length()));
    for (long at = range.start(); at < range.end(); at += chunk.limit()) {
      chunk.clear().limit((int) Math.min(chunk.capacity(), range.end() - at));
      content.copy(at, chunk);
      sink.write(chunk.flip());
    }
  }
}
