package org.vmstate.testkit;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Appends the parts of an image; integers are big-endian. */
public final class ImageBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  public int size() {
    return out.size();
  }

  public byte[] toBytes() {
    return out.toByteArray();
  }

  public ImageBytes u8(int value) {
    out.write(value);
    return this;
  }

  public ImageBytes be16(int value) {
    return u8(value >> 8).u8(value);
  }

  public ImageBytes be32(long value) {
    return be16((int) (value >> 16)).be16((int) value);
  }

  public ImageBytes be64(long value) {
    return be32(value >>> 32).be32(value);
  }

  public ImageBytes raw(byte... bytes) {
    out.write(bytes, 0, bytes.length);
    return this;
  }

  public ImageBytes text(String value) {
    return raw(value.getBytes(StandardCharsets.ISO_8859_1));
  }

  public ImageBytes name(String value) {
    return u8(value.length()).text(value);
  }

  public ImageBytes zeros(int count) {
    return raw(new byte[count]);
  }

  public ImageBytes fill(int value, int count) {
    byte[] bytes = new byte[count];
    Arrays.fill(bytes, (byte) value);
    return raw(bytes);
  }

  /** Pads with zeros up to an offset. */
  public ImageBytes padTo(int offset) {
    return zeros(offset - size());
  }

  public ImageBytes header() {
    return text("QEVM").be32(3);
  }

  public ImageBytes configuration(String machine, String... capabilities) {
    u8(7).be32(machine.length()).text(machine);
    if (capabilities.length > 0) {
      u8(5).name("configuration/capabilities").be32(1).be32(capabilities.length);
      for (String capability : capabilities) {
        name(capability);
      }
    }
    return this;
  }

  /** Writes the header of a START (1) or FULL (4) record. */
  public ImageBytes section(int type, long id, String name, long instance, long version) {
    return u8(type).be32(id).name(name).be32(instance).be32(version);
  }

  /** Writes the header of a PART (2) or END (3) record. */
  public ImageBytes again(int type, long id) {
    return u8(type).be32(id);
  }

  public ImageBytes footer(long id) {
    return u8(0x7e).be32(id);
  }

  public ImageBytes eos() {
    return be64(0x10);
  }

  /** Ends the ram section that {@link #withRam} starts. */
  public ImageBytes ended() {
    return again(3, 1).eos().footer(1);
  }

  public ImageBytes description(String json) {
    return u8(6).be32(json.length()).text(json);
  }

  /** Starts a stream with one RAM block of 4 KiB pages, up to the end of the START record. */
  public static ImageBytes withRam(String block, int pages) {
    return withRam("test-1.0", block, pages);
  }

  /** Starts a stream of a machine; {@code pc} says by its name how large its pages are. */
  public static ImageBytes withRam(String machine, String block, int pages) {
    return new ImageBytes()
        .header()
        .configuration(machine)
        .section(1, 1, "ram", 0, 4)
        .be64(pages * 4096L | 4)
        .name(block)
        .be64(pages * 4096L)
        .eos()
        .footer(1);
  }

  /** Writes the 92-byte libvirt header in front of which nothing stands. */
  public static ImageBytes libvirt(
      boolean big, int version, int dataLength, int running, int format, int cookie) {
    ImageBytes header = new ImageBytes().text("LibvirtQemudSave");
    for (int value : new int[] {version, dataLength, running, format, cookie}) {
      header.be32(big ? value : Integer.reverseBytes(value));
    }
    return header.zeros(56);
  }
}
