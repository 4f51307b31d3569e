package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A disk with two states, called one and two, and the stream that both are. */
abstract class TwoStates {
  @TempDir Path folder;
  String disk;
  String stream;

  static Ran run(String... words) {
    return Ran.command(List.of(words));
  }

  static Ran ok(String... words) {
    Ran ran = run(words);
    assertEquals(0, ran.exitCode(), ran.toString());
    return ran;
  }

  @BeforeEach
  void twoStatesInADisk() {
    stream = folder.resolve("stream").toString();
    disk = folder.resolve("disk.qcow2").toString();
    ok("samples", "-o", stream, "pc");
    ok("convert", "-q", "-O", "qcow2", "-o", "snapshot=one", stream, disk);
    ok("convert", "-q", "--into", disk, "-o", "snapshot=two", stream);
  }
}
