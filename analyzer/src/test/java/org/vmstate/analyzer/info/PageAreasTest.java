package org.vmstate.analyzer.info;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.cli.CommandRun;
import org.vmstate.testkit.MappedParts;

/** What info says of the places of pages. */
class PageAreasTest {
  private static final int MIB = 1 << 20;

  @TempDir Path folder;

  @Test
  void areasAtPagesCanBeReadByManyThreads() throws IOException {
    String told = told(MIB + 4096);
    assertTrue(told.contains("aligned to 4 KiB"), told);
    assertTrue(told.contains("parallel restore possible, direct with sectors up to 4096"), told);
  }

  @Test
  void areasBetweenPagesAreRefused() throws IOException {
    String told = told(MIB + 512);
    assertTrue(told.contains("aligned to 512 B"), told);
    assertTrue(told.contains("QEMU refuses them"), told);
    String json = CommandRun.ok("info", "--output=json", image().toString()).out();
    assertTrue(json.contains("\"parallel_restore\": false"), json);
    assertTrue(json.contains("\"direct_restore\": false"), json);
  }

  private String told(int offset) throws IOException {
    Files.write(image(), new MappedParts().pagesOffset(offset).toBytes());
    return CommandRun.ok("info", image().toString()).out();
  }

  private Path image() {
    return folder.resolve("image");
  }
}
