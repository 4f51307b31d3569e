package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One paused guest, saved by libvirt in all of its formats. */
class LibvirtLabTest {
  private static final String DOMAIN = "vmstate-lab";
  private static final Path IMAGES = Path.of("/var/lib/libvirt/images");

  @TempDir Path folder;

  private String virsh(String... arguments) throws IOException, InterruptedException {
    String[] command = new String[arguments.length + 4];
    System.arraycopy(new String[] {"virsh", "-q", "-c", "qemu:///system"}, 0, command, 0, 4);
    System.arraycopy(arguments, 0, command, 4, arguments.length);
    Path errors = folder.resolve("virsh.err");
    Lab.Result result = Lab.run(errors, command);
    if (result.exitCode() != 0) {
      throw new IOException(String.join(" ", command) + ": " + Files.readString(errors));
    }
    return new String(result.output(), StandardCharsets.UTF_8);
  }

  private void startDaemons() throws IOException, InterruptedException {
    Path errors = folder.resolve("daemons.err");
    Files.createDirectories(Path.of("/run/libvirt"));
    // a daemon that runs already makes the second one leave
    Lab.run(errors, "virtlogd", "-d");
    Lab.run(errors, "libvirtd", "-d");
    for (int i = 0; i < 100; i++) {
      try {
        virsh("version");
        return;
      } catch (IOException e) {
        Thread.sleep(200);
      }
    }
    throw new IOException("libvirtd did not start: " + Files.readString(errors));
  }

  @AfterEach
  void stop() throws Exception {
    Lab.run(folder.resolve("stop.err"), "virsh", "-c", "qemu:///system", "destroy", DOMAIN);
  }

  @Test
  void allFormatsOfOneGuestHoldTheSameMemory() throws Exception {
    Path lab = Lab.require();
    startDaemons();
    for (String file : List.of("vmlinuz", "initrd.gz")) {
      Files.copy(
          lab.resolve(file),
          IMAGES.resolve("vmstate-lab-" + file),
          StandardCopyOption.REPLACE_EXISTING);
    }
    Path log = IMAGES.resolve("vmstate-lab.log");
    Files.deleteIfExists(log);
    Path xml = folder.resolve("domain.xml");
    Files.writeString(xml, domain(log));
    virsh("create", xml.toString());
    Lab.await(log, "TICK 2 OK");
    virsh("suspend", DOMAIN);

    Map<String, String> expected = null;
    for (String format : List.of("raw", "gzip", "bzip2", "xz", "lzop", "zstd", "sparse")) {
      Path image = folder.resolve(format);
      virsh("save", DOMAIN, image.toString(), "--image-format", format, "--paused");
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
      virsh("restore", image.toString(), "--paused");
    }
  }

  private static String domain(Path log) {
    return """
    <domain type='qemu'>
      <name>%s</name>
      <memory unit='MiB'>96</memory>
      <vcpu>1</vcpu>
      <os>
        <type arch='x86_64' machine='q35'>hvm</type>
        <kernel>%s</kernel>
        <initrd>%s</initrd>
        <cmdline>console=ttyS0 quiet FILL=4</cmdline>
      </os>
      <features><acpi/></features>
      <devices>
        <emulator>/usr/bin/qemu-system-x86_64</emulator>
        <serial type='file'><source path='%s'/></serial>
        <graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1' passwd='s3cret'/>
        <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
        <memballoon model='virtio'/>
      </devices>
    </domain>
    """
        .formatted(
            DOMAIN,
            IMAGES.resolve("vmstate-lab-vmlinuz"),
            IMAGES.resolve("vmstate-lab-initrd.gz"),
            log);
  }
}
