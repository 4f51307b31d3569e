package org.vmstate.testkit;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.vmstate.formats.container.VmaFormat;

/** Lays out a VMA archive by hand: two devices, their clusters one after the other. */
public final class VmaBytes {
  /** Bytes of a device in a cluster. */
  public static final int CLUSTER = 65536;

  private static final byte[] UUID = "sixteen bytes of".getBytes(StandardCharsets.US_ASCII);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final int firstExtent;

  /**
   * Starts with the header.
   *
   * @param names names of the devices 1, 2 ...
   */
  public VmaBytes(String... names) {
    ByteBuffer header = ByteBuffer.allocate(VmaFormat.HEADER + 512);
    header.put(new byte[] {'V', 'M', 'A', 0}).putInt(1).put(UUID).putLong(1_700_000_000);
    header.putInt(48, VmaFormat.HEADER).putInt(52, 512).putInt(56, header.capacity());
    int blob = 1;
    for (int i = 0; i < names.length; i++) {
      int device = 4096 + (i + 1) * 32;
      header.putInt(device, blob).putLong(device + 8, 1 << 20);
      byte[] name = (names[i] + "\0").getBytes(StandardCharsets.US_ASCII);
      header.put(VmaFormat.HEADER + blob, (byte) name.length);
      header.put(VmaFormat.HEADER + blob + 2, name);
      blob += 2 + name.length;
    }
    sign(header.array(), VmaFormat.HEADER_MD5_AT);
    out.writeBytes(header.array());
    firstExtent = out.size();
  }

  private static void sign(byte[] header, int at) {
    Arrays.fill(header, at, at + 16, (byte) 0);
    System.arraycopy(VmaFormat.sum(header), 0, header, at, 16);
  }

  /** Returns where the first extent starts. */
  public int firstExtent() {
    return firstExtent;
  }

  /** A cluster of a device. */
  public record Cluster(int device, long number, byte[] data) {
    int mask() {
      int mask = 0;
      for (int i = 0; i < 16; i++) {
        byte[] block = Arrays.copyOfRange(data, i * 4096, (i + 1) * 4096);
        mask |= Arrays.equals(block, new byte[4096]) ? 0 : 1 << i;
      }
      return mask;
    }
  }

  /** Adds an extent. */
  public VmaBytes extent(List<Cluster> clusters) {
    ByteBuffer header = ByteBuffer.allocate(512);
    header.put("VMAE".getBytes(StandardCharsets.US_ASCII)).position(8).put(UUID);
    int blocks = 0;
    for (int i = 0; i < clusters.size(); i++) {
      Cluster c = clusters.get(i);
      header.putShort(40 + i * 8, (short) c.mask()).put(43 + i * 8, (byte) c.device());
      header.putInt(44 + i * 8, (int) c.number());
      blocks += Integer.bitCount(c.mask());
    }
    header.putShort(6, (short) blocks);
    sign(header.array(), VmaFormat.EXTENT_MD5_AT);
    out.writeBytes(header.array());
    for (Cluster c : clusters) {
      for (int i = 0; i < 16; i++) {
        if ((c.mask() >>> i & 1) != 0) {
          out.write(c.data(), i * 4096, 4096);
        }
      }
    }
    return this;
  }

  /** Splits a state into clusters of a device. */
  public static Cluster cluster(int device, byte[] state, int number) {
    return new Cluster(
        device, number, Arrays.copyOfRange(state, number * CLUSTER, (number + 1) * CLUSTER));
  }

  /** Returns the archive. */
  public byte[] build() {
    return out.toByteArray();
  }
}
