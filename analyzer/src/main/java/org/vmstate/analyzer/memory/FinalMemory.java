package org.vmstate.analyzer.memory;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.StateVisitor;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.ram.RamContents;

/** A pass that learns where each page's final content stands, for reading it in any order. */
public class FinalMemory implements StateVisitor, Closeable {
  private final RamContents contents = new RamContents();
  private ByteSource source;
  private ByteSource kept;

  /** Makes the pass; a packed stream is unpacked into a temporary file. */
  public final void read(ByteSource image, ParseOptions options) throws IOException {
    kept = ImageReader.readKeeping(image, options, this);
  }

  /** Returns the final content. */
  public final RamContents contents() {
    return contents;
  }

  /** Returns the source to which the offsets of the moment refer. */
  protected final ByteSource source() {
    return source;
  }

  @Override
  public boolean wantsMappedPages() {
    return true;
  }

  @Override
  public void content(ByteSource found) {
    source = found;
    contents.setSource(found);
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
