package org.vmstate.analyzer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.check.CheckOptions;
import org.vmstate.analyzer.check.CheckResult;
import org.vmstate.analyzer.check.CheckResult.Verdict;
import org.vmstate.analyzer.check.Checker;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.analyzer.convert.Converter;
import org.vmstate.analyzer.extract.BlockFolder;
import org.vmstate.analyzer.extract.Extractor;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.error.LimitExceededException;
import org.vmstate.formats.rule.Rule;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.ImageBytes;
import org.vmstate.testkit.MappedParts;
import org.vmstate.testkit.Parts;

/** Small inputs that ask for much. The tests' heap is 512 MiB, so what is not bounded fails. */
class ResourceAttackTest {
  private static CheckResult check(InputStream input) throws IOException {
    try (ByteSource source = ImageReader.open(input)) {
      return new Checker(ParseOptions.DEFAULT, CheckOptions.DEFAULT).check(source);
    }
  }

  private static CheckResult check(byte[] image) throws IOException {
    return check(new ByteArrayInputStream(image));
  }

  private static void found(Rule rule, CheckResult result) {
    assertTrue(result.findings().count(rule) > 0, result.findings().list().toString());
  }

  /** A gigabyte of zero pages in a megabyte. */
  @Test
  void compressionBombIsReadInLittleMemory() throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
      ImageBytes start = new ImageBytes().header().configuration("test-1.0");
      out.write(start.section(1, 1, "ram", 0, 4).be64((1L << 40) | 4).toBytes());
      out.write(new ImageBytes().name("pc.ram").be64(1L << 40).eos().footer(1).toBytes());
      byte[] zeros = new byte[1 << 20];
      out.write(new ImageBytes().again(2, 1).be64(8).name("pc.ram").toBytes());
      for (int i = 0; i < 1024; i++) {
        out.write(zeros);
      }
    }
    assertTrue(compressed.size() < 2 << 20);
    assertEquals(Verdict.BAD, check(compressed.toByteArray()).verdict());
  }

  @Test
  void descriptionNestedTenThousandDeepIsRefused() throws IOException {
    String deep = "{\"devices\": [" + "{\"fields\": [".repeat(10_000);
    CheckResult result = check(Parts.sequential().json(deep).toBytes());
    found(Rule.DESCRIPTION, result);
  }

  @Test
  void descriptionWithAMillionFieldsIsRefused() throws IOException {
    StringBuilder json = new StringBuilder("{\"page_size\": 4096, \"devices\": [{\"fields\": [");
    json.append("{},".repeat(1_000_000)).append("{}]}]}");
    found(Rule.DESCRIPTION, check(Parts.sequential().json(json.toString()).toBytes()));
  }

  @Test
  void arrayOfTwoBillionElementsIsNotAllocated() throws IOException {
    Parts image =
        Parts.sequential()
            .describe(
                "{\"name\": \"a\", \"type\": \"struct\", \"size\": 0, \"array_len\": 2147483647,"
                    + " \"struct\": {\"vmsd_name\": \"s\", \"version\": 1, \"fields\": []}}");
    found(Rule.DEVICE_DECODES, check(image.toBytes()));
  }

  @Test
  void namesOf255BytesAreNames() throws IOException {
    String name = "../".repeat(85);
    ImageBytes device = new ImageBytes().section(4, 9, name, 0, 1).be32(1).footer(9);
    CheckResult result = check(Parts.sequential().after("device", device.toBytes()).toBytes());
    found(Rule.DESCRIPTION_COVERS, result);
  }

  @Test
  void countsNear2To63AreRefused() throws IOException {
    for (long length : new long[] {Long.MAX_VALUE & ~0xfff, Long.MIN_VALUE, -4096, 1L << 62}) {
      ImageBytes start = new ImageBytes().section(1, 1, "ram", 0, 4).be64(0x4004);
      start.name("pc.ram").be64(length).eos().footer(1);
      found(Rule.RAM_SUM, check(Parts.sequential().with("start", start.toBytes()).toBytes()));
    }
  }

  /** One page in each chunk of a block of 2^62 bytes. */
  @Test
  void scatteredPagesOfAHugeBlockAreNotKept() throws IOException {
    ImageBytes image = new ImageBytes().header().configuration("test-1.0");
    image.section(1, 1, "ram", 0, 4).be64((1L << 62) | 4).name("pc.ram").be64(1L << 62);
    image.eos().footer(1).again(2, 1).be64(2).name("pc.ram").u8(0);
    for (long i = 1; i < 200_000; i++) {
      image.be64(i << 40 & ~0xfffL | 0x22).u8(0);
    }
    image.eos().footer(1).again(3, 1).eos().footer(1).u8(0);
    image.description("{\"page_size\": 4096, \"devices\": []}");
    found(Rule.LIMIT, check(image.toBytes()));
  }

  @Test
  void entitiesOfAnXmlAreNotResolved() throws IOException {
    String bomb =
        "<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>"
            + "<!ENTITY c SYSTEM 'file:///etc/passwd'>]><domain><name>&b;&c;</name></domain>";
    ImageBytes image = ImageBytes.libvirt(false, 2, bomb.length() + 1, 1, 0, 0).text(bomb).u8(0);
    CheckResult result = check(image.raw(Parts.sequential().toBytes()).toBytes());
    found(Rule.DOMAIN_XML, result);
    assertTrue(!result.findings().list().toString().contains("root:"));
  }

  /** Memory that no file can have is refused before anything is written. */
  @Test
  void hugeBlocksAreNotExtractedOrConverted(@TempDir Path folder) throws IOException {
    for (long length : new long[] {1L << 62, 1L << 55, 1L << 47}) {
      ImageBytes image = new ImageBytes().header().configuration("pc-q35-10.0");
      image.section(1, 1, "ram", 0, 4).be64(length | 4).name("pc.ram").be64(length);
      image.eos().footer(1).again(2, 1).be64(2).name("pc.ram").u8(0);
      image.be64(length - 4096 | 0x28).fill(1, 4096).eos().footer(1);
      byte[] bytes = image.again(3, 1).eos().footer(1).u8(0).toBytes();
      Path file = Files.write(folder.resolve("image"), bytes);
      for (String action : List.of("raw", "elf", "convert")) {
        try (ByteSource source = ImageReader.open(file);
            Destination out = Destination.file(folder.resolve("out"), true, false)) {
          Extractor extractor =
              new Extractor(ParseOptions.DEFAULT, null, 1, Progress.NONE, note -> {});
          switch (action) {
            case "raw" -> extractor.raw(source, file, out);
            case "elf" -> extractor.elf(source, file, out);
            default ->
                new Converter(
                        ConvertOptions.to(FormatId.QEMU_MAPPED_RAM),
                        ParseOptions.DEFAULT,
                        Progress.NONE,
                        note -> {})
                    .convert(source, file, out);
          }
          throw new AssertionError(action + " of " + length + " bytes worked");
        } catch (LimitExceededException expected) {
          assertTrue(expected.getMessage().contains("pages"), expected.getMessage());
        }
      }
    }
  }

  @Test
  void pathLikeNamesOnExtractStayInTheFolder(@TempDir Path folder) throws IOException {
    String[] names = {"../../evil", "/etc/passwd", "..", "a/b", "x".repeat(255)};
    ImageBytes image = new ImageBytes().header().configuration("test-1.0");
    image.section(1, 1, "ram", 0, 4).be64((long) names.length << 12 | 4);
    for (String name : names) {
      image.name(name).be64(4096);
    }
    image.eos().footer(1).again(3, 1);
    for (String name : names) {
      image.be64(2).name(name).u8(0);
    }
    image.eos().footer(1).u8(0);
    Path file = Files.write(folder.resolve("image"), image.toBytes());
    Path inside = folder.resolve("inside");
    try (ByteSource source = ImageReader.open(file);
        BlockFolder blocks = BlockFolder.create(inside)) {
      new Extractor(ParseOptions.DEFAULT, null, 1, Progress.NONE, note -> {})
          .blocks(source, file, blocks);
      blocks.commit(Outcome.WHOLE, false);
    }
    try (Stream<Path> all = Files.walk(folder)) {
      long outside = all.filter(f -> Files.isRegularFile(f) && !f.startsWith(inside)).count();
      assertEquals(1, outside, "files beside the image");
    }
    try (Stream<Path> found = Files.list(inside)) {
      assertEquals(names.length, found.count());
    }
  }

  /** A stream that never ends, but says so at once. */
  @Test
  void endlessZerosOnStandardInputEndAtTheFirstError() throws IOException {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 0;
          }

          @Override
          public int read(byte[] target, int from, int length) {
            Arrays.fill(target, from, from + length, (byte) 0);
            return length;
          }
        };
    byte[] start = ImageBytes.withRam("pc.ram", 4).again(2, 1).toBytes();
    CheckResult result = check(new SequenceInputStream(new ByteArrayInputStream(start), endless));
    found(Rule.RAM_WORD, result);
  }

  /** Blocks that claim the same pages would give more memory than the file holds. */
  @Test
  void overlappingPageAreasAreRefusedAtTheSecond() throws IOException {
    byte[] image = new MappedParts().blocks(2).toBytes();
    int header = new String(image, StandardCharsets.ISO_8859_1).indexOf("ram1") + 4 + 8;
    ByteBuffer.wrap(image).putLong(header + 20, 1 << 20);
    CheckResult result;
    try (ByteSource source = new HeapSource(image, 0, new StructurePath())) {
      result = new Checker(ParseOptions.DEFAULT, CheckOptions.DEFAULT).check(source);
    }
    found(Rule.AREAS_APART, result);
  }

  /** Page records for ever, each of them right: nothing may be kept for one that was read. */
  @Test
  void endlessGoodStreamIsReadInLittleMemory() throws IOException {
    byte[] start = ImageBytes.withRam("pc.ram", 4).toBytes();
    ImageBytes pass = new ImageBytes().again(2, 1).be64(0x8).name("pc.ram").fill(7, 4096);
    for (int i = 1; i < 4; i++) {
      pass.be64(i * 4096L | 0x28).fill(i, 4096);
    }
    byte[] again = pass.eos().footer(1).toBytes();
    long wanted = 2L << 30;
    long[] given = {0};
    InputStream endless =
        new InputStream() {
          private int at;

          @Override
          public int read() {
            throw new AssertionError("one byte at a time");
          }

          @Override
          public int read(byte[] target, int from, int length) {
            if (given[0] >= wanted) {
              return -1;
            }
            int n = Math.min(length, again.length - at);
            System.arraycopy(again, at, target, from, n);
            at = (at + n) % again.length;
            given[0] += n;
            return n;
          }
        };
    CheckResult result = check(new SequenceInputStream(new ByteArrayInputStream(start), endless));
    assertTrue(given[0] >= wanted, "read " + given[0]);
    assertEquals(Verdict.BAD, result.verdict());
    assertTrue(result.findings().list().size() < 100, result.findings().list().toString());
  }

  @Test
  void findingsWithoutEndAreCounted() throws IOException {
    ImageBytes records = new ImageBytes();
    for (int i = 0; i < 100_000; i++) {
      records.be64(0x1022).u8(7);
    }
    CheckResult result = check(Parts.sequential().with("part", Parts.part(records)).toBytes());
    assertEquals(100_000, result.findings().count(Rule.FILL_BYTE));
    assertTrue(result.findings().list().size() < 100);
  }
}
