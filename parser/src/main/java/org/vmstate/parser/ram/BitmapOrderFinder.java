package org.vmstate.parser.ram;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.vmstate.formats.ram.BitmapOrder;
import org.vmstate.formats.ram.MappedBlock;
import org.vmstate.parser.io.ByteSource;

/**
 * Reports how the bits of a bitmap lie, which no header says. Looks at pages on which the orders
 * disagree: one that is marked holds data far more often than one that is not. Without a clear
 * answer the order is little-endian, that of nearly every host.
 */
final class BitmapOrderFinder {
  private static final int SAMPLES = 64;
  private static final int CHUNK = 64 << 10;
  private static final int MAX_CHUNKS = 64;

  private final ByteSource source;
  private final long usedLength;
  private final MappedBlock block;
  private final int[] score = new int[BitmapOrder.values().length];
  private int samples;

  BitmapOrderFinder(ByteSource source, long usedLength, MappedBlock block) {
    this.source = source;
    this.usedLength = usedLength;
    this.block = block;
  }

  BitmapOrder find() throws IOException {
    long pages = usedLength / block.pageSize();
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    long end = block.bitmapOffset() + (block.bitmapLength() & ~7L);
    long offset = block.bitmapOffset();
    for (int i = 0; i < MAX_CHUNKS && offset < end && samples < SAMPLES; i++) {
      chunk.clear().limit((int) Math.min(CHUNK, end - offset));
      source.copy(offset, chunk);
      chunk.flip();
      while (chunk.hasRemaining() && samples < SAMPLES) {
        long word = chunk.getLong();
        if (word != 0 && word != -1) {
          long first = (offset - block.bitmapOffset() + chunk.position() - 8) * 8;
          compare(word, first, (int) Math.min(Long.SIZE, pages - first));
        }
      }
      offset += chunk.limit();
    }
    BitmapOrder best = BitmapOrder.LITTLE;
    for (BitmapOrder order : BitmapOrder.values()) {
      if (score[order.ordinal()] > score[best.ordinal()]) {
        best = order;
      }
    }
    return best;
  }

  private void compare(long word, long firstPage, int count) throws IOException {
    long little = BitmapOrder.LITTLE.normalize(word);
    long big64 = BitmapOrder.BIG_64.normalize(word);
    long big32 = BitmapOrder.BIG_32.normalize(word);
    long disputed = (little ^ big64) | (little ^ big32);
    for (int bit = 0; bit < count && samples < SAMPLES; bit++) {
      if ((disputed >>> bit & 1) != 0) {
        boolean data = holdsData(firstPage + bit);
        samples++;
        vote(BitmapOrder.LITTLE, little, bit, data);
        vote(BitmapOrder.BIG_64, big64, bit, data);
        vote(BitmapOrder.BIG_32, big32, bit, data);
      }
    }
    // bits after the last page are clear
    if (count < Long.SIZE) {
      long beyond = -1L << Math.max(0, count);
      penalize(BitmapOrder.LITTLE, little & beyond);
      penalize(BitmapOrder.BIG_64, big64 & beyond);
      penalize(BitmapOrder.BIG_32, big32 & beyond);
    }
  }

  private void vote(BitmapOrder order, long bits, int bit, boolean data) {
    if ((bits >>> bit & 1) != 0 == data) {
      score[order.ordinal()]++;
    }
  }

  private void penalize(BitmapOrder order, long bits) {
    if (bits != 0) {
      score[order.ordinal()] -= SAMPLES;
    }
  }

  private boolean holdsData(long page) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) block.pageSize());
    source.copy(block.pagesOffset() + page * block.pageSize(), bytes);
    bytes.flip();
    while (bytes.remaining() >= 8) {
      if (bytes.getLong() != 0) {
        return true;
      }
    }
    return false;
  }
}
