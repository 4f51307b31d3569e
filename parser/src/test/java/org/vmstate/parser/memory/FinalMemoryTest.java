package org.vmstate.parser.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.testkit.ImageBytes;

/** Memory of an image by name and page, from a file, a pipe and a compressed stream. */
class FinalMemoryTest {
  @TempDir Path folder;

  private static byte[] image() {
    ImageBytes image = ImageBytes.withRam("pc.ram", 4).again(2, 1);
    image.be64(8).name("pc.ram").fill(7, 4096).be64(0x1022).u8(0).be64(0x2022).u8(9);
    return image.eos().footer(1).again(3, 1).eos().footer(1).u8(0).toBytes();
  }

  private static byte[] compressed() throws IOException {
    return compressed(image());
  }

  private static byte[] compressed(byte[] image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(image);
    }
    return out.toByteArray();
  }

  private static void isThere(ByteSource image) throws IOException {
    try (image;
        FinalMemory memory = new FinalMemory()) {
      memory.read(image, ParseOptions.DEFAULT);
      assertEquals(1, memory.blocks().size());
      assertEquals(Optional.empty(), memory.block("vga"));
      RamBlock block = memory.block("pc.ram").orElseThrow();
      assertSame(memory.blocks().getFirst(), block);
      byte[] expected = new ImageBytes().fill(7, 4096).toBytes();
      assertArrayEquals(expected, ((Page.Data) memory.page(block, 0)).bytes());
      assertEquals(new Page.Fill(0), memory.page(block, 1));
      assertEquals(new Page.Fill(9), memory.page(block, 2));
      assertEquals(new Page.NeverSent(), memory.page(block, 3));
      assertThrows(IndexOutOfBoundsException.class, () -> memory.page(block, 4));
      assertThrows(IndexOutOfBoundsException.class, () -> memory.page(block, -1));
      List<Long> counts = new ArrayList<>();
      memory.forEachRun(block, run -> counts.add(run.count()));
      assertEquals(List.of(1L, 1L, 1L, 1L), counts);
      byte[] page = new byte[4096];
      memory.contents().page(block, 0, page);
      assertArrayEquals(expected, page);
    }
  }

  @Test
  void memoryOfAFileIsThere() throws IOException {
    Path file = folder.resolve("image");
    Files.write(file, image());
    isThere(ImageReader.open(file));
    Files.write(file, compressed());
    isThere(ImageReader.open(file));
  }

  @Test
  void memoryOfAPipeIsThere() throws IOException {
    isThere(ImageReader.open(new ByteArrayInputStream(image())));
    isThere(ImageReader.open(new ByteArrayInputStream(compressed())));
  }

  @Test
  void closedMemoryCannotBeRead() throws IOException {
    FinalMemory memory = new FinalMemory();
    memory.close();
    Path file = folder.resolve("image");
    Files.write(file, image());
    try (ByteSource image = ImageReader.open(file)) {
      memory.read(image, ParseOptions.DEFAULT);
      RamBlock block = memory.block("pc.ram").orElseThrow();
      memory.close();
      assertThrows(RuntimeException.class, () -> memory.page(block, 0));
    }
  }

  @Test
  void sourceIsThatOfTheStream() throws IOException {
    try (ByteSource image = ImageReader.open(new ByteArrayInputStream(compressed()));
        FinalMemory memory = new FinalMemory()) {
      memory.read(image, ParseOptions.DEFAULT);
      ByteBuffer start = ByteBuffer.allocate(4);
      memory.source().copy(0, start);
      assertArrayEquals(new ImageBytes().text("QEVM").toBytes(), start.array());
    }
  }

  @Test
  void closedMemoryKnowsNoPage() throws IOException {
    try (ByteSource image = ImageReader.open(new ByteArrayInputStream(image()))) {
      FinalMemory memory = new FinalMemory();
      memory.read(image, ParseOptions.DEFAULT);
      RamBlock block = memory.block("pc.ram").orElseThrow();
      memory.close();
      assertThrows(RuntimeException.class, () -> memory.page(block, 2));
    }
  }

  /** What was decompressed is in a temporary file from 8 MiB on, which goes with the memory. */
  @Test
  void closedMemoryHasNoSource() throws IOException {
    ImageBytes large = ImageBytes.withRam("r", 1).ended().u8(0).zeros(9 << 20);
    byte[] compressed = compressed(large.toBytes());
    try (ByteSource image = ImageReader.open(new ByteArrayInputStream(compressed))) {
      FinalMemory memory = new FinalMemory();
      memory.read(image, ParseOptions.DEFAULT);
      ByteSource source = memory.source();
      memory.close();
      assertThrows(IOException.class, () -> source.copy(0, ByteBuffer.allocate(4)));
    }
  }
}
