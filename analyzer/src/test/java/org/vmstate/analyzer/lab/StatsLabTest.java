package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vmstate.analyzer.report.JsonReport;
import org.vmstate.analyzer.report.Report;
import org.vmstate.analyzer.stats.SaveStats;
import org.vmstate.analyzer.stats.StatsPrinter;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/** What {@code stats} counts in a live save is what QEMU counted while it saved. */
class StatsLabTest {
  /** How often to save again when the guest was too quiet on a busy machine. */
  private static final int AGAIN = 3;

  @TempDir Path folder;

  private static JsonNode stats(Path image) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (SaveStats stats = new SaveStats();
        ByteSource source = ImageReader.open(image);
        Report report = new JsonReport(out)) {
      ImageReader.read(source, ParseOptions.DEFAULT, stats);
      StatsPrinter.report("image", stats, true, report);
    }
    return new ObjectMapper().readTree(out.toByteArray()).path("total");
  }

  private static void equalCounters(JsonNode theirs, JsonNode ours) {
    String text = ours + " " + theirs;
    for (String name : new String[] {"normal", "duplicate"}) {
      assertEquals(theirs.path("ram").path(name).asLong(), ours.path(name).asLong(), text);
    }
    assertEquals(
        theirs.path("ram").path("normal-bytes").asLong(), ours.path("normal_bytes").asLong(), text);
    long syncs = theirs.path("ram").path("dirty-sync-count").asLong();
    long rounds = ours.path("dirty_sync_count_at_least").asLong();
    assertTrue(rounds >= 2 && rounds <= syncs, text);
  }

  private static boolean hasDeltas(JsonNode stats) {
    return stats.path("xbzrle_cache").path("pages_at_least").asLong() > 0;
  }

  @ParameterizedTest
  @EnumSource(names = {"V7_2", "V10_0"})
  void countersAreThoseOfQemu(Release release) throws Exception {
    Path lab = Lab.require();
    Path log = folder.resolve("serial.log");
    List<String> guest = LinuxGuest.on(release.q35(), 96, lab, 8, log);
    try (Qemu qemu = release.start(lab, folder, guest)) {
      Lab.await(log, "TICK 1 OK");
      qemu.call("migrate-set-parameters", "{\"max-bandwidth\": 30000000, \"downtime-limit\": 30}");
      Path plain = folder.resolve("plain");
      equalCounters(qemu.save(release.to(plain)), stats(plain));
      qemu.call("cont");

      qemu.enable("xbzrle");
      Path deltas = folder.resolve("deltas");
      JsonNode theirs = qemu.save(release.to(deltas));
      JsonNode ours = stats(deltas);
      JsonNode before = MissingNode.getInstance();
      for (int again = 0; again < AGAIN && !hasDeltas(ours); again++) {
        qemu.call("cont");
        // QEMU goes on counting from one save to the next
        before = theirs.path("xbzrle-cache");
        theirs = qemu.save(release.to(deltas));
        ours = stats(deltas);
      }
      equalCounters(theirs, ours);
      JsonNode cache = theirs.path("xbzrle-cache");
      long overflow = since(before, cache, "overflow");
      long bytes = since(before, cache, "bytes");
      JsonNode counted = ours.path("xbzrle_cache");
      String text = before + " " + cache + " " + counted;
      // QEMU counts all pages found in its cache, also those for which it then sends nothing
      long deltaPages = counted.path("pages_at_least").asLong();
      assertTrue(deltaPages > 0, text);
      assertTrue(since(before, cache, "pages") >= deltaPages + overflow, text);
      long pageSize = theirs.path("ram").path("page-size").asLong();
      assertEquals(bytes - overflow * pageSize, counted.path("bytes_at_least").asLong(), text);
      assertTrue(bytes <= counted.path("bytes_at_most").asLong(), text);
      assertEquals(
          since(before, cache, "cache-miss") + overflow,
          counted.path("cache_miss_and_overflow").asLong(),
          text);
    }
  }

  private static long since(JsonNode before, JsonNode counters, String name) {
    return counters.path(name).asLong() - before.path(name).asLong();
  }
}
