package example;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the programs of docs/library.md on real images. */
class ProgramsTest {
  private static final Path DOCS = Path.of("..");
  private static final Path SAMPLES = Path.of("../../specs/samples");

  @TempDir Path folder;

  private interface Program {
    void run() throws IOException;
  }

  private static String output(Program program) throws IOException {
    PrintStream before = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      program.run();
    } finally {
      System.setOut(before);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** The samples are compressed, which a reader sees by itself. */
  private String converted(String sample, String format) throws IOException {
    String out = folder.resolve(sample + "." + format).toString();
    ConvertImage.main(SAMPLES.resolve(sample + ".zst").toString(), out, format);
    return out;
  }

  @Test
  void sectionsAreListed() throws IOException {
    String list = output(() -> ListSections.main(converted("pc", "qemu")));
    assertTrue(list.contains("timer version 2\n  cpu_ticks_offset"), list);
  }

  @Test
  void imagesAreConverted() throws IOException {
    String there = converted("pc", "qemu-mapped-ram");
    assertEquals(
        output(() -> ReadPage.main(converted("pc", "qemu"), "pc.ram", "0")),
        output(() -> ReadPage.main(there, "pc.ram", "0")));
  }

  @Test
  void aPageIsReplaced() throws IOException {
    byte[] page = new byte[4096];
    Arrays.fill(page, (byte) 0xa5);
    page[7] = 1;
    Path content = Files.write(folder.resolve("page"), page);
    String out = folder.resolve("out").toString();
    ReplacePage.main(converted("pc", "qemu-mapped-ram"), out, "pc.ram", "3", content.toString());
    String read = output(() -> ReadPage.main(out, "pc.ram", "3")).strip();
    assertArrayEquals(page, HexFormat.of().parseHex(read));
  }

  @Test
  void theDomainXmlIsReplaced() throws IOException {
    Path xml =
        Files.writeString(
            folder.resolve("xml"),
            "<domain type='qemu'>" + " ".repeat(200_000) + "<name>other</name></domain>");
    String out = folder.resolve("out").toString();
    ReplaceXml.main(converted("libvirt-zstd", "libvirt-gzip"), out, xml.toString());
    assertTrue(Files.readString(Path.of(out), StandardCharsets.ISO_8859_1).contains("<name>other"));
    assertTrue(output(() -> ListSections.main(out)).contains("timer"));
  }

  @Test
  void aFieldIsChanged() throws IOException {
    String out = folder.resolve("out").toString();
    String in = converted("pc", "qemu");
    ChangeField.main(in, out, "timer", "cpu_ticks_offset", "0000000000001234");
    byte[] before = Files.readAllBytes(Path.of(in));
    byte[] after = Files.readAllBytes(Path.of(out));
    assertEquals(before.length, after.length);
    assertTrue(Arrays.mismatch(before, after) > 0, "nothing changed");
  }

  @Test
  void aCodecOfOnesOwnIsInTheTable() throws IOException {
    String table = output(() -> CompareCodecs.main(converted("pc-xbzrle", "qemu")));
    String row = table.lines().filter(line -> line.startsWith("lz4 ")).findFirst().orElseThrow();
    // the sample's guest changes little: every lookup of a page that returns is a hit
    assertTrue(row.matches("lz4 +64M +336 +328 .*"), table);
    assertTrue(table.contains("lz4: the smallest cache that suffices is 64M"), table);
    assertTrue(table.contains("current ") && table.contains("2011 "), table);
  }

  @Test
  void theDocumentShowsTheProgramsAsTheyAre() throws IOException {
    String page = Files.readString(DOCS.resolve("library.md"));
    for (String name :
        List.of(
            "ListSections",
            "ReadPage",
            "ConvertImage",
            "ReplacePage",
            "ReplaceXml",
            "CompareCodecs",
            "ChangeField")) {
      String source = Files.readString(Path.of("src/main/java/example", name + ".java"));
      String program = source.substring(source.indexOf("public final class"));
      assertTrue(page.contains(program), name + " is not in library.md as it is");
      assertTrue(program.lines().count() <= 20, name + " is longer than 20 lines");
      String imports =
          source.lines().filter(l -> l.startsWith("import org.")).collect(Collectors.joining());
      assertTrue(imports.contains("org.vmstate."), name);
    }
  }
}
