package org.vmstate.parser.ram;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.vmstate.formats.Limits;
import org.vmstate.formats.layout.StreamLayout;
import org.vmstate.formats.ram.RamBlock;

/** What the RAM sections of one stream share: page size, blocks, and the block of CONTINUE. */
public final class RamContext {
  private final List<RamBlock> blocks = new ArrayList<>();
  private final Map<String, RamBlock> byName = new HashMap<>();
  private Limits limits = Limits.DEFAULT;
  private int pageSize;
  private long version;
  private RamBlock current;
  private StreamLayout layout = StreamLayout.SEQUENTIAL;

  /** Starts over for a START record. */
  void begin(int bytes, long payloadVersion, StreamLayout pages, Limits most) {
    limits = most;
    blocks.clear();
    byName.clear();
    pageSize = bytes;
    version = payloadVersion;
    layout = pages;
    current = null;
  }

  /** Adds a block whose name is new; another one is not added. */
  boolean add(RamBlock block) {
    if (byName.putIfAbsent(block.name(), block) != null) {
      return false;
    }
    blocks.add(block);
    return true;
  }

  /** Takes all blocks away, which the list that follows names again, and returns them. */
  List<RamBlock> again() {
    List<RamBlock> before = List.copyOf(blocks);
    blocks.clear();
    byName.clear();
    return before;
  }

  /** Returns the blocks in the order of the list. */
  public List<RamBlock> blocks() {
    return blocks;
  }

  /** Returns the block with a name, or null. */
  RamBlock find(String name) {
    return byName.get(name);
  }

  /** Returns the target page size in bytes. */
  public int pageSize() {
    return pageSize;
  }

  /** Returns how many blocks there may be. */
  Limits limits() {
    return limits;
  }

  /** Returns the version of the payload. */
  long version() {
    return version;
  }

  /** Returns how the pages are kept. */
  public StreamLayout layout() {
    return layout;
  }

  RamBlock current() {
    return current;
  }

  void setCurrent(RamBlock block) {
    current = block;
  }
}
