package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.ImageSource;
import org.vmstate.formats.FormatId;

/** A guest with two disks goes from libvirt's snapshots to those of others, and back. */
class LibvirtDisksLabTest {
  private static final String NAME = TickingGuest.NAME;

  @TempDir Path folder;

  private TickingGuest guest;
  private Path first;
  private Path second;

  @AfterEach
  void stop() throws Exception {
    if (guest != null) {
      guest.libvirt().destroy(NAME);
      guest.libvirt().virsh("undefine", NAME, "--snapshots-metadata", "--managed-save");
      Files.deleteIfExists(first);
      Files.deleteIfExists(second);
    }
  }

  private Path create(String disk) throws Exception {
    Path file = Libvirt.IMAGES.resolve(NAME + "-" + disk + ".qcow2");
    Files.deleteIfExists(file);
    new Snapshots(folder).create(file, "cluster_size=64K", "64M");
    return file;
  }

  private static String disk(Path file, String target) {
    return """
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='%s'/>
      <target dev='%s' bus='virtio'/>
    </disk>
    """
        .formatted(file, target);
  }

  private void requireClean(Path disk) throws Exception {
    new Snapshots(folder).requireClean(disk, "");
  }

  private void into(String tag, Path image) throws Exception {
    Snapshots.write(ImageSource.of(image), first, tag, FormatId.QEMU);
    requireClean(first);
  }

  @Test
  void stateWandersBetweenLibvirtAndTagsOfOthers() throws Exception {
    Path lab = Lab.require();
    first = create("first");
    second = create("second");
    guest = TickingGuest.bootDefined(lab, folder, disk(first, "vda") + disk(second, "vdb"));
    Path saved = folder.resolve("saved");
    guest.libvirt().virsh("suspend", NAME);
    guest.libvirt().virsh("snapshot-create-as", NAME, "paused");
    guest.save(saved, "raw");
    String xml = guest.libvirt().virsh("save-image-dumpxml", saved.toString(), "--security-info");
    Snapshots.requireSame(first, "paused", ImageSource.of(saved), "by libvirt");
    assertEquals(List.of("paused"), Snapshots.names(first, true));
    assertEquals(List.of(), Snapshots.names(second, true));
    assertEquals(List.of("paused"), Snapshots.names(second, false));

    into("paused", saved);
    guest.tickAfter("snapshot-revert", NAME, "paused", "--running");

    // multipass and UTM keep their guests under this tag
    try (Qemu qemu = guest.qemuWith(List.of("-loadvm", "paused"))) {
      qemu.call("cont");
      guest.awaitTick();
      qemu.monitor("savevm suspend");
      qemu.quit();
    }
    requireClean(first);
    Path theirs = folder.resolve("theirs");
    Snapshots.convert(
        ImageSource.in(first, Optional.of("suspend")),
        ConvertOptions.to(FormatId.LIBVIRT_RAW).withXml(xml),
        Destination.file(theirs, false, false));
    guest.restoreAndTick(theirs);

    into("suspend", saved);
    try (Qemu qemu = guest.qemuWith(List.of("-loadvm", "suspend"))) {
      qemu.call("cont");
      guest.awaitTick();
      qemu.quit();
    }
    requireClean(first);
    requireClean(second);
  }
}
