package org.vmstate.analyzer.change;

import java.util.Optional;
import org.vmstate.formats.ram.RamBlock;

/** What is to happen to one RAM block. */
final class BlockChange {
  private final String before;
  private String name;
  private long length = -1;
  private boolean dropped;

  BlockChange(String name) {
    this.before = name;
    this.name = name;
  }

  void rename(String wanted, ImageFacts facts) throws ChangeException {
    if (wanted.isEmpty() || wanted.length() > 255) {
      throw new ChangeException("block name: expected 1 to 255 bytes, found " + wanted.length());
    }
    ChangePlan.once("name of block " + before, name, before, wanted);
    if (facts.blocks().stream().anyMatch(b -> b.name().equals(wanted))) {
      throw new ChangeException("block " + wanted + ": is there already");
    }
    name = wanted;
    consistent();
  }

  void resize(long wanted, RamBlock block) throws ChangeException {
    if (wanted <= 0 || wanted % block.pageSize() != 0 || wanted > 1L << 46) {
      throw new ChangeException(
          "length of block "
              + before
              + ": expected a multiple of "
              + block.pageSize()
              + " up to 2^46, found "
              + wanted);
    }
    ChangePlan.once("length of block " + before, length, -1L, wanted);
    length = wanted;
    consistent();
  }

  void drop() throws ChangeException {
    dropped = true;
    consistent();
  }

  private void consistent() throws ChangeException {
    if (dropped && (length >= 0 || !name.equals(before))) {
      throw new ChangeException("block " + before + ": is changed and dropped");
    }
  }

  boolean isDropped() {
    return dropped;
  }

  /** Returns the block as it is to be. */
  RamBlock of(RamBlock block) {
    return new RamBlock(
        block.index(),
        name,
        length < 0 ? block.usedLength() : length,
        block.pageSize(),
        block.hostPageSize(),
        block.address(),
        Optional.empty());
  }
}
