package org.vmstate.analyzer.extract;

import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
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

  private static void fill(KdumpPages pages) throws IOException {
    byte[] page = new byte[4096];
    page[7] = 1;
    for (long at = 0; at < LENGTH; at += page.length) {
      pages.write(ByteBuffer.wrap(page));
    }
    pages.finish();
  }
}
