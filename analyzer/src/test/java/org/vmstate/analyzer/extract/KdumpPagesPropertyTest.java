package org.vmstate.analyzer.extract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.vmstate.analyzer.core.Kdump;
import org.vmstate.analyzer.physical.Fields;
import org.vmstate.analyzer.physical.PhysicalRange;
import org.vmstate.writer.compress.PageCompression;
import org.vmstate.writer.io.FileSink;

/** Memory comes back as it was given, however it was cut and whatever of it is zero. */
class KdumpPagesPropertyTest {
  private static final int BLOCK = 4096;
  private static final int[] LENGTHS = {1, 8, BLOCK - 1, BLOCK, 3 * BLOCK, 256 << 10, 700_001};

  private static byte[] part(int choice, Random random) {
    byte[] part = new byte[LENGTHS[choice % LENGTHS.length]];
    switch (choice / LENGTHS.length) {
      case 0 -> {}
      case 1 -> random.nextBytes(part);
      default -> {
        for (int i = 0; i < part.length; i++) {
          part[i] = (byte) (i >> 4);
        }
      }
    }
    return part;
  }

  @Property(tries = 60)
  void memoryComesBack(
      @ForAll @Size(min = 1, max = 12) List<@IntRange(max = 20) Integer> parts,
      @ForAll PageCompression compression,
      @ForAll long seed)
      throws IOException {
    Random random = new Random(seed);
    ByteArrayOutputStream memory = new ByteArrayOutputStream();
    Path path = Files.createTempFile("kdump", "");
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      FileSink sink = new FileSink(file, null, 0);
      List<byte[]> all = parts.stream().map(choice -> part(choice, random)).toList();
      long length = all.stream().mapToLong(part -> part.length).sum();
      Kdump dump =
          new Kdump(
              List.of(new PhysicalRange(0, length, null, 0, false)),
              List.of(Fields.NONE),
              new byte[0]);
      try (KdumpPages pages = new KdumpPages(dump, compression, sink, 2)) {
        pages.begin();
        for (int i = 0; i < all.size(); i++) {
          memory.writeBytes(all.get(i));
          if (parts.get(i) < LENGTHS.length) {
            pages.zeros(all.get(i).length);
          } else {
            pages.write(ByteBuffer.wrap(all.get(i)));
          }
        }
        pages.finish();
      }
      sink.flush();
      memory.writeBytes(new byte[(int) (-length & (BLOCK - 1))]);
      check(file, dump, memory.toByteArray());
    } finally {
      Files.delete(path);
    }
  }

  private static void check(FileChannel file, Kdump dump, byte[] memory) throws IOException {
    assertEquals(memory.length / BLOCK, dump.count());
    for (int page = 0; page < dump.count(); page++) {
      ByteBuffer entry = ByteBuffer.allocate(Kdump.DESCRIPTOR).order(dump.order());
      file.read(entry, dump.descriptorStart() + (long) page * Kdump.DESCRIPTOR);
      byte[] data = new byte[entry.getInt(8)];
      assertEquals(data.length, file.read(ByteBuffer.wrap(data), entry.getLong(0)));
      byte[] expected = new byte[BLOCK];
      System.arraycopy(memory, page * BLOCK, expected, 0, BLOCK);
      assertArrayEquals(expected, decompress(data, entry.getInt(12)), "page " + page);
    }
  }

  private static byte[] decompress(byte[] data, int flags) {
    return switch (flags) {
      case 0 -> data;
      case 1 -> KdumpTest.inflate(data);
      default -> Zstd.decompress(data, BLOCK);
    };
  }
}
