package org.vmstate.analyzer.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A Linux guest that libvirt started, and that a QEMU of our own can run with the same devices. It
 * says once a second whether its memory is what it was.
 */
final class TickingGuest {
  static final String NAME = "vmstate-matrix-" + ProcessHandle.current().pid();

  private static final String XML = "domain.xml";

  private final Libvirt libvirt;
  private final Path folder;
  private final Path log;
  private List<String> command = List.of();

  private TickingGuest(Libvirt libvirt, Path folder) {
    this.libvirt = libvirt;
    this.folder = folder;
    this.log = Libvirt.IMAGES.resolve(NAME + ".log");
  }

  /** Boots the guest and waits until it has ticked twice. */
  static TickingGuest boot(Path lab, Path folder) throws Exception {
    TickingGuest guest = prepared(lab, folder, "");
    guest.libvirt.virsh("create", folder.resolve(XML).toString());
    return guest.booted();
  }

  /** Boots a guest with further devices that libvirt still knows when it has ended. */
  static TickingGuest bootDefined(Path lab, Path folder, String devices) throws Exception {
    TickingGuest guest = prepared(lab, folder, devices);
    guest.libvirt.virsh("define", folder.resolve(XML).toString());
    guest.libvirt.virsh("start", NAME);
    return guest.booted();
  }

  private static TickingGuest prepared(Path lab, Path folder, String devices) throws Exception {
    Libvirt libvirt = Libvirt.start(lab, folder);
    TickingGuest guest = new TickingGuest(libvirt, folder);
    libvirt.destroy(NAME);
    Files.deleteIfExists(guest.log);
    Files.writeString(folder.resolve(XML), Libvirt.domain(NAME, guest.log, devices));
    return guest;
  }

  private TickingGuest booted() throws Exception {
    Lab.await(log, "TICK 2 OK");
    command = commandLine();
    return this;
  }

  Libvirt libvirt() {
    return libvirt;
  }

  /** Returns libvirt's command line without what only libvirt can give: its descriptors. */
  private List<String> commandLine() throws IOException {
    List<String> all = processArguments();
    List<String> result = new ArrayList<>();
    for (int i = 1; i < all.size(); i++) {
      String option = all.get(i);
      String value = i + 1 < all.size() ? all.get(i + 1) : "";
      switch (option) {
        case "-S", "-no-shutdown" -> {}
        case "-name", "-add-fd", "-mon", "-sandbox", "-display" -> i++;
        case "-object" -> {
          i++;
          if (!value.contains("masterKey0")) {
            result.addAll(List.of(option, value));
          }
        }
        case "-chardev" -> {
          i++;
          if (!value.contains("charmonitor")) {
            result.addAll(List.of(option, value.replaceAll("path=/dev/fdset/\\d+", "path=" + log)));
          }
        }
        default -> result.add(option);
      }
    }
    return result;
  }

  private static List<String> processArguments() throws IOException {
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      for (Path process :
          processes.filter(p -> p.getFileName().toString().matches("\\d+")).toList()) {
        String text = "";
        try {
          text = Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
          // it ended meanwhile
          continue;
        }
        if (text.contains("\0guest=" + NAME + ",")) {
          return List.of(text.split("\0"));
        }
      }
    }
    throw new IOException("no process of " + NAME);
  }

  /** Saves the guest by libvirt and leaves it ended. */
  void save(Path image, String format) throws Exception {
    libvirt.virsh("save", NAME, image.toString(), "--image-format", format, "--paused");
  }

  /** Restores by libvirt, paused. */
  void restorePaused(Path image) throws Exception {
    libvirt.virsh("restore", image.toString(), "--paused");
  }

  /** Restores by libvirt, waits for the guest's word on its memory, and ends it. */
  void restoreAndTick(Path image) throws Exception {
    tickAfter("restore", image.toString(), "--running");
  }

  /** Runs a command of libvirt, waits for the guest's word on its memory, and ends it. */
  void tickAfter(String... command) throws Exception {
    Files.write(log, new byte[0]);
    try {
      libvirt.virsh(command);
      awaitTick();
    } finally {
      libvirt.destroy(NAME);
    }
  }

  /** Restores by libvirt and lets the guest tick on. */
  void restoreAndStay(Path image) throws Exception {
    Files.write(log, new byte[0]);
    libvirt.virsh("restore", image.toString(), "--running");
    awaitTick();
  }

  /** Starts a QEMU with the same devices that waits for a stream. */
  Qemu qemu(String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("-incoming", "defer"));
    arguments.addAll(List.of(more));
    return qemuWith(arguments);
  }

  /** Starts a QEMU with the same devices. */
  Qemu qemuWith(List<String> more) throws Exception {
    Files.write(log, new byte[0]);
    List<String> arguments = new ArrayList<>(command);
    arguments.addAll(more);
    return Qemu.start(folder, "x86_64", arguments);
  }

  /** Loads into a QEMU of our own and waits for the guest's word on its memory. */
  void loadAndTick(Path image, String... capabilities) throws Exception {
    try (Qemu qemu = qemu()) {
      qemu.enable(capabilities);
      qemu.load("file:" + image);
      qemu.call("cont");
      awaitTick();
    }
  }

  void awaitTick() throws IOException, InterruptedException {
    for (int i = 0; i < 600; i++) {
      // what stood in the log before was removed
      String text = Files.readString(log, StandardCharsets.ISO_8859_1);
      if (text.contains("CORRUPT")) {
        throw new IOException("the guest's memory is corrupt: " + text);
      }
      if (text.contains(" OK")) {
        return;
      }
      Thread.sleep(50);
    }
    throw new IOException("the guest does not tick");
  }
}
