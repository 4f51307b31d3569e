package org.vmstate.analyzer.cli;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A guest may have less memory than its display or firmware. */
class SmallGuestTest {
  @TempDir Path folder;

  @Test
  void largerBlocksDoNotContradictTheDomain() {
    String image = folder.resolve("image").toString();
    CommandRun.ok(
        "create",
        "-O",
        "libvirt-raw",
        "--block",
        "pc.ram=64K",
        "--block",
        "vga.vram=1M",
        "--no-sync",
        image);
    CommandRun.ok("check", image);
  }
}
