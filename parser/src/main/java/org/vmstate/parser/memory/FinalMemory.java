package org.vmstate.parser.memory;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.stream.StreamConfiguration;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/**
 * The final memory of an image, to be read in any order: a pass learns where each page's content
 * stands, and whether the image says anything of it. Memory stays small whatever the guest has: 16
 * MiB for the places of pages, others in a temporary file of at most 64 MiB and the image's size.
 *
 * <pre>{@code
 * try (ByteSource image = ImageReader.open(file);
 *     FinalMemory memory = new FinalMemory()) {
 *   memory.read(image, ParseOptions.DEFAULT);
 *   RamBlock block = memory.block("pc.ram").orElseThrow();
 *   switch (memory.page(block, 0)) {
 *     case Page.Data data -> use(data.bytes());
 *     case Page.Fill fill -> use(fill.value());
 *     case Page.NeverSent _, Page.LeftOut _ -> {}
 *   }
 * }
 * }</pre>
 *
 * <p>Not safe for use by several threads.
 */
public class FinalMemory implements EventSink, Closeable {
  private final RamContents contents = new RamContents();
  private Optional<StreamConfiguration> configuration = Optional.empty();
  private ByteSource kept;

  /** Holds nothing before {@link #read}. */
  public FinalMemory() {}

  /** Makes the pass; a compressed stream is decompressed into a temporary file. */
  public final void read(ByteSource image, ParseOptions options) throws IOException {
    kept = ImageReader.readKeeping(image, options, this);
  }

  /** Returns what the stream said of itself before its first section. */
  public final Optional<StreamConfiguration> configuration() {
    return configuration;
  }

  /** Returns the blocks in the order of the image's list. */
  public final List<RamBlock> blocks() {
    return contents.blocks();
  }

  /** Returns the block with a name. */
  public final Optional<RamBlock> block(String name) {
    return contents.blocks().stream().filter(block -> block.name().equals(name)).findFirst();
  }

  /**
   * Returns the final content of a page of a block.
   *
   * @param index number of the page, from 0
   */
  public final Page page(RamBlock block, long index) throws IOException {
    return contents.page(block, Objects.checkIndex(index, block.pages()));
  }

  /** Gives the final content of a block as runs in page order, without reading it. */
  public final void forEachRun(RamBlock block, MemoryRun.Sink sink) throws IOException {
    contents.forEachRun(block, sink);
  }

  /** Returns the final content for reading many pages. */
  public final RamContents contents() {
    return contents;
  }

  /** Returns the source of the stream, once all of it was read. */
  public final ByteSource source() {
    return kept;
  }

  @Override
  public void accept(Event event) throws IOException {
    switch (event) {
      case Event.StreamHeader e -> contents.setSource(e.content());
      case Event.Configuration e -> configuration = Optional.of(e.configuration());
      // the same list again, in a second START, leaves the pages as they are
      case Event.RamListEnd e when e.blocks().equals(contents.blocks()) -> {}
      case Event.RamListEnd e -> contents.blocks(e.blocks());
      case Event.RamPages e -> contents.add(e.run());
      default -> {}
    }
  }

  @Override
  public void close() throws IOException {
    contents.close();
    if (kept != null) {
      kept.close();
    }
  }
}
