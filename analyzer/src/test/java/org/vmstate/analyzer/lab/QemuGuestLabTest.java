package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A running Linux guest: live saves, and one paused guest saved in every way. */
class QemuGuestLabTest {
  private static final int MEBIBYTES = 160;

  /** How often to save again when the guest was too quiet for what a test wants to see. */
  private static final int ATTEMPTS = 4;

  @TempDir Path folder;

  private Qemu start(Path lab, String... more) throws Exception {
    Path serial = folder.resolve("serial.log");
    List<String> arguments = LinuxGuest.on("q35", MEBIBYTES, lab, 16, serial);
    arguments.addAll(List.of("-device", "virtio-rng-pci"));
    arguments.addAll(List.of(more));
    return Qemu.start(folder, "x86_64", arguments);
  }

  private String memory(Qemu qemu) throws Exception {
    Path file = folder.resolve("memory");
    qemu.call(
        "pmemsave",
        "{\"val\": 0, \"size\": %s, \"filename\": \"%s\"}".formatted((long) MEBIBYTES << 20, file));
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Test
  void memoryIsTheSameWhicheverWayItWasSaved() throws Exception {
    Path lab = Lab.require();
    Path live = folder.resolve("live");
    Path xbzrle = folder.resolve("xbzrle");
    Path sequential = folder.resolve("sequential");
    String expected;
    try (Qemu qemu = start(lab)) {
      Lab.await(folder.resolve("serial.log"), "TICK 3 OK");

      qemu.call("migrate-set-parameters", "{\"max-bandwidth\": 60000000, \"downtime-limit\": 10}");
      int passes = 0;
      for (int attempt = 0; passes < 3 && attempt < ATTEMPTS; attempt++) {
        if (attempt > 0) {
          qemu.call("cont");
        }
        passes = qemu.save("file:" + live).path("ram").path("dirty-sync-count").asInt();
      }
      assertTrue(passes > 2, "passes " + passes);
      assertEquals(memory(qemu), Reads.hashes(live).get("pc.ram"));
      assertTrue(Reads.equalsScript(lab, live), "the script failed");
      Reads.covered(live);
      qemu.call("cont");

      savedWithDeltas(lab, qemu, xbzrle);
      qemu.call("cont");
      Thread.sleep(500);

      qemu.call("stop");
      expected = memory(qemu);
      qemu.call(
          "migrate-set-capabilities",
          "{\"capabilities\": [{\"capability\": \"xbzrle\", \"state\": false}]}");
      qemu.call("migrate-set-parameters", "{\"max-bandwidth\": 10000000000}");
      qemu.save("file:" + sequential);
    }
    Map<String, String> hashes = Reads.hashes(sequential);
    assertEquals(expected, hashes.get("pc.ram"));
    assertTrue(Reads.equalsScript(lab, sequential), "the script failed");

    for (List<String> capabilities :
        List.of(
            List.<String>of(),
            List.of("mapped-ram"),
            List.of("mapped-ram", "multifd"),
            List.of("x-ignore-shared"))) {
      assertEquals(hashes, Reads.hashes(savedAgain(lab, sequential, capabilities, false)));
    }
    assertEquals(
        hashes, Reads.hashes(savedAgain(lab, sequential, List.of("mapped-ram", "multifd"), true)));
  }

  private void savedWithDeltas(Path lab, Qemu qemu, Path image) throws Exception {
    qemu.enable("xbzrle");
    qemu.call("migrate-set-parameters", "{\"max-bandwidth\": 40000000, \"downtime-limit\": 5}");
    JsonNode dump = null;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt > 0) {
        qemu.call("cont");
      }
      qemu.save("file:" + image);
      dump = Reads.dump(image, false);
      if (Reads.sent(dump, "xbzrle") > 0) {
        break;
      }
    }
    assertTrue(Reads.sent(dump, "xbzrle") > 0, "no delta was sent");
    assertEquals(memory(qemu), Reads.hashes(image).get("pc.ram"));
    assertFalse(Reads.equalsScript(lab, image), "the script reads XBZRLE now: use it");
    Reads.covered(image);
  }

  /** Loads an image into a paused QEMU and saves it from there with other capabilities. */
  private Path savedAgain(Path lab, Path image, List<String> capabilities, boolean direct)
      throws Exception {
    Path target = folder.resolve("again-" + String.join("-", capabilities) + direct);
    try (Qemu qemu = start(lab, "-S", "-incoming", "defer")) {
      qemu.load("file:" + image);
      qemu.enable(capabilities.toArray(String[]::new));
      qemu.call(
          "migrate-set-parameters",
          "{\"max-bandwidth\": 10000000000, \"direct-io\": %b}".formatted(direct));
      qemu.save("file:" + target);
    }
    Reads.covered(target);
    boolean readable = !capabilities.contains("mapped-ram");
    assertEquals(readable, Reads.equalsScript(lab, target), target.toString());
    return target;
  }
}
