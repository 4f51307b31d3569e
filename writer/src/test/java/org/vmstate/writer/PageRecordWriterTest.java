package org.vmstate.writer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.writer.io.StreamSink;
import org.vmstate.writer.ram.PageRecordWriter;

class PageRecordWriterTest {
  private static final int RECORD = 8 + 1 + 255 + 1;

  private static RamBlock block(int index) {
    return new RamBlock(
        index, Integer.toString(index).repeat(255), 4096, 4096, 0, -1, Optional.empty());
  }

  /** Zero records with the longest names, of which the last may meet any number of free bytes. */
  @Tag("slow")
  @Test
  void longestRecordFitsWhateverIsLeftOfTheBuffer() throws IOException {
    List<RamBlock> blocks = List.of(block(0), block(1));
    for (int shift = 0; shift < RECORD; shift++) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try (StreamSink sink = new StreamSink(out)) {
        PageRecordWriter writer = new PageRecordWriter(sink);
        writer.compressed(blocks.get(1), 0, ByteBuffer.allocate(shift));
        for (int i = 0; i < 1000; i++) {
          writer.fill(blocks.get(i % 2), 0, 1, 0);
        }
        writer.end();
      }
      assertEquals(RECORD - 1 + 4 + shift + 1000 * RECORD + 8, out.size());
    }
  }
}
