package org.vmstate.analyzer.replay;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.stream.StreamConfiguration;
import org.vmstate.parser.memory.FinalMemory;
import org.vmstate.parser.memory.PageCursor;
import org.vmstate.writer.xbzrle.RamAddresses;

/**
 * Sends what differs between two states of one guest: the pages that differ enter the cache in a
 * second round as the first state has them, and are looked up in a third as the other has them.
 */
public final class TwoStates {
  private final FinalMemory first;
  private final FinalMemory second;

  /** Takes two states, which were read. */
  public TwoStates(FinalMemory first, FinalMemory second) throws ConversionException {
    this.first = first;
    this.second = second;
    List<RamBlock> ours = first.blocks();
    List<RamBlock> theirs = second.blocks();
    boolean same = ours.size() == theirs.size();
    for (int i = 0; same && i < ours.size(); i++) {
      same =
          ours.get(i).name().equals(theirs.get(i).name())
              && ours.get(i).usedLength() == theirs.get(i).usedLength()
              && ours.get(i).pageSize() == theirs.get(i).pageSize();
    }
    if (!same) {
      throw ConversionException.named(
          "--xbzrle: the RAM blocks of the two images differ; expected two states of one guest");
    }
    String machine = machine(first);
    String other = machine(second);
    if (!machine.isEmpty() && !other.isEmpty() && !kind(machine).equals(kind(other))) {
      throw ConversionException.named(
          "--xbzrle: the machines are "
              + machine
              + " and "
              + other
              + "; expected two states of one guest");
    }
  }

  private static String machine(FinalMemory memory) {
    return memory.configuration().map(StreamConfiguration::machine).orElse("");
  }

  /** A guest may have moved on to another version of its machine. */
  private static String kind(String machine) {
    return machine.contains("q35") ? "q35" : machine.substring(0, (machine + "-").indexOf('-'));
  }

  /** Accepts a page that differs. */
  private interface Different {
    void page(long address, byte[] before, byte[] after, boolean zero);
  }

  /** Replays through caches. */
  public Replayed replay(Caches caches) throws IOException {
    List<RamBlock> blocks = first.blocks();
    int size = blocks.isEmpty() ? 4096 : blocks.getFirst().pageSize();
    long ram = blocks.stream().mapToLong(RamBlock::usedLength).sum();
    List<Encoding> encodings = caches.encodings(ram, size);
    long[] again = {0};
    pages(
        (address, before, after, zero) ->
            encodings.forEach(e -> e.trials().forEach(t -> t.sender().enter(address, 2))));
    pages(
        (address, before, after, zero) -> {
          for (Encoding encoding : encodings) {
            if (zero) {
              encoding.zero(address, 3, false);
            } else {
              encoding.again(address, before, after, 3, false, true, Encoding.Recorded.UNKNOWN);
            }
          }
          again[0]++;
        });
    return new Replayed(Replayed.Kind.TWO_STATES, 2, again[0], Optional.empty(), encodings);
  }

  private void pages(Different sink) throws IOException {
    long[] starts = RamAddresses.of(first.blocks());
    for (RamBlock block : first.blocks()) {
      RamBlock other = second.blocks().get(block.index());
      byte[] before = new byte[block.pageSize()];
      byte[] after = new byte[block.pageSize()];
      Ahead older = new Ahead(first, block);
      Ahead newer = new Ahead(second, other);
      PageCursor then = first.contents().cursor(block);
      PageCursor now = second.contents().cursor(other);
      for (long page = 0; page < block.pages(); page++) {
        then.moveTo(page);
        now.moveTo(page);
        if (now.state().isAbsent() || then.isZero() && now.isZero()) {
          continue;
        }
        older.read(page, before);
        newer.read(page, after);
        if (!Arrays.equals(before, after)) {
          long address = starts[block.index()] + page * block.pageSize();
          sink.page(address, before, after, now.isZero());
        }
      }
    }
  }

  /** Reads the pages of a block upwards, several at once. */
  private static final class Ahead {
    private static final int AT_ONCE = 32;

    private final FinalMemory memory;
    private final RamBlock block;
    private final byte[] pages;
    private long first;
    private int count;

    Ahead(FinalMemory memory, RamBlock block) {
      this.memory = memory;
      this.block = block;
      this.pages = new byte[AT_ONCE * block.pageSize()];
    }

    void read(long page, byte[] target) throws IOException {
      if (page >= first + count) {
        first = page;
        count = (int) Math.min(AT_ONCE, block.pages() - page);
        memory.contents().pages(block, first, count, pages);
      }
      System.arraycopy(pages, (int) (page - first) * target.length, target, 0, target.length);
    }
  }
}
