package org.vmstate.writer.edit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.EventTransform;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.ram.MappedBlock;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.stream.StreamFormat;

/**
 * Replaces a page of the memory as it is in the end: a sequential layout gets one more record
 * before its memory ends, whatever was sent of the page before; a fixed one gets the page in its
 * place.
 */
public final class ReplacePage extends EventTransform {
  private final String name;
  private final long page;
  private final byte[] bytes;
  private RamBlock block;
  private boolean ending;
  private boolean done;

  /**
   * Replaces a page on the way to a sink.
   *
   * @param name idstr of the RAM block
   * @param page number of the page in its block, from 0
   * @param bytes one target page
   */
  public ReplacePage(EventSink next, String name, long page, byte[] bytes) {
    super(next);
    this.name = name;
    this.page = page;
    this.bytes = bytes.clone();
  }

  @Override
  public boolean wants(Want want) {
    return want == Want.DATA || super.wants(want);
  }

  @Override
  public void accept(Event event) throws IOException {
    switch (event) {
      case Event.RamListEnd e -> {
        find(e.blocks());
        send(e);
      }
      case Event.PageBitmap e when e.block().name().equals(name) -> send(marked(e));
      case Event.PageArea e when e.block().name().equals(name) -> {
        find(List.of(e.block()));
        done = true;
        long at = e.range().start() + page * bytes.length;
        send(new Event.PageArea(e.range(), e.content().with(at, bytes), e.block()));
      }
      case Event.SectionHeader e -> {
        ending =
            e.section().name().equals(RamFormat.IDSTR)
                && e.recordType() == StreamFormat.SECTION_END;
        send(e);
      }
      case Event.RamMarker e when ending && !done && (e.word() & RamFormat.EOS) != 0 -> {
        done = true;
        send(Event.RamPages.of(block, page, bytes));
        send(e);
      }
      case Event.EndOfStream e -> {
        if (!done) {
          throw new IOException("the stream has no END of ram to put a page into");
        }
        send(e);
      }
      default -> send(event);
    }
  }

  private void find(List<RamBlock> blocks) throws IOException {
    block =
        blocks.stream()
            .filter(b -> b.name().equals(name))
            .findFirst()
            .orElseThrow(() -> new IOException("RAM block " + name + ": no such block"));
    if (page < 0 || page >= block.pages() || bytes.length != block.pageSize()) {
      throw new IOException(
          "page "
              + page
              + " of "
              + name
              + ": expected "
              + block.pageSize()
              + " bytes of one of "
              + block.pages()
              + " pages");
    }
  }

  private Event marked(Event.PageBitmap e) throws IOException {
    MappedBlock mapped = e.block().mapped().orElseThrow();
    long word = mapped.bitmapOffset() + page / Long.SIZE * Long.BYTES;
    int length = (int) Math.min(Long.BYTES, e.range().end() - word);
    ByteBuffer bits = ByteBuffer.allocate(Long.BYTES);
    e.content().copy(word, bits.limit(length));
    long little = mapped.order().normalize(Long.reverseBytes(bits.getLong(0)));
    long set = mapped.order().normalize(little | 1L << page % Long.SIZE);
    byte[] out = ByteBuffer.allocate(Long.BYTES).putLong(Long.reverseBytes(set)).array();
    SourceBytes content = e.content().with(word, Arrays.copyOf(out, length));
    return new Event.PageBitmap(e.range(), content, e.block());
  }
}
