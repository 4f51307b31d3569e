package org.vmstate.analyzer.extract;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
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
 * Accepts memory in order of address and writes the pages of a kdump: their content one after the
 * other, compressed by some threads, and their descriptors where they belong. All pages that are
 * zero share one content.
 */
final class KdumpPages implements ZeroTaking {
  /** Batches in work: on a busy machine a thread is long away with one while others go on. */
  private static final int QUEUE = 64;

  private final Kdump dump;
  private final int flag;
  private final Supplier<PageCompression.Compressor> compressors;
  private final FileSink sink;
  private final ExecutorService workers;
  private final ArrayDeque<Future<KdumpBatch>> queue = new ArrayDeque<>();
  private final ArrayDeque<KdumpBatch> spare = new ArrayDeque<>();
  private final Queue<PageCompression.Compressor> idle = new ConcurrentLinkedQueue<>();
  private final int size;
  private final ByteBuffer descriptors;
  private KdumpBatch batch;
  private long address;
  private long described;
  private long zeroAt;
  private int zeroLength;

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
    size = dump.blockSize();
    descriptors = ByteBuffer.allocateDirect(Kdump.DESCRIPTOR << 12).order(dump.order());
    batch = new KdumpBatch(size);
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
    ByteBuffer target = ByteBuffer.allocateDirect(2 * size);
    try (PageCompression.Compressor compressor = compressors.get()) {
      int done = compressor.compress(ByteBuffer.allocateDirect(size), 0, size, target);
      zeroLength = done > 0 ? done : size;
    }
    sink.write(target.clear().limit(zeroLength));
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
      long whole = left / size;
      if (address % size == 0 && left >= KdumpBatch.LENGTH || batch.isEmpty() && whole > 0) {
        if (!batch.isEmpty()) {
          submit();
        }
        // nothing to look at or to compress
        batch.follow(whole);
        address += whole * size;
        left -= whole * size;
        continue;
      }
      int part = (int) Math.min(left, batch.room());
      batch.zeros(part);
      address += part;
      left -= part;
      submitWhenFull();
    }
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    int count = source.remaining();
    while (source.hasRemaining()) {
      address += batch.take(source);
      submitWhenFull();
    }
    return count;
  }

  private void submitWhenFull() throws IOException {
    if (batch.room() == 0) {
      submit();
    }
  }

  private void submit() throws IOException {
    KdumpBatch full = batch;
    queue.add(workers.submit(() -> compress(full)));
    drain(QUEUE);
    batch = spare.isEmpty() ? new KdumpBatch(size) : spare.remove();
  }

  private KdumpBatch compress(KdumpBatch full) {
    PageCompression.Compressor free = idle.poll();
    PageCompression.Compressor compressor = free == null ? compressors.get() : free;
    try {
      return full.compress(compressor);
    } finally {
      idle.add(compressor);
    }
  }

  private void drain(int most) throws IOException {
    while (queue.size() > most) {
      take();
    }
  }

  private void take() throws IOException {
    KdumpBatch done;
    try {
      done = queue.remove().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      throw WorkerFailure.of(e.getCause());
    }
    for (long zeros = done.before(); zeros > 0; zeros--) {
      describe(zeroAt, zeroLength, zeroLength < size);
    }
    long at = sink.position();
    for (int i = 0; i < done.count(); i++) {
      int length = done.length(i);
      if (length == 0) {
        describe(zeroAt, zeroLength, zeroLength < size);
      } else {
        describe(at, length, done.isCompressed(i));
        at += length;
      }
    }
    sink.write(done.data());
    spare.add(done.clear());
  }

  private void describe(long offset, int length, boolean compressed) throws IOException {
    if (!descriptors.hasRemaining()) {
      writeDescriptors();
    }
    descriptors.putLong(offset).putInt(length).putInt(compressed ? flag : 0).putLong(0);
  }

  private void writeDescriptors() throws IOException {
    int length = descriptors.flip().remaining();
    sink.writeAt(dump.descriptorStart() + described, descriptors);
    described += length;
    descriptors.clear();
  }

  /** Ends the last page and writes what is left. */
  void finish() throws IOException {
    if (address % size != 0) {
      zeros(size - (int) (address % size));
    }
    submit();
    drain(0);
    writeDescriptors();
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {
    workers.shutdownNow();
    // a thread that still compresses uses what is given back here
    workers.close();
    idle.forEach(PageCompression.Compressor::close);
  }
}
