package org.vmstate.analyzer.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** A libvirt daemon without a service manager, and what its guests need. */
final class Libvirt {
  static final Path IMAGES = Path.of("/var/lib/libvirt/images");

  /** A guest's name that no test of another process uses: they run side by side. */
  static final String NAME = "vmstate-lab-" + ProcessHandle.current().pid();

  private final Path errors;

  private Libvirt(Path errors) {
    this.errors = errors;
  }

  /** Starts the daemons unless they run, and puts the guest's kernel where libvirt reads it. */
  static Libvirt start(Path lab, Path folder) throws IOException, InterruptedException {
    Libvirt libvirt = new Libvirt(folder.resolve("virsh.err"));
    Path log = folder.resolve("daemons.err");
    Files.createDirectories(Path.of("/run/libvirt"));
    // a daemon that runs already makes the second one leave
    Lab.run(log, "virtlogd", "-d");
    Lab.run(log, "libvirtd", "-d");
    libvirt.awaitDaemon(log);
    for (String file : List.of("vmlinuz", "initrd.gz")) {
      Path part = IMAGES.resolve(NAME + "-" + file);
      Files.copy(lab.resolve(file), part, StandardCopyOption.REPLACE_EXISTING);
      Files.move(part, IMAGES.resolve("vmstate-lab-" + file), StandardCopyOption.ATOMIC_MOVE);
    }
    return libvirt;
  }

  private void awaitDaemon(Path log) throws IOException, InterruptedException {
    for (int i = 0; i < 100; i++) {
      try {
        virsh("version");
        return;
      } catch (IOException e) {
        Thread.sleep(200);
      }
    }
    throw new IOException("libvirtd did not start: " + Files.readString(log));
  }

  /** Runs a command of virsh and returns what it prints. */
  String virsh(String... arguments) throws IOException, InterruptedException {
    String[] command = new String[arguments.length + 4];
    System.arraycopy(new String[] {"virsh", "-q", "-c", "qemu:///system"}, 0, command, 0, 4);
    System.arraycopy(arguments, 0, command, 4, arguments.length);
    Files.deleteIfExists(errors);
    Lab.Result result = Lab.run(errors, command);
    if (result.exitCode() != 0) {
      throw new IOException(String.join(" ", command) + ": " + Files.readString(errors));
    }
    return new String(result.output(), StandardCharsets.UTF_8);
  }

  /** Ends a guest if there is one of that name. */
  void destroy(String domain) throws InterruptedException {
    try {
      virsh("destroy", domain);
    } catch (IOException e) {
      // it was not there
      return;
    }
  }

  /**
   * Describes a guest that ticks.
   *
   * @param log where its serial port goes
   * @param devices further devices
   */
  static String domain(String name, Path log, String devices) {
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
        <serial type='file'><source path='%s' append='on'/></serial>
        <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
        <memballoon model='virtio'/>
        %s
      </devices>
    </domain>
    """
        .formatted(
            name,
            IMAGES.resolve("vmstate-lab-vmlinuz"),
            IMAGES.resolve("vmstate-lab-initrd.gz"),
            log,
            devices);
  }
}
