package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.check.Finding;
import org.vmstate.formats.rule.QemuRelease;

/** One paused guest, saved by libvirt in all of its formats. */
class LibvirtLabTest {
  private static final String DOMAIN = Libvirt.NAME;
  private static final String GRAPHICS =
      "<graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1' passwd='s3cret'/>";

  private static final int VERSION_AT = 16;
  private static final int LENGTH_AT = 20;
  private static final int FORMAT_AT = 28;
  private static final int COOKIE_AT = 32;

  @TempDir Path folder;

  private Libvirt libvirt;

  @AfterEach
  void stop() throws Exception {
    if (libvirt != null) {
      libvirt.destroy(DOMAIN);
    }
  }

  @Test
  void allFormatsOfOneGuestHoldTheSameMemory() throws Exception {
    Path lab = Lab.require();
    libvirt = Libvirt.start(lab, folder);
    Path log = Libvirt.IMAGES.resolve(DOMAIN + ".log");
    Files.deleteIfExists(log);
    Path xml = folder.resolve("domain.xml");
    Files.writeString(xml, Libvirt.domain(DOMAIN, log, GRAPHICS));
    libvirt.virsh("create", xml.toString());
    Lab.await(log, "TICK 2 OK");
    libvirt.virsh("suspend", DOMAIN);

    Map<String, String> expected = null;
    for (String format : List.of("raw", "gzip", "bzip2", "xz", "lzop", "zstd", "sparse")) {
      Path image = folder.resolve(format);
      libvirt.virsh("save", DOMAIN, image.toString(), "--image-format", format, "--paused");
      JsonNode dump = Reads.dump(image, false);
      assertEquals(format, dump.path("libvirt").path("image_format").asText());
      assertTrue(Reads.decoded(dump) > 20, "decoded " + Reads.decoded(dump));
      String shown = dump.path("libvirt").path("domain_xml").asText();
      assertTrue(shown.contains("<name>" + DOMAIN + "</name>"), shown);
      assertFalse(shown.contains("s3cret"), "the password is shown");
      Reads.covered(image);
      Map<String, String> hashes = Reads.hashes(image);
      expected = expected == null ? hashes : expected;
      assertEquals(expected, hashes, format);
      libvirt.virsh("restore", image.toString(), "--paused");
    }
    libvirt.destroy(DOMAIN);
    try (InputStream in = Files.newInputStream(folder.resolve("raw"))) {
      quotedMessagesAreThoseOfLibvirt(in.readNBytes(1 << 20));
    }
  }

  /** Each is refused before QEMU is started. */
  private void quotedMessagesAreThoseOfLibvirt(byte[] good) throws Exception {
    ByteBuffer header = ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN);
    int length = header.getInt(LENGTH_AT);
    int cookie = header.getInt(COOKIE_AT);
    byte[] unfinished = good.clone();
    System.arraycopy("Part".getBytes(StandardCharsets.US_ASCII), 0, unfinished, 12, 4);
    Map<String, byte[]> images = new LinkedHashMap<>();
    images.put("failed to read qemu header", Arrays.copyOf(good, 50));
    images.put("failed to read domain XML", Arrays.copyOf(good, 92 + cookie / 2));
    images.put("failed to read cookie", Arrays.copyOf(good, 92 + length - 1));
    images.put("save image is incomplete", unfinished);
    images.put("image version is not supported (50331648 > 2)", with(good, VERSION_AT, 3));
    images.put("invalid header data length: 0", with(good, LENGTH_AT, 0));
    images.put("unsupported save image format: 7", with(good, FORMAT_AT, 7));
    images.put("unsupported save image format: -1", with(good, FORMAT_AT, -1));
    Path broken = folder.resolve("broken");
    QemuRelease release = QemuRelease.of("10.0").orElseThrow();
    for (Map.Entry<String, byte[]> image : images.entrySet()) {
      Files.write(broken, image.getValue());
      String said =
          assertThrows(IOException.class, () -> libvirt.virsh("restore", broken.toString()))
              .getMessage();
      assertTrue(said.contains(image.getKey()), said);
      List<Finding> errors = Checks.errors(Checks.check(broken, null, release));
      assertEquals(image.getKey(), errors.getFirst().loader(release), errors.toString());
    }
  }

  private static byte[] with(byte[] good, int at, int value) {
    byte[] broken = good.clone();
    ByteBuffer.wrap(broken).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
    return broken;
  }
}
