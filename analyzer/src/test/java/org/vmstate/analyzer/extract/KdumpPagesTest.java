package org.vmstate.analyzer.extract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.core.Kdump;
import org.vmstate.analyzer.physical.Fields;
import org.vmstate.analyzer.physical.PhysicalRange;
import org.vmstate.writer.compress.PageCompression;
import org.vmstate.writer.io.FileSink;

class KdumpPagesTest {
  private static final OutOfMemoryError FAILURE = new OutOfMemoryError("test");
  private static final long LENGTH = 8 << 20;

  @TempDir Path folder;

  /** Finds no memory for any page. */
  private record NoMemory() implements PageCompression.Compressor {
    @Override
    public int compress(ByteBuffer source, int from, int length, ByteBuffer target) {
      throw FAILURE;
    }

    @Override
    public void close() {}
  }

  private static PageCompression.Compressor none() {
    throw FAILURE;
  }

  @Test
  void compressorThatFindsNoMemoryIsTheOwnersError() throws IOException {
    Kdump dump =
        new Kdump(
            List.of(new PhysicalRange(0, LENGTH, null, 0, false)),
            List.of(Fields.NONE),
            new byte[0]);
    try (FileChannel file =
        FileChannel.open(
            folder.resolve("out"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      FileSink sink = new FileSink(file, null, 0);
      assertTimeoutPreemptively(
          Duration.ofSeconds(30),
          () -> {
            try (KdumpPages pages = new KdumpPages(dump, 1, NoMemory::new, sink, 2)) {
              assertSame(FAILURE, assertThrows(OutOfMemoryError.class, () -> fill(pages)));
            }
            try (KdumpPages pages = new KdumpPages(dump, 1, KdumpPagesTest::none, sink, 2)) {
              assertSame(FAILURE, assertThrows(OutOfMemoryError.class, () -> fill(pages)));
            }
          });
    }
  }

  /** Ranges that begin and end inside of bytes of the bitmap and of its parts. */
  @Test
  void bitmapHasABitForEachPageOfARange() {
    int[][] ranges = {{3, 5}, {6, 29}, {40, 300}, {319, 320}, {325, 1000}};
    BitSet expected = new BitSet();
    List<PhysicalRange> list = new ArrayList<>();
    for (int[] range : ranges) {
      expected.set(range[0], range[1]);
      list.add(new PhysicalRange(range[0] * 4096L, (range[1] - range[0]) * 4096L, null, 0, false));
    }
    Kdump dump = new Kdump(list, List.of(Fields.NONE), new byte[0]);
    ByteBuffer bits = ByteBuffer.allocate(160);
    for (int at = 0; at < 160; at += 20) {
      byte[] part = new byte[20];
      dump.bitmap(at, part);
      bits.put(part);
    }
    assertEquals(expected, BitSet.valueOf(bits.flip()));
  }

  private static void fill(KdumpPages pages) throws IOException {
    byte[] page = new byte[4096];
    page[7] = 1;
    for (long at = 0; at < LENGTH; at += page.length) {
      pages.write(ByteBuffer.wrap(page));
    }
    pages.finish();
  }
}
