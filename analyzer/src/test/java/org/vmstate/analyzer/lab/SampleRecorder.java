package org.vmstate.analyzer.lab;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Records the bundled samples anew from real programs. The firmware is ours: blank, or a loop of a
 * few instructions that keeps memory changing. Run by name only, as specs/samples/README.md says.
 */
class SampleRecorder {
  private static final int FIRMWARE = 64 << 10;
  private static final int RESET_VECTOR = FIRMWARE - 16;
  private static final int LEVEL = 19;

  private final Path target;
  private final Path folder;
  private final StringBuilder index = new StringBuilder("# name\tdescription\n");

  SampleRecorder() throws IOException {
    target = Path.of("..", "specs", "samples");
    folder = Files.createTempDirectory("samples");
  }

  @Test
  void record() throws Exception {
    Path lab = Lab.require();
    qemu();
    releases(lab);
    if (chosen("libvirt-zstd") || chosen("libvirt-sparse")) {
      libvirt();
    } else {
      libvirtLines();
    }
    Files.writeString(target.resolve("index.tsv"), index);
  }

  /** Real-mode code at F000:0000 that increments a byte in each of eight pages for ever. */
  private static byte[] busyFirmware() {
    byte[] image = new byte[FIRMWARE];
    int at = 0;
    for (int b : new int[] {0xfa, 0xb8, 0x00, 0x10, 0x8e, 0xd8}) { // cli; mov ax,1000h; mov ds,ax
      image[at++] = (byte) b;
    }
    for (int page = 0; page < 8; page++) { // mov byte [page * 1000h + 100h], aah
      for (int b : new int[] {0xc6, 0x06, 0x00, page * 16 + 1, 0xaa}) {
        image[at++] = (byte) b;
      }
    }
    int loop = at;
    for (int page = 0; page < 8; page++) { // inc byte [page * 1000h + page * 4]
      for (int b : new int[] {0xfe, 0x06, page * 4, page * 16}) {
        image[at++] = (byte) b;
      }
    }
    image[at++] = (byte) 0xeb; // jmp loop
    image[at] = (byte) (loop - at - 1);
    int[] jump = {0xea, 0x00, 0x00, 0x00, 0xf0}; // jmp f000:0000
    for (int i = 0; i < jump.length; i++) {
      image[RESET_VECTOR + i] = (byte) jump[i];
    }
    return image;
  }

  /** Reports whether a sample is recorded anew; the others only keep their line. */
  private static boolean chosen(String name) {
    String only = System.getProperty("samples", "");
    return only.isEmpty() || List.of(only.split(",")).contains(name);
  }

  private void line(String name, String description) {
    index.append(name).append('\t').append(description).append('\n');
  }

  private void add(String name, String description, Path image) throws IOException {
    line(name, description);
    try (OutputStream out =
        new ZstdOutputStream(Files.newOutputStream(target.resolve(name + ".zst")), LEVEL)) {
      Files.copy(image, out);
    }
  }

  private Qemu start(String emulator, String... machine) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(machine));
    arguments.addAll(List.of("-nodefaults", "-accel", "tcg"));
    return Qemu.start(folder, emulator, arguments);
  }

  private void idle(
      String name, String description, String capability, String emulator, String... machine)
      throws Exception {
    if (!chosen(name)) {
      line(name, description);
      return;
    }
    List<String> arguments = new ArrayList<>(List.of(machine));
    arguments.add("-S");
    Path image = folder.resolve(name);
    try (Qemu qemu = start(emulator, arguments.toArray(String[]::new))) {
      qemu.enable(capability);
      qemu.save("file:" + image);
    }
    add(name, description, image);
  }

  private void inDisk(String name, String description, String... machine) throws Exception {
    if (!chosen(name)) {
      line(name, description);
      return;
    }
    Path disk = folder.resolve(name);
    Lab.run(
        folder.resolve("errors"),
        "qemu-img",
        "create",
        "-q",
        "-f",
        "qcow2",
        disk.toString(),
        "64K");
    List<String> arguments = new ArrayList<>(List.of(machine));
    arguments.addAll(List.of("-S", "-blockdev"));
    arguments.add("driver=qcow2,node-name=d0,file.driver=file,file.filename=" + disk);
    try (Qemu qemu = start("x86_64", arguments.toArray(String[]::new))) {
      qemu.snapshot("snapshot-save", "tiny", "d0");
    }
    add(name, description, disk);
  }

  private void qemu() throws Exception {
    Path blank = folder.resolve("blank.bin");
    Files.write(blank, new byte[FIRMWARE]);
    String bios = blank.toString();
    String[] pc = {"-M", "pc", "-m", "16", "-bios", bios};
    idle("pc", "QEMU 10.0, pc, sequential", "events", "x86_64", pc);
    idle("pc-mapped", "QEMU 10.0, pc, mapped-ram", "mapped-ram", "x86_64", pc);
    idle(
        "pc-no-description",
        "QEMU 10.0, pc, sequential, suppress-vmdesc=on",
        "events",
        "x86_64",
        "-M",
        "pc,suppress-vmdesc=on",
        "-m",
        "16",
        "-bios",
        bios);
    idle(
        "virt",
        "QEMU 10.0, aarch64 virt, sequential, x-ignore-shared",
        "x-ignore-shared",
        "aarch64",
        "-M",
        "virt",
        "-cpu",
        "cortex-a57",
        "-m",
        "16");
    idle(
        "riscv",
        "QEMU 10.0, riscv64 virt, sequential",
        "events",
        "riscv64",
        "-M",
        "virt",
        "-bios",
        "none",
        "-m",
        "16");
    inDisk("pc-qcow2", "QEMU 10.0, pc, snapshot-save into a qcow2 disk", pc);
    busy();
  }

  private void busy() throws Exception {
    String description = "QEMU 10.0, pc, live save of a running guest with XBZRLE";
    if (!chosen("pc-xbzrle")) {
      line("pc-xbzrle", description);
      return;
    }
    Path busy = folder.resolve("busy.bin");
    Files.write(busy, busyFirmware());
    Path image = folder.resolve("pc-xbzrle");
    try (Qemu qemu = start("x86_64", "-M", "pc", "-m", "16", "-bios", busy.toString())) {
      Thread.sleep(500);
      qemu.enable("xbzrle");
      qemu.call("migrate-set-parameters", "{\"max-bandwidth\": 50000, \"downtime-limit\": 1}");
      qemu.call("migrate", "{\"uri\": \"file:" + image + "\"}");
      while (qemu.call("query-migrate").path("ram").path("dirty-sync-count").asInt() < 4) {
        Thread.sleep(20);
      }
      qemu.call(
          "migrate-set-parameters", "{\"downtime-limit\": 2000, \"max-bandwidth\": 10000000000}");
      while (!qemu.call("query-migrate").path("status").asText().equals("completed")) {
        Thread.sleep(50);
      }
    }
    add("pc-xbzrle", description, image);
  }

  /** The oldest and the newest release; the newest with an array of allocated pointers. */
  private void releases(Path lab) throws Exception {
    Path blank = folder.resolve("blank.bin");
    Files.write(blank, new byte[FIRMWARE]);
    release(lab, Release.V5_2, "pc-5.2", "QEMU 5.2, pc, sequential", "-M", "pc");
    release(
        lab,
        Release.V11_1,
        "q35-11.1",
        "QEMU 11.1, q35, sequential, NVMe controller",
        "-M",
        "q35",
        "-drive",
        "if=none,id=d,file=null-co://,format=raw",
        "-device",
        "nvme,drive=d,serial=sample,max_ioqpairs=2,msix_qsize=3");
  }

  private void release(
      Path lab, Release release, String name, String description, String... machine)
      throws Exception {
    if (!chosen(name)) {
      line(name, description);
      return;
    }
    List<String> arguments = new ArrayList<>(List.of(machine));
    arguments.addAll(List.of("-m", "16", "-bios", folder.resolve("blank.bin").toString()));
    arguments.addAll(List.of("-nodefaults", "-accel", "tcg", "-S"));
    Path image = folder.resolve(name);
    try (Qemu qemu = release.start(lab, folder, arguments)) {
      qemu.save(release.to(image));
    }
    add(name, description, image);
  }

  private void libvirtLines() {
    for (String format : List.of("zstd", "sparse")) {
      line("libvirt-" + format, "libvirt 11.3 with QEMU 10.0, pc, " + format);
    }
  }

  private void libvirt() throws Exception {
    Path blank = Path.of("/var/lib/libvirt/images/vmstate-blank.bin");
    Files.write(blank, new byte[FIRMWARE]);
    Path xml = folder.resolve("domain.xml");
    Files.writeString(
        xml,
        """
        <domain type='qemu'>
          <name>sample</name>
          <memory unit='MiB'>16</memory>
          <vcpu>1</vcpu>
          <os>
            <type arch='x86_64' machine='pc'>hvm</type>
            <loader readonly='yes' type='rom'>%s</loader>
          </os>
          <features><acpi/></features>
          <devices>
            <emulator>/usr/bin/qemu-system-x86_64</emulator>
            <graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1' passwd='secret'/>
            <video><model type='none'/></video>
            <memballoon model='none'/>
          </devices>
        </domain>
        """
            .formatted(blank));
    Path errors = folder.resolve("virsh.err");
    Lab.run(errors, "virtlogd", "-d");
    Lab.run(errors, "libvirtd", "-d");
    Thread.sleep(5000);
    for (String format : List.of("zstd", "sparse")) {
      Path image = folder.resolve("libvirt-" + format);
      Lab.run(errors, "virsh", "-c", "qemu:///system", "create", "--paused", xml.toString());
      Lab.run(
          errors,
          "virsh",
          "-c",
          "qemu:///system",
          "save",
          "sample",
          image.toString(),
          "--image-format",
          format);
      add("libvirt-" + format, "libvirt 11.3 with QEMU 10.0, pc, " + format, image);
    }
    Files.delete(blank);
  }
}
