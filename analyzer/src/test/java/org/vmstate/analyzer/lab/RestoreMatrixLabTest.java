package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.formats.FormatId;

/**
 * One real guest, saved in every form by QEMU 10.0 and libvirt 11.3, each converted to every form,
 * each result restored by the real program; the guest's next line says that its memory is intact.
 */
class RestoreMatrixLabTest {
  private static final List<String> FORMATS =
      List.of("raw", "gzip", "bzip2", "xz", "lzop", "zstd", "sparse");

  @TempDir static Path folder;

  private static TickingGuest guest;

  private final ExecutorService converter = Executors.newSingleThreadExecutor();
  private final Map<Cell, Future<Path>> pending = new HashMap<>();
  private final Map<String, Path> sources = new LinkedHashMap<>();
  private String xml = "";

  @AfterAll
  static void stop() throws Exception {
    if (guest != null) {
      guest.libvirt().destroy(TickingGuest.NAME);
    }
  }

  @TestFactory
  Stream<DynamicTest> everyFormIsRestoredFromEveryForm() throws Exception {
    Path lab = Lab.require();
    guest = TickingGuest.boot(lab, folder);
    saveByLibvirt();
    saveByQemu();
    List<Cell> cells = new ArrayList<>();
    for (Map.Entry<String, Path> source : sources.entrySet()) {
      for (FormatId target : FormatId.values()) {
        cells.add(new Cell(source.getKey(), source.getValue(), target));
      }
    }
    return cells.stream()
        .map(cell -> DynamicTest.dynamicTest(cell.name(), () -> restore(cells, cell)));
  }

  private void saveByLibvirt() throws Exception {
    for (String format : FORMATS) {
      Path image = folder.resolve("libvirt-" + format);
      guest.save(image, format);
      guest.restorePaused(image);
      sources.put("libvirt-" + format, image);
    }
    guest.libvirt().destroy(TickingGuest.NAME);
    xml = Reads.dump(sources.get("libvirt-raw"), false).path("libvirt").path("domain_xml").asText();
  }

  /** The guest goes from libvirt to a QEMU of our own, which saves it in its own forms. */
  private void saveByQemu() throws Exception {
    Path stream = folder.resolve("stream");
    Conversions.convert(sources.get("libvirt-raw"), stream, FormatId.QEMU);
    Path mapped = folder.resolve("qemu-mapped");
    try (Qemu qemu = guest.qemu()) {
      qemu.load("file:" + stream);
      qemu.enable("mapped-ram", "multifd");
      qemu.call("migrate-set-parameters", "{\"max-bandwidth\": 10000000000, \"direct-io\": true}");
      qemu.save("file:" + mapped);
    }
    Path sequential = folder.resolve("qemu-sequential");
    try (Qemu qemu = guest.qemu()) {
      qemu.load("file:" + stream);
      qemu.call("migrate-set-parameters", "{\"max-bandwidth\": 10000000000}");
      qemu.save("file:" + sequential);
    }
    Path live = folder.resolve("qemu-xbzrle");
    for (int i = 0; i < 5 && !hasDeltas(live); i++) {
      try (Qemu qemu = guest.qemu()) {
        qemu.load("file:" + stream);
        qemu.call("cont");
        guest.awaitTick();
        qemu.enable("xbzrle");
        qemu.call("migrate-set-parameters", "{\"max-bandwidth\": 30000000, \"downtime-limit\": 1}");
        qemu.save("file:" + live);
      }
    }
    assertTrue(hasDeltas(live), "no delta was sent");
    sources.put("QEMU sequential", sequential);
    sources.put("QEMU live with XBZRLE", live);
    sources.put("QEMU mapped-ram, multifd, direct-io", mapped);
  }

  private static boolean hasDeltas(Path image) throws IOException {
    return Files.exists(image) && Reads.sent(Reads.dump(image, false), "xbzrle") > 0;
  }

  /** A conversion and its restore. */
  private record Cell(String from, Path source, FormatId target) {
    String name() {
      return from + " to " + target.label();
    }
  }

  /** Converts for the next cell while this one's guest is being restored. */
  private void restore(List<Cell> cells, Cell cell) throws Exception {
    Path image = converted(cell).get();
    pending.remove(cell);
    int next = cells.indexOf(cell) + 1;
    if (next < cells.size()) {
      converted(cells.get(next));
    }
    try {
      switch (cell.target) {
        case QEMU -> guest.loadAndTick(image);
        case QEMU_MAPPED_RAM -> guest.loadAndTick(image, "mapped-ram");
        case QEMU_FIXED_RAM -> {
          // no QEMU reads the proposal of 2022: the way back has to show that nothing is lost
          Path back = folder.resolve("back");
          Conversions.convert(image, back, FormatId.QEMU);
          guest.loadAndTick(back);
        }
        default -> guest.restoreAndTick(image);
      }
    } finally {
      Files.delete(image);
    }
  }

  private Future<Path> converted(Cell cell) {
    return pending.computeIfAbsent(
        cell,
        c ->
            converter.submit(
                () -> {
                  Path result = Files.createTempFile(folder, "cell", "");
                  Conversions.convert(c.source, result, options(c.target));
                  return result;
                }));
  }

  private ConvertOptions options(FormatId target) {
    ConvertOptions plain = ConvertOptions.to(target);
    return (target.isLibvirt() ? plain.withXml(xml) : plain)
        // the least level: it is the format that matters, and xz is slow
        .level(target == FormatId.LIBVIRT_XZ ? OptionalInt.of(0) : OptionalInt.empty());
  }
}
