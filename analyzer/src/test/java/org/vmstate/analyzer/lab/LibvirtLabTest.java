package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One paused guest, saved by libvirt in all of its formats. */
class LibvirtLabTest {
  private static final String DOMAIN = Libvirt.NAME;
  private static final String GRAPHICS =
      "<graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1' passwd='s3cret'/>";

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
  }
}
