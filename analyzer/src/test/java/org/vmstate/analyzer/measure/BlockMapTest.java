package org.vmstate.analyzer.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.BitSet;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Blocks that hold something are counted once, and so are the runs of them. */
class BlockMapTest {
  private static final long GIB = 1L << 30;

  @Test
  void bytesThatTouchABlockTakeAllOfIt() {
    BlockMap blocks = new BlockMap();
    blocks.written(4095, 2);
    assertEquals(8192, blocks.bytes());
    assertEquals(1, blocks.runs());
    blocks.written(3 * 4096, 0);
    assertEquals(8192, blocks.bytes());
  }

  @Test
  void wholeGibibytesAndPartsOfOnesMeet() {
    BlockMap blocks = new BlockMap();
    blocks.written(GIB - 4096, 2 * GIB + 4096);
    assertEquals(2 * GIB + 4096, blocks.bytes());
    assertEquals(1, blocks.runs());
    blocks.written(4 * GIB, 1);
    assertEquals(2, blocks.runs());
  }

  @Property(tries = 200)
  void countsWhatASetCounts(@ForAll @Size(max = 40) List<@IntRange(max = 300) Integer> places) {
    BlockMap blocks = new BlockMap();
    BitSet set = new BitSet();
    long base = GIB - 150 * 4096;
    for (int i = 0; i + 1 < places.size(); i += 2) {
      int length = places.get(i + 1) % 70;
      blocks.written(base + places.get(i) * 4096L, length * 4096L);
      set.set(places.get(i), places.get(i) + length);
    }
    assertEquals(set.cardinality() * 4096L, blocks.bytes());
    int runs = 0;
    for (int at = set.nextSetBit(0); at >= 0; at = set.nextSetBit(set.nextClearBit(at))) {
      runs++;
    }
    assertEquals(runs, blocks.runs());
  }
}
