package org.vmstate.writer.synthetic;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.event.Subsection;
import org.vmstate.formats.layout.FixedLayout;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
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
import org.vmstate.writer.xbzrle.Codec2011;
import org.vmstate.writer.xbzrle.CurrentCodec;
import org.vmstate.writer.xbzrle.DeltaCodec;
import org.vmstate.writer.xbzrle.DeltaEncoder;
import org.vmstate.writer.xbzrle.RamAddresses;
import org.vmstate.writer.xbzrle.XbzrleSender;
import org.vmstate.writer.xbzrle.XbzrleStatistics;

/** Writes the stream of a recipe. A live save has one PART for each sweep but the last. */
public final class SyntheticImage {
  private static final Section RAM = new Section(1, RamFormat.IDSTR, 0, RamFormat.VERSION);

  private final SyntheticRecipe recipe;
  private final long cacheBytes;
  private final SyntheticMemory memory;
  private final List<RamBlock> blocks;
  private final byte[] page;
  private final byte[] before;
  private final byte[] delta;
  private final DeltaCodec codec;
  private final DeltaEncoder encoder;
  private Optional<XbzrleStatistics> statistics = Optional.empty();

  /** Writes a recipe. */
  public SyntheticImage(SyntheticRecipe recipe) {
    this(recipe, SyntheticLoad.ANYWHERE);
  }

  /** Writes a recipe whose guest writes by a pattern. */
  public SyntheticImage(SyntheticRecipe recipe, SyntheticLoad load) {
    this.recipe = recipe;
    this.cacheBytes = load.cacheBytes();
    this.memory = new SyntheticMemory(recipe, load);
    this.blocks = recipe.ramBlocks();
    this.page = new byte[recipe.pageSize()];
    this.before = new byte[recipe.pageSize()];
    this.delta = new byte[recipe.pageSize()];
    this.codec = recipe.xbzrle2011() ? new Codec2011() : new CurrentCodec();
    this.encoder = recipe.xbzrle() ? codec.encoder(recipe.pageSize()) : null;
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
    return new XbzrleSender(codec, Math.max(cacheBytes, recipe.pageSize()), recipe.pageSize());
  }

  private void sweep(PageRecordWriter out, Optional<XbzrleSender> sender, int sweep, boolean last)
      throws IOException {
    long[] starts = RamAddresses.of(blocks);
    for (RamBlock block : blocks) {
      for (long number = 0; number < block.pages(); number++) {
        if (memory.isDirty(block.index(), number, sweep)) {
          boolean data = memory.content(block.index(), number, sweep, page);
          long address = starts[block.index()] + number * page.length;
          // deltas start with the second sweep
          if (data && sender.isPresent() && sweep > 0) {
            send(out, sender.get(), block, number, address, sweep, last);
          } else if (data) {
            sender.ifPresent(s -> s.first(address, 0));
            out.data(block, number, ByteBuffer.wrap(page));
          } else {
            sender.ifPresent(s -> s.zero(address, sweep, sweep == 0));
            out.fill(block, number, 1, 0);
          }
        }
      }
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
    if (!sender.isKept(address, sweep, last)) {
      out.data(block, number, ByteBuffer.wrap(page));
      return;
    }
    // what was sent last is what the page was before this sweep
    if (!memory.content(block.index(), number, sweep - 1, before)) {
      Arrays.fill(before, (byte) 0);
    }
    int length = encoder.encode(before, page, delta);
    switch (sender.encoded(address, length, sweep, last)) {
      case PAGE -> out.data(block, number, ByteBuffer.wrap(page));
      case DELTA -> {
        ByteBuffer bytes = ByteBuffer.wrap(delta, 0, length);
        if (recipe.xbzrle2011()) {
          out.xbzrle2011(block, number, bytes, true);
        } else {
          out.xbzrle(block, number, bytes);
        }
      }
      case NOTHING -> {}
    }
  }

  /**
   * Writes a fixed layout, which has the state after the last sweep.
   *
   * @param alignment alignment of page areas in bytes
   */
  public void writeFixed(FileSink sink, FixedLayout layout, long alignment) throws IOException {
    StreamWriter stream = new StreamWriter(sink);
    List<Subsection> subsections = start(stream, List.of(layout.capability().orElseThrow()));
    try (FixedRamWriter fixed = new FixedRamWriter(sink, layout, alignment)) {
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
        if (layout.endsParts()) {
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
