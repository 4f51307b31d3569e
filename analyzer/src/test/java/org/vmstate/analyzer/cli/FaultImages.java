package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Makes the images that commands are run on while calls of the file system fail. */
final class FaultImages {
  private static final String LARGE = "--block pc.ram=12M --pages zero=10 ";

  private final Path folder;

  private FaultImages(Path folder) {
    this.folder = folder;
  }

  /** Makes all of them in a folder, each under its name. */
  static void make(Path folder) throws IOException {
    FaultImages images = new FaultImages(folder);
    images.created("sequential", "-O qemu --block pc.ram=1500K --block pc.rom=8K --devices 2");
    images.created("mapped", "-O qemu-mapped-ram --seed 2 --block pc.ram=1500K --block pc.rom=8K");
    images.created("large", LARGE + "-O qemu");
    images.created("deltas", "--block pc.ram=600K --iterations 2 --dirty-rate 40 --xbzrle current");
    images.sample("guest", "pc");
    images.sample("mapped-guest", "pc-mapped");
    images.sample("zstd", "libvirt-zstd");
    images.sample("sparse", "libvirt-sparse");
    images.sample("disk", "pc-qcow2");
    images.cut("cut", "sequential");
    images.created("compressed", "-O libvirt-zstd --block pc.ram=600K --devices 2");
    images.cut("cut-compressed", "compressed");
    images.sample("arm", "virt");
    images.cut("cut-guest", "guest");
    Files.writeString(folder.resolve("xml"), "<domain type='qemu'><name>a</name></domain>");
    byte[] whole = Files.readAllBytes(folder.resolve("sequential"));
    byte[] trailing = Arrays.copyOf(whole, whole.length + 100);
    Arrays.fill(trailing, whole.length, trailing.length, (byte) 'x');
    Files.write(folder.resolve("trailing"), trailing);
  }

  private void created(String name, String words) {
    CommandRun.ok(("create -q --no-sync " + words + " " + folder.resolve(name)).split(" "));
  }

  private void sample(String name, String sample) {
    CommandRun.ok(("samples -o " + folder.resolve(name) + " " + sample).split(" "));
  }

  private void cut(String name, String whole) throws IOException {
    byte[] bytes = Files.readAllBytes(folder.resolve(whole));
    Files.write(folder.resolve(name), Arrays.copyOf(bytes, bytes.length / 3 * 2));
  }
}
