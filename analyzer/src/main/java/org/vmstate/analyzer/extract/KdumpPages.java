package org.vmstate.analyzer.extract;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.vmstate.analyzer.core.Kdump;
import org.vmstate.analyzer.output.WorkerFailure;
import org.vmstate.writer.compress.PageCompression;
import org.vmstate.writer.io.FileSink;

/**
 * Takes memory in order of address and writes the pages of a kdump: their content one after the
 * other, compressed by some threads, and their descriptors where they belong. All pages that are
 * zero share one content.
 */
final class KdumpPages implements ZeroTaking {
  private static final int BATCH = 1 << 20;

  private final Kdump dump;
  private final int flag;
  private final Supplier<PageCompression.Compressor> compressors;
  private final FileSink sink;
  private final int threads;
  private final ExecutorService workers;
  private final ArrayDeque<Future<Batch>> queue = new ArrayDeque<>();
  private final int size;
  private final Batch zeros;
  private byte[] pages;
  private int filled;
  private long address;
  private long described;
  private long zeroAt;
  private int zeroLength;

  /** Some pages, each compressed: where one has length 0, it is zero. */
  private record Batch(byte[] data, int[] lengths, boolean[] compressed) {}

  KdumpPages(Kdump dump, PageCompression compression, FileSink sink, int threads) {
    this(dump, compression.flag(), compression::compressor, sink, threads);
  }

  /**
   * Compresses with compressors of choice.
   *
   * @param flag the compression's flag in descriptors
   */
  KdumpPages(
      Kdump dump,
      int flag,
      Supplier<PageCompression.Compressor> compressors,
      FileSink sink,
      int threads) {
    this.dump = dump;
    this.flag = flag;
    this.compressors = compressors;
    this.sink = sink;
    this.threads = threads;
    size = dump.blockSize();
    zeros = new Batch(new byte[0], new int[BATCH / size], new boolean[BATCH / size]);
    pages = new byte[BATCH];
    workers = Executors.newFixedThreadPool(threads, Thread.ofPlatform().daemon().factory());
  }

  /** Writes headers, bitmaps and the page that all zero pages share. */
  void begin() throws IOException {
    sink.write(ByteBuffer.wrap(dump.front(flag)));
    byte[] part = new byte[size];
    for (int map = 0; map < 2; map++) {
      for (long at = 0; at < dump.bitmapLength(); at += size) {
        Arrays.fill(part, (byte) 0);
        dump.bitmap(at, part);
        sink.write(ByteBuffer.wrap(part));
      }
    }
    zeroAt = dump.descriptorStart() + dump.count() * Kdump.DESCRIPTOR;
    sink.skipTo(zeroAt);
    byte[] target = new byte[2 * size];
    try (PageCompression.Compressor compressor = compressors.get()) {
      int done = compressor.compress(new byte[size], 0, size, target);
      zeroLength = done > 0 ? done : size;
    }
    sink.write(ByteBuffer.wrap(target, 0, zeroLength));
  }

  /** Continues at an address; what is left of a page begun before is zero. */
  void moveTo(long next) throws IOException {
    long page = address / size;
    if (address % size != 0 && next / size != page) {
      zeros(size - (int) (address % size));
    }
    if (address % size != 0) {
      zeros((int) (next - address));
    } else {
      address = next - next % size;
      zeros((int) (next % size));
    }
  }

  @Override
  public void zeros(long count) throws IOException {
    for (long left = count; left > 0; ) {
      int part = (int) Math.min(left, BATCH - filled);
      if (part == BATCH) {
        // nothing to look at or to compress
        queue.add(CompletableFuture.completedFuture(zeros));
        drain();
      } else {
        // what was not written yet is zero
        filled += part;
      }
      address += part;
      left -= part;
      if (filled == BATCH) {
        submit();
      }
    }
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    int count = source.remaining();
    while (source.hasRemaining()) {
      int part = Math.min(source.remaining(), BATCH - filled);
      source.get(pages, filled, part);
      filled += part;
      address += part;
      if (filled == BATCH) {
        submit();
      }
    }
    return count;
  }

  private void submit() throws IOException {
    byte[] full = pages;
    int length = filled;
    queue.add(workers.submit(() -> compress(full, length)));
    pages = new byte[BATCH];
    filled = 0;
    drain();
  }

  private void drain() throws IOException {
    while (queue.size() > 2 * threads) {
      take();
    }
  }

  private Batch compress(byte[] from, int length) {
    int count = length / size;
    byte[] out = new byte[length + size];
    int[] lengths = new int[count];
    boolean[] compressed = new boolean[count];
    byte[] target = new byte[2 * size];
    byte[] zero = new byte[size];
    int end = 0;
    try (PageCompression.Compressor compressor = compressors.get()) {
      for (int i = 0; i < count; i++) {
        int at = i * size;
        if (Arrays.equals(from, at, at + size, zero, 0, size)) {
          continue;
        }
        int done = compressor.compress(from, at, size, target);
        compressed[i] = done > 0;
        lengths[i] = done > 0 ? done : size;
        System.arraycopy(done > 0 ? target : from, done > 0 ? 0 : at, out, end, lengths[i]);
        end += lengths[i];
      }
    }
    return new Batch(Arrays.copyOf(out, end), lengths, compressed);
  }

  private void take() throws IOException {
    Batch batch;
    try {
      batch = queue.remove().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      throw WorkerFailure.of(e.getCause());
    }
    ByteBuffer descriptors =
        ByteBuffer.allocate(batch.lengths().length * Kdump.DESCRIPTOR).order(dump.order());
    long at = sink.position();
    for (int i = 0; i < batch.lengths().length; i++) {
      int length = batch.lengths()[i];
      if (length == 0) {
        describe(descriptors, zeroAt, zeroLength, zeroLength < size);
      } else {
        describe(descriptors, at, length, batch.compressed()[i]);
        at += length;
      }
    }
    sink.write(ByteBuffer.wrap(batch.data()));
    sink.writeAt(dump.descriptorStart() + described * Kdump.DESCRIPTOR, descriptors.flip());
    described += batch.lengths().length;
  }

  private void describe(ByteBuffer out, long offset, int length, boolean compressed) {
    out.putLong(offset).putInt(length).putInt(compressed ? flag : 0).putLong(0);
  }

  /** Ends the last page and writes what is left. */
  void finish() throws IOException {
    if (address % size != 0) {
      zeros(size - (int) (address % size));
    }
    submit();
    while (!queue.isEmpty()) {
      take();
    }
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {
    workers.shutdownNow();
  }
}
