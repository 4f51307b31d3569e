package org.vmstate.analyzer.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Counts by itself what a disk with clusters of 64 KiB and counts of 16 bits uses, as qemu-img
 * check does, and compares that with what stands in it.
 */
final class Counts {
  private static final int CLUSTER = 1 << 16;
  private static final long MASK = 0x00ff_ffff_ffff_fe00L;

  private final ByteBuffer image;
  private final int[] used;

  private Counts(byte[] bytes) {
    image = ByteBuffer.wrap(bytes);
    used = new int[(bytes.length + CLUSTER - 1) / CLUSTER];
    area(0, 1);
    area(image.getLong(40), image.getInt(36) * 8L);
    table(image.getLong(40), image.getInt(36));
    long counts = image.getLong(48);
    area(counts, (long) image.getInt(56) * CLUSTER);
    for (int i = 0; i < image.getInt(56) * CLUSTER / 8; i++) {
      long block = image.getLong((int) counts + i * 8);
      if (block != 0) {
        area(block, CLUSTER);
      }
    }
    int at = (int) image.getLong(64);
    for (int i = 0; i < image.getInt(60); i++) {
      at = (at + 7) / 8 * 8;
      area(image.getLong(at), image.getInt(at + 8) * 8L);
      table(image.getLong(at), image.getInt(at + 8));
      at += 40 + image.getInt(at + 36) + image.getShort(at + 12) + image.getShort(at + 14);
    }
    area(image.getLong(64), at - image.getLong(64));
  }

  private void area(long from, long length) {
    for (long at = from; at < from + length; at += CLUSTER) {
      used[(int) (at / CLUSTER)]++;
    }
  }

  private void table(long l1, int entries) {
    for (int i = 0; i < entries; i++) {
      long l2 = image.getLong((int) l1 + i * 8) & MASK;
      if (l2 != 0) {
        area(l2, CLUSTER);
        for (int j = 0; j < CLUSTER / 8; j++) {
          long host = image.getLong((int) l2 + j * 8) & MASK;
          if (host != 0) {
            area(host, CLUSTER);
          }
        }
      }
    }
  }

  private int recorded(int cluster) {
    long block = image.getLong((int) image.getLong(48) + cluster / (CLUSTER / 2) * 8);
    return block == 0 ? 0 : image.getShort((int) block + cluster % (CLUSTER / 2) * 2) & 0xffff;
  }

  /** Fails when a cluster in use is counted too low: QEMU would write over it. */
  static void requireEnough(Path path) throws IOException {
    Counts counts = new Counts(Files.readAllBytes(path));
    for (int i = 0; i < counts.used.length; i++) {
      assertTrue(counts.recorded(i) >= counts.used[i], "cluster " + i);
    }
  }

  /** Fails when anything is counted too low or too high. */
  static void requireExact(Path path) throws IOException {
    Counts counts = new Counts(Files.readAllBytes(path));
    for (int i = 0; i < counts.used.length; i++) {
      assertEquals(counts.used[i], counts.recorded(i), "cluster " + i);
    }
  }
}
