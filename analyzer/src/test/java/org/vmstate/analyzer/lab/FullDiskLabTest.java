package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.analyzer.convert.PageOptions;
import org.vmstate.analyzer.create.Creator;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.formats.FormatId;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.writer.synthetic.SyntheticLoad;
import org.vmstate.writer.synthetic.SyntheticRecipe;

/** A file system of 8 MiB, and one without O_DIRECT; mounting them takes root. */
class FullDiskLabTest {
  @TempDir Path folder;

  private Path image(long bytes) throws IOException {
    Path image = folder.resolve("image");
    SyntheticRecipe recipe =
        new SyntheticRecipe(
            1,
            "synthetic",
            4096,
            List.of(new SyntheticRecipe.Block("pc.ram", bytes)),
            0.1,
            0,
            0,
            0,
            0,
            false,
            false,
            0);
    try (Destination out = Destination.file(image, true, false)) {
      Creator.create(
          recipe, SyntheticLoad.ANYWHERE, ConvertOptions.to(FormatId.QEMU), out, note -> {});
      out.commit(Outcome.WHOLE, false);
    }
    return image;
  }

  private Path errors() {
    return folder.resolve("mount.err");
  }

  /** Mounts a file system of 8 MiB. */
  private Path small() throws Exception {
    Path small = Files.createDirectory(folder.resolve("small"));
    Lab.run(errors(), "mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", small.toString());
    return small;
  }

  @Test
  void fullFileSystemLeavesTheOldTarget() throws Exception {
    Lab.require();
    Path image = image(32 << 20);
    Path small = small();
    try {
      Path target = small.resolve("target");
      byte[] old = "old".getBytes();
      Files.write(target, old);
      for (FormatId format : List.of(FormatId.QEMU_MAPPED_RAM, FormatId.QEMU)) {
        IOException e =
            assertThrows(IOException.class, () -> Conversions.convert(image, target, format));
        assertTrue(e.getMessage().contains("No space left"), e.getMessage());
        assertArrayEquals(old, Files.readAllBytes(target));
        try (Stream<Path> files = Files.list(small)) {
          assertEquals(List.of(target), files.toList());
        }
      }
    } finally {
      Lab.run(errors(), "umount", small.toString());
    }
  }

  /** A temporary folder without room is named as the fault, and left empty. */
  @Test
  void fullTemporaryFolderIsNotTheImagesFault() throws Exception {
    Lab.require();
    Path image = image(32 << 20);
    Path small = small();
    String before = System.setProperty("java.io.tmpdir", small.toString());
    try (ByteSource pipe = ImageReader.open(Files.newInputStream(image))) {
      IOException e = assertThrows(IOException.class, pipe::seekable);
      assertTrue(e.getMessage().startsWith("temporary folder " + small), e.getMessage());
      try (Stream<Path> files = Files.list(small)) {
        assertEquals(List.of(), files.toList());
      }
    } finally {
      System.setProperty("java.io.tmpdir", before);
      Lab.run(errors(), "umount", small.toString());
    }
  }

  /** The same bytes with and without the page cache, on a file system that has O_DIRECT. */
  @Test
  void directOutputIsTheSame() throws Exception {
    Lab.require();
    Path image = image(64 << 20);
    for (FormatId format : List.of(FormatId.QEMU_MAPPED_RAM, FormatId.QEMU_FIXED_RAM)) {
      ConvertOptions cached = ConvertOptions.to(format);
      Conversions.convert(image, folder.resolve("cached"), cached);
      ConvertOptions direct = cached.with(PageOptions.DEFAULT.direct(true).workers(2));
      Conversions.convert(image, folder.resolve("direct"), direct);
      assertEquals(-1, Files.mismatch(folder.resolve("cached"), folder.resolve("direct")));
      Conversions.convert(folder.resolve("cached"), folder.resolve("again"), direct);
      assertEquals(-1, Files.mismatch(folder.resolve("cached"), folder.resolve("again")));
      readDirect(folder.resolve("cached"));
    }
  }

  /** A stream out of a fixed layout: the same, and of the pages nothing stays in the cache. */
  private void readDirect(Path fixed) throws Exception {
    ConvertOptions stream = ConvertOptions.to(FormatId.QEMU);
    Conversions.convert(fixed, folder.resolve("stream"), stream);
    Lab.run(errors(), "dd", "of=" + fixed, "oflag=nocache", "conv=notrunc,fdatasync", "count=0");
    long before = cached(fixed);
    ConvertOptions direct = stream.with(PageOptions.DEFAULT.direct(true));
    Conversions.convert(fixed, folder.resolve("past"), direct);
    assertEquals(-1, Files.mismatch(folder.resolve("stream"), folder.resolve("past")));
    long more = cached(fixed) - before;
    assertTrue(more < Files.size(fixed) / 4, more + " bytes of the image came into the cache");
  }

  private long cached(Path file) throws Exception {
    byte[] bytes = Lab.run(errors(), "fincore", "-nbo", "res", file.toString()).output();
    return Long.parseLong(new String(bytes, StandardCharsets.US_ASCII).strip());
  }
}
