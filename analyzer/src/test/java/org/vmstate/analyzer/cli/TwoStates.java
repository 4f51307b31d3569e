package org.vmstate.analyzer.cli;

import static org.vmstate.analyzer.cli.CommandRun.ok;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A disk with two states, called one and two, and the stream that both are. */
abstract class TwoStates {
  @TempDir Path folder;
  String disk;
  String stream;

  @BeforeEach
  void twoStatesInADisk() {
    stream = folder.resolve("stream").toString();
    disk = folder.resolve("disk.qcow2").toString();
    ok("samples", "-o", stream, "pc");
    ok("convert", "-q", "-O", "qcow2", "-o", "snapshot=one", stream, disk);
    ok("convert", "-q", "--into", disk, "-o", "snapshot=two", stream);
  }
}
