package org.vmstate.writer.synthetic;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.vmstate.formats.element.Section;
import org.vmstate.formats.element.Subsection;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.stream.Capability;
import org.vmstate.formats.stream.PageSizes;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.writer.io.ByteSink;
import org.vmstate.writer.io.FileSink;
import org.vmstate.writer.ram.BlockListWriter;
import org.vmstate.writer.ram.FixedRamWriter;
import org.vmstate.writer.ram.PageRecordWriter;
import org.vmstate.writer.stream.Capabilities;
import org.vmstate.writer.stream.DescriptionEditor;
import org.vmstate.writer.stream.StreamWriter;
import org.vmstate.writer.xbzrle.DirectMappedCache;
import org.vmstate.writer.xbzrle.LruCache;
import org.vmstate.writer.xbzrle.PageCache;
import org.vmstate.writer.xbzrle.XbzrleSender;
import org.vmstate.writer.xbzrle.XbzrleStatistics;

/** Writes the stream of a recipe. A live save has one PART for each sweep but the last. */
public final class SyntheticImage {
  private static final long CACHE_BYTES = 64 << 20;
  private static final Section RAM = new Section(1, RamFormat.IDSTR, 0, RamFormat.VERSION);

  private final SyntheticRecipe recipe;
  private final SyntheticMemory memory;
  private final List<RamBlock> blocks;
  private final byte[] page;
  private final byte[] zeros;
  private Optional<XbzrleStatistics> statistics = Optional.empty();

  /** Writes a recipe. */
  public SyntheticImage(SyntheticRecipe recipe) {
    this.recipe = recipe;
    this.memory = new SyntheticMemory(recipe);
    this.blocks = recipe.ramBlocks();
    this.page = new byte[recipe.pageSize()];
    this.zeros = new byte[recipe.pageSize()];
  }

  /** Writes the sequential layout. */
  public void writeSequential(ByteSink sink) throws IOException {
    StreamWriter stream = new StreamWriter(sink);
    List<Subsection> subsections = start(stream, List.of());
    BlockListWriter list = new BlockListWriter(sink);
    list.total(blocks.stream().mapToLong(RamBlock::usedLength).sum());
    for (RamBlock block : blocks) {
      list.entry(block);
    }
    sink.be64(RamFormat.EOS);
    stream.footer(RAM);
    PageRecordWriter out = new PageRecordWriter(sink);
    Optional<XbzrleSender> sender = recipe.xbzrle() ? Optional.of(sender()) : Optional.empty();
    for (int sweep = 0; sweep <= recipe.iterations(); sweep++) {
      boolean last = sweep > 0 && sweep == recipe.iterations();
      stream.section(last ? StreamFormat.SECTION_END : StreamFormat.SECTION_PART, RAM);
      sweep(out, sender, sweep, last);
      out.end();
      stream.footer(RAM);
    }
    if (recipe.iterations() == 0) {
      stream.section(StreamFormat.SECTION_END, RAM);
      sink.be64(RamFormat.EOS);
      stream.footer(RAM);
    }
    end(sink, stream, subsections);
    statistics = sender.map(XbzrleSender::statistics);
  }

  /** Returns what the sender of deltas counted, once the image was written. */
  public Optional<XbzrleStatistics> statistics() {
    return statistics;
  }

  private XbzrleSender sender() {
    long bytes = Math.max(CACHE_BYTES, recipe.pageSize());
    PageCache cache =
        recipe.xbzrle2011()
            ? new LruCache(bytes, recipe.pageSize())
            : new DirectMappedCache(bytes, recipe.pageSize());
    return new XbzrleSender(cache, recipe.pageSize(), recipe.xbzrle2011());
  }

  private void sweep(PageRecordWriter out, Optional<XbzrleSender> sender, int sweep, boolean last)
      throws IOException {
    long base = 0;
    for (RamBlock block : blocks) {
      for (long number = 0; number < block.pages(); number++) {
        if (memory.isDirty(block.index(), number, sweep)) {
          boolean data = memory.content(block.index(), number, sweep, page);
          long address = base + number * page.length;
          // deltas start with the second sweep
          if (data && sender.isPresent() && sweep > 0) {
            send(out, sender.get(), block, number, address, sweep, last);
          } else if (data) {
            out.data(block, number, ByteBuffer.wrap(page));
          } else {
            if (sender.isPresent() && sweep > 0) {
              sender.get().sendZero(address, zeros, sweep);
            }
            out.fill(block, number, 1, 0);
          }
        }
      }
      base += block.usedLength();
    }
  }

  private void send(
      PageRecordWriter out,
      XbzrleSender sender,
      RamBlock block,
      long number,
      long address,
      int sweep,
      boolean last)
      throws IOException {
    switch (sender.send(address, page, sweep, last)) {
      case PAGE -> out.data(block, number, ByteBuffer.wrap(page));
      case DELTA -> {
        if (recipe.xbzrle2011()) {
          out.xbzrle2011(block, number, sender.delta(), true);
        } else {
          out.xbzrle(block, number, sender.delta());
        }
      }
      case NOTHING -> {}
    }
  }

  /**
   * Writes a fixed layout, which has the state after the last sweep.
   *
   * @param proposal2022 true for the layout of 2022
   * @param alignment alignment of page areas in bytes
   */
  public void writeFixed(FileSink sink, boolean proposal2022, long alignment) throws IOException {
    StreamWriter stream = new StreamWriter(sink);
    String capability = proposal2022 ? Capability.FIXED_RAM : Capability.MAPPED_RAM;
    List<Subsection> subsections = start(stream, List.of(capability));
    try (FixedRamWriter fixed = new FixedRamWriter(sink, proposal2022, alignment)) {
      fixed.list(blocks);
      sink.be64(RamFormat.EOS);
      stream.footer(RAM);
      for (RamBlock block : blocks) {
        for (long number = 0; number < block.pages(); number++) {
          if (memory.content(block.index(), number, recipe.iterations(), page)) {
            fixed.pages().put(block.index(), number, ByteBuffer.wrap(page));
          }
        }
      }
      for (int type : new int[] {StreamFormat.SECTION_PART, StreamFormat.SECTION_END}) {
        stream.section(type, RAM);
        if (!proposal2022) {
          sink.be64(RamFormat.EOS);
        }
        stream.footer(RAM);
      }
      fixed.finish();
    }
    end(sink, stream, subsections);
  }

  private List<Subsection> start(StreamWriter stream, List<String> capabilities)
      throws IOException {
    List<Subsection> subsections = new ArrayList<>();
    int bits = Integer.numberOfTrailingZeros(recipe.pageSize());
    if (bits != PageSizes.bitsOf(recipe.machine())) {
      byte[] payload = ByteBuffer.allocate(Integer.BYTES).putInt(bits).array();
      subsections.add(new Subsection(StreamFormat.TARGET_PAGE_BITS, 1, payload));
    }
    List<Subsection> all = Capabilities.replace(subsections, capabilities);
    stream.header(StreamFormat.VERSION);
    stream.configuration(recipe.machine(), all);
    stream.section(StreamFormat.SECTION_START, RAM);
    return all;
  }

  private void end(ByteSink sink, StreamWriter stream, List<Subsection> subsections)
      throws IOException {
    List<String> described = new ArrayList<>();
    for (int i = 0; i < recipe.devices(); i++) {
      Section device = new Section(RAM.id() + 1 + i, "synthetic", i, 1);
      stream.section(StreamFormat.SECTION_FULL, device);
      sink.be64(recipe.seed() + i);
      stream.footer(device);
      described.add(
          "{\"name\": \"synthetic\", \"instance_id\": "
              + i
              + ", \"vmsd_name\": \"synthetic\","
              + " \"version\": 1, \"fields\": [{\"name\": \"seed\", \"type\": \"uint64\","
              + " \"size\": 8}]}");
    }
    stream.end();
    String json =
        "{\"configuration\": {}, \"page_size\": "
            + recipe.pageSize()
            + ", \"devices\": ["
            + String.join(", ", described)
            + "]}";
    byte[] text =
        DescriptionEditor.withConfiguration(
            json.getBytes(StandardCharsets.US_ASCII), recipe.machine(), subsections);
    stream.descriptionFrame(text.length);
    sink.write(text);
  }
}
