package org.vmstate.analyzer.lab;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * A guest of 313 bytes that writes to memory by a pattern for ever, without an operating system:
 * its buffer is one piece, and nothing else becomes dirty. The code is ours; its source is {@code
 * load.s} beside this class.
 */
final class WritingGuest {
  private static final int PARAMETERS = 0x20;
  private static final int MIB = 1 << 20;
  private static final int PAGE = 4096;
  private static final int BUFFER_AT = 64 * MIB;
  private static final int DATA_AT = 2 * MIB;
  private static final int COUNT_AT = MIB + 0x40;

  /** A multiboot kernel. */
  private static final String CODE =
      "02b0ad1b00000100fe4f51e40000100000001000000000000000000044001000000000000000"
          + "000000000000000000000000000000000000000000000000000000000000bd000010008b7d30"
          + "8b4d34c1e10ab801000000e31369c00d661900055ff36e3c890783c7044975ed8b7d248b4d28"
          + "c647050181c7001000004975f366baf803b052ee0f3189c6bb3930000031c9837d2c0074120f"
          + "3129f078fa3d00000008720201c603752cff45408b452083f802733b89cfc1e70c037d24413b"
          + "4d28720231c985c07516fe07fe8700040000fe8700080000fe87000c0000ebb38d9700100000"
          + "ff0783c70439d772f7eba28b7d2869db0d66190081c35ff36e3c83f803750d89dac1ea183b55"
          + "3c73038b7d3869db0d66190081c35ff36e3c89d8f7e789d7c1e70c037d24ff8700080000ff87"
          + "04080000e958ffffff";

  /** Where it writes. */
  enum Pattern {
    LOOP,
    SWEEP,
    RANDOM,
    HOT
  }

  /** Writes of 256 that go to the hot pages, which are the first of the buffer. */
  static final int HOT_OF_256 = 230;

  private WritingGuest() {}

  /** Returns how many pages are hot. */
  static int hotPages(int pages) {
    return Math.max(1, pages / 16);
  }

  /** Returns the size of its memory in MiB. */
  static int megabytes(int pages) {
    return (BUFFER_AT + pages * PAGE) / MIB + 16;
  }

  /** Returns the writes since it was started, modulo 2^32. */
  static long writes(Qemu qemu) throws IOException {
    String printed = qemu.monitorPrints("xp /1wx " + COUNT_AT);
    return Long.decode(printed.substring(printed.lastIndexOf(' ') + 1));
  }

  /**
   * Starts one and waits until it writes.
   *
   * @param pages pages of its buffer
   * @param data pages that hold something and are not written
   * @param pause ticks of the processor between two writes, 0 for none
   */
  static Qemu start(Path folder, Pattern pattern, int pages, int data, int pause)
      throws IOException, InterruptedException {
    ByteBuffer code = ByteBuffer.wrap(HexFormat.of().parseHex(CODE)).order(ByteOrder.LITTLE_ENDIAN);
    code.position(PARAMETERS);
    code.putInt(pattern.ordinal()).putInt(BUFFER_AT).putInt(pages).putInt(pause);
    code.putInt(DATA_AT).putInt(data).putInt(hotPages(pages)).putInt(HOT_OF_256);
    Path kernel = Files.write(Files.createTempFile(folder, "guest", ".bin"), code.array());
    Path serial = Files.createTempFile(folder, "serial", ".log");
    Qemu qemu =
        Qemu.start(
            folder,
            "x86_64",
            "-M",
            "pc-i440fx-10.0",
            "-accel",
            "tcg",
            "-m",
            Integer.toString(megabytes(pages)),
            "-nodefaults",
            "-serial",
            "file:" + serial,
            "-kernel",
            kernel.toString());
    try {
      Lab.await(serial, "R");
      return qemu;
    } catch (IOException e) {
      qemu.close();
      throw e;
    }
  }
}
