package org.vmstate.parser.ram;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.vmstate.formats.ram.RamBlock;

/** What the RAM sections of one stream share: page size, blocks, and the block of CONTINUE. */
public final class RamContext {
  private final List<RamBlock> blocks = new ArrayList<>();
  private final Map<String, RamBlock> byName = new HashMap<>();
  private int pageSize;
  private long version;
  private RamBlock current;
  private Layout layout = Layout.SEQUENTIAL;

  /** How the pages are kept. */
  public enum Layout {
    /** As records. */
    SEQUENTIAL,
    /** At fixed offsets, mapped-ram. */
    MAPPED,
    /** At fixed offsets, proposal of 2022. */
    FIXED_2022
  }

  /** Starts over for a START record. */
  void begin(int bytes, long payloadVersion, Layout pages) {
    blocks.clear();
    byName.clear();
    pageSize = bytes;
    version = payloadVersion;
    layout = pages;
    current = null;
  }

  /** Adds a block and says whether its name is new. */
  boolean add(RamBlock block) {
    blocks.add(block);
    return byName.putIfAbsent(block.name(), block) == null;
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

  /** Returns the version of the payload. */
  long version() {
    return version;
  }

  /** Returns how the pages are kept. */
  public Layout layout() {
    return layout;
  }

  RamBlock current() {
    return current;
  }

  void setCurrent(RamBlock block) {
    current = block;
  }
}
