package org.vmstate.analyzer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.testkit.ImageBytes;

/** Images far larger than the heap of the JVM that reads them. */
class HugeImageTest {
  private static final long TEBIBYTE = 1L << 40;
  private static final int MIB = 1 << 20;

  @TempDir Path folder;

  private static ProcessBuilder program(String... arguments) {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            "org.vmstate.analyzer.cli.Main");
    builder.command().addAll(List.of(arguments));
    return builder.redirectError(ProcessBuilder.Redirect.INHERIT);
  }

  private static void put(FileChannel file, long offset, byte[] bytes) throws IOException {
    ByteBuffer data = ByteBuffer.wrap(bytes);
    while (data.hasRemaining()) {
      file.write(data, offset + data.position());
    }
  }

  /** One block of 1 TiB whose first, middle and last page hold data; nearly all of it a hole. */
  private Path mapped() throws IOException {
    Path path = folder.resolve("mapped");
    ImageBytes head =
        new ImageBytes()
            .header()
            .configuration("pc", "mapped-ram")
            .section(1, 1, "ram", 0, 4)
            .be64(TEBIBYTE | 4)
            .name("pc.ram")
            .be64(TEBIBYTE);
    long bitmap = head.size() + 28;
    long pages = 33L * MIB;
    head.be32(1).be64(4096).be64(bitmap).be64(pages);
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      put(file, 0, head.toBytes());
      long count = TEBIBYTE / 4096;
      for (long page : new long[] {0, count / 2, count - 1}) {
        put(file, bitmap + page / 8, new byte[] {(byte) (1 << page % 8)});
        put(file, pages + page * 4096, new byte[] {1});
      }
      ImageBytes tail = new ImageBytes().eos().footer(1).again(3, 1).eos().footer(1).u8(0);
      put(file, pages + TEBIBYTE, tail.toBytes());
    }
    return path;
  }

  @Test
  void mappedImageOfATebibyteFits128MebibytesOfHeap() throws Exception {
    Path image = mapped();
    for (String verb : new String[] {"info", "dump", "stats"}) {
      Process process = program(verb, image.toString()).start();
      String output = new String(process.getInputStream().readAllBytes());
      assertEquals(0, process.waitFor(), output);
      String expected =
          switch (verb) {
            case "info" -> "1 TiB";
            case "dump" -> "\"data\": 3";
            default -> "pages in the file: 3";
          };
      assertTrue(output.contains(expected), output);
    }
    assertTrue(Files.size(image) > TEBIBYTE);
  }

  @Test
  void mappedImageOfATebibyteIsCheckedIn128MebibytesOfHeap() throws Exception {
    Process process = program("check", mapped().toString()).start();
    String output = new String(process.getInputStream().readAllBytes());
    // its description and PART are missing
    assertEquals(3, process.waitFor(), output);
    assertTrue(output.contains("V026"), output);
  }

  @Test
  void mappedImageOfATebibyteIsConvertedIn128MebibytesOfHeap() throws Exception {
    Path image = mapped();
    Path xml = folder.resolve("xml");
    Files.writeString(xml, "<domain/>");
    Path out = folder.resolve("out");
    Process process =
        program(
                "convert",
                "--no-sync",
                "-O",
                "libvirt-sparse",
                "-o",
                "xml=" + xml,
                image.toString(),
                out.toString())
            .start();
    assertEquals(0, process.waitFor(), new String(process.getInputStream().readAllBytes()));
    Process dump = program("dump", out.toString()).start();
    String output = new String(dump.getInputStream().readAllBytes());
    assertEquals(0, dump.waitFor(), output);
    assertTrue(output.contains("\"data\": 3"), output);
    assertTrue(Files.size(out) > TEBIBYTE);
  }

  @Test
  void mappedImageOfATebibyteIsExtractedAndComparedIn128MebibytesOfHeap() throws Exception {
    Path image = mapped();
    Path out = folder.resolve("out");
    for (String format : new String[] {"raw", "elf"}) {
      Process process =
          program(
                  "extract",
                  "-q",
                  "--force",
                  "--no-sync",
                  "-O",
                  format,
                  image.toString(),
                  out.toString())
              .start();
      assertEquals(0, process.waitFor(), new String(process.getInputStream().readAllBytes()));
      assertTrue(Files.size(out) > TEBIBYTE - MIB, "length " + Files.size(out));
    }
    Process same = program("compare", image.toString(), image.toString()).start();
    String output = new String(same.getInputStream().readAllBytes());
    assertEquals(0, same.waitFor(), output);
  }

  @Test
  void sequentialImageOfThreeGibibytesFits128MebibytesOfHeap() throws Exception {
    int pages = 3 * 256 * 1024;
    Process process = program("dump", "-").start();
    byte[] page = new byte[4096];
    Arrays.fill(page, (byte) 7);
    try (OutputStream out = new BufferedOutputStream(process.getOutputStream(), MIB)) {
      out.write(ImageBytes.withRam("pc.ram", pages).again(2, 1).toBytes());
      for (long i = 0; i < pages; i++) {
        // every second record names the block, so that runs stay short
        boolean named = i % 2 == 0;
        ImageBytes head = new ImageBytes().be64(i * 4096 | (named ? 8 : 0x28));
        out.write((named ? head.name("pc.ram") : head).toBytes());
        out.write(page);
      }
      out.write(new ImageBytes().eos().footer(1).again(3, 1).eos().footer(1).u8(0).toBytes());
    }
    String output = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), output);
    assertTrue(output.contains("\"data\": " + pages), output);
  }
}
