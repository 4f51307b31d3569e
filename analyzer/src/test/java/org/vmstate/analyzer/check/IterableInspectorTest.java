package org.vmstate.analyzer.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.host.DataMap;
import org.vmstate.formats.rule.Rule;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.testkit.ImageBytes;

/** Payloads of iterables are looked at whatever their length. */
class IterableInspectorTest {
  private static final int MOST = 0xffff;
  private static final int CHUNKS = 17;

  @TempDir Path folder;

  @Test
  void lastChunkOfALongPayloadIsLookedAt() throws IOException {
    ImageBytes image = ImageBytes.withRam("r", 1).section(1, 3, "spapr/htab", 0, 1).be32(25);
    image.footer(3).again(2, 3).be32(0);
    for (int i = 0; i < CHUNKS; i++) {
      image.be32((long) i * MOST).be16(MOST).be16(0).fill(7, MOST * 16);
    }
    int last = image.size();
    image.be32(1 << 21).be16(0).be16(1).be64(0).footer(3).again(3, 3).be32(0).be64(0).footer(3);
    Path file =
        Files.write(folder.resolve("image"), image.again(3, 1).eos().footer(1).u8(0).toBytes());
    CheckOptions options = new CheckOptions(DataMap.SOLID, 0, "", Optional.empty(), List.of());
    try (ByteSource source = ImageReader.open(file)) {
      List<Finding> found =
          new Checker(ParseOptions.DEFAULT, options)
              .check(source).findings().list().stream()
                  .filter(f -> f.rule() == Rule.HASH_TABLE)
                  .toList();
      String words = "hash table: expected entries up to 2097152, found up to 2097153";
      assertEquals(
          List.of(words + " at " + last),
          found.stream().map(f -> f.text() + " at " + f.offset()).toList());
    }
  }
}
