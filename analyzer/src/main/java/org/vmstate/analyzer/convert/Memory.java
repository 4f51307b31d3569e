package org.vmstate.analyzer.convert;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.vmstate.formats.element.Element;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.ram.RamContents;

/** The final memory of an image, for use after a pass over all of it. */
final class Memory extends FrontVisitor implements Closeable {
  private final RamContents contents = new RamContents();
  private ByteSource kept;
  private long streamStart = -1;

  private Memory(Consumer<String> notes) {
    super(notes);
  }

  /** Reads an image; a pipe or a packed stream is unpacked into a temporary file. */
  static Memory read(ByteSource source, ParseOptions options, Consumer<String> notes)
      throws IOException {
    Memory memory = new Memory(notes);
    try {
      memory.kept = ImageReader.readKeeping(source, options, memory);
      return memory;
    } catch (IOException | RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  RamContents contents() {
    return contents;
  }

  List<RamBlock> blocks() {
    return contents.blocks();
  }

  /** Returns the source of the stream, its cursor at the stream's start. */
  ByteSource stream() throws IOException {
    kept.seek(streamStart);
    return kept;
  }

  @Override
  public boolean wantsMappedPages() {
    return true;
  }

  @Override
  public void content(ByteSource source) {
    contents.setSource(source);
  }

  @Override
  public void element(Element element) {
    if (element instanceof Element.StreamHeader header) {
      streamStart = header.range().start();
    }
  }

  @Override
  public void ramBlocks(List<RamBlock> blocks) throws IOException {
    contents.blocks(blocks);
  }

  @Override
  public void pages(PageRun run) throws IOException {
    contents.add(run);
  }

  @Override
  public void close() throws IOException {
    contents.close();
    if (kept != null) {
      kept.close();
    }
  }
}
