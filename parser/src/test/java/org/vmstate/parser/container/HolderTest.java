package org.vmstate.parser.container;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.error.UnsupportedFeatureException;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;

class HolderTest {
  private static final byte[] STREAM = "QEVM and so on".getBytes(StandardCharsets.US_ASCII);

  private static byte[] xemu(int length) {
    return ByteBuffer.allocate(12 + 5 + STREAM.length)
        .put("xemu".getBytes(StandardCharsets.US_ASCII))
        .putInt(1)
        .putInt(length)
        .position(12 + 5)
        .put(STREAM)
        .array();
  }

  private static byte[] libxl(int length) {
    ByteBuffer out = ByteBuffer.allocate(16 + 8 + 8 + 8 + 8 + STREAM.length + 2);
    out.put("LibxlFmt".getBytes(StandardCharsets.US_ASCII)).putInt(2).putInt(0);
    out.order(ByteOrder.LITTLE_ENDIAN).putInt(2).putInt(3).position(32);
    out.putInt(3).putInt(length).putInt(2).putInt(0).put(STREAM);
    return out.array();
  }

  /** A stream with memory in it: 2 records, of which one has a body of 5 bytes. */
  private static byte[] libxlWithMemory() {
    byte[] emulator = libxl(8 + STREAM.length);
    ByteBuffer out = ByteBuffer.allocate(emulator.length + 8 + 24 + 16 + 16 + 8);
    out.order(ByteOrder.LITTLE_ENDIAN).put(emulator, 0, 16).putInt(1).putInt(0);
    out.putLong(-1).put("XENF".getBytes(StandardCharsets.US_ASCII)).position(48);
    out.putInt(2).putShort((short) 12).putShort((short) 0).putInt(4).putInt(17);
    out.putInt(9).putInt(5).putLong(0x55_5555_5555L).putInt(0).putInt(0);
    return out.put(emulator, 16, emulator.length - 16).array();
  }

  private static byte[] state(byte[] file) throws IOException {
    try (ByteSource state =
        Container.open(new HeapSource(file, 0, new StructurePath()), null)
            .state(Optional.empty())) {
      return state.bytes(state.length(), 1 << 20, "state");
    }
  }

  @Test
  void streamBehindXemusPrefixIsFound() throws IOException {
    assertArrayEquals(STREAM, state(xemu(5)));
    assertThrows(MalformedDataException.class, () -> state(xemu(1000)));
    assertThrows(MalformedDataException.class, () -> state(xemu(-1)));
  }

  @Test
  void stateOfXensOldEmulatorIsRefusedByName() {
    byte[] file = libxl(8 + STREAM.length);
    file[40] = 1;
    UnsupportedFeatureException e =
        assertThrows(UnsupportedFeatureException.class, () -> state(file));
    assertTrue(e.getMessage().contains("expected 2 (QEMU), found 1 at 0x28"), e.getMessage());
  }

  @Test
  void emulatorsContextOfALibxlStreamIsFound() throws IOException {
    assertArrayEquals(STREAM, state(libxl(8 + STREAM.length)));
    assertThrows(TruncatedDataException.class, () -> state(libxl(1 << 20)));
    try (Container container =
        Container.open(new HeapSource(libxl(8 + STREAM.length), 0, new StructurePath()), null)) {
      assertEquals(
          "device state in a Xen libxl stream, whose memory is elsewhere",
          container.holder().orElseThrow().label());
    }
  }

  @Test
  void memoryInALibxlStreamIsPassedOver() throws IOException {
    byte[] file = libxlWithMemory();
    assertArrayEquals(STREAM, state(file));
    file[24] = 0;
    assertThrows(MalformedDataException.class, () -> state(file));
    file[24] = -1;
    file[41] = 1;
    assertThrows(UnsupportedFeatureException.class, () -> state(file));
    assertThrows(TruncatedDataException.class, () -> state(Arrays.copyOf(libxlWithMemory(), 70)));
  }

  private static byte[] xl(int flags, byte[] stream) {
    ByteBuffer out = ByteBuffer.allocate(32 + 16 + 7 + stream.length);
    out.put("Xen saved domain, xl format\n \0 \r".getBytes(StandardCharsets.US_ASCII));
    out.order(ByteOrder.LITTLE_ENDIAN).putInt(0x01020304).putInt(flags).putInt(0).putInt(7);
    return out.put("{conf}\n".getBytes(StandardCharsets.US_ASCII)).put(stream).array();
  }

  @Test
  void emulatorsContextOfASavedDomainIsFound() throws IOException {
    assertArrayEquals(STREAM, state(xl(3, libxlWithMemory())));
    assertThrows(UnsupportedFeatureException.class, () -> state(xl(1, libxlWithMemory())));
    assertThrows(MalformedDataException.class, () -> state(xl(3, STREAM)));
    byte[] whole = xl(3, libxlWithMemory());
    for (int cut = 40; cut < whole.length - 2; cut += 7) {
      byte[] head = Arrays.copyOf(whole, cut);
      assertThrows(StateFormatException.class, () -> state(head));
    }
  }

  @Test
  void streamOfAnOldDeviceModelRecordIsFound() throws IOException {
    byte[] text = "DeviceModelRecord0002".getBytes(StandardCharsets.US_ASCII);
    ByteBuffer out = ByteBuffer.allocate(text.length + 4 + STREAM.length + 7);
    out.order(ByteOrder.LITTLE_ENDIAN).put(text).putInt(STREAM.length).put(STREAM);
    assertArrayEquals(STREAM, state(out.array()));
    out.putInt(text.length, 1 << 20);
    assertThrows(TruncatedDataException.class, () -> state(out.array()));
  }

  private static byte[] tar(String... members) {
    ByteBuffer out = ByteBuffer.allocate(members.length * 1024 + 1024);
    for (String name : members) {
      int at = out.position();
      out.put(name.getBytes(StandardCharsets.US_ASCII));
      String size = String.format(Locale.ROOT, "%011o", STREAM.length);
      out.put(at + 124, size.getBytes(StandardCharsets.US_ASCII));
      out.put(at + 257, "ustar".getBytes(StandardCharsets.US_ASCII));
      out.put(at + 512, name.equals("snapshot") ? STREAM : new byte[STREAM.length]);
      out.position(at + 1024);
    }
    return out.array();
  }

  @Test
  void snapshotOfAPandaRecordingIsFound() throws IOException {
    byte[] file = tar("RRv2", "snapshot", "nondetlog");
    assertArrayEquals(STREAM, state(file));
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
      gzip.write(file);
    }
    assertArrayEquals(STREAM, state(compressed.toByteArray()));
    assertThrows(UnsupportedFeatureException.class, () -> state(tar("RRv2", "other")));
    file[1024 + 130] = 'x';
    assertThrows(MalformedDataException.class, () -> state(file));
  }
}
