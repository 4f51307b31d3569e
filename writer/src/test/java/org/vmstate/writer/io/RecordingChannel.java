package org.vmstate.writer.io;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A file in memory that remembers what it is asked to do, and may do less of it at a time. */
final class RecordingChannel extends PositionalChannel {
  private final List<String> calls = new ArrayList<>();
  private final int alignment;
  private byte[] content = new byte[0];
  private int most = Integer.MAX_VALUE;
  private Forced onForce = () -> {};
  private boolean moves = true;
  private boolean reads = true;
  private boolean writes = true;

  RecordingChannel() {
    this(1);
  }

  /** A file that wants offsets, lengths and addresses in memory to be multiples of a number. */
  RecordingChannel(int alignment) {
    this.alignment = alignment;
  }

  /** Limits how many bytes a call moves. */
  RecordingChannel most(int bytes) {
    most = bytes;
    return this;
  }

  /** Bytes of other files cannot be moved here. */
  RecordingChannel withoutMoves() {
    moves = false;
    return this;
  }

  RecordingChannel unreadable() {
    reads = false;
    return this;
  }

  RecordingChannel full() {
    writes = false;
    return this;
  }

  private static void require(boolean works, String words) throws IOException {
    if (!works) {
      throw new IOException(words);
    }
  }

  /** Returns what was asked since the last time. */
  List<String> calls() {
    List<String> result = List.copyOf(calls);
    calls.clear();
    return result;
  }

  byte[] content() {
    return content.clone();
  }

  /** Returns some bytes; past the end there are zeros. */
  byte[] content(int from, int length) {
    return Arrays.copyOfRange(Arrays.copyOf(content, from + length), from, from + length);
  }

  @Override
  public int write(ByteBuffer data, long offset) throws IOException {
    require(writes, "full");
    int count = Math.min(most, data.remaining());
    if (alignment > 1) {
      assertEquals(0, offset % alignment);
      assertEquals(0, count % alignment);
      assertEquals(0, data.alignmentOffset(data.position(), alignment));
    }
    calls.add("write " + offset + "+" + count);
    int at = Math.toIntExact(offset);
    content = Arrays.copyOf(content, Math.max(content.length, at + count));
    data.get(content, at, count);
    return count;
  }

  @Override
  public int read(ByteBuffer target, long offset) throws IOException {
    require(reads, "unreadable");
    if (offset >= content.length) {
      return -1;
    }
    int at = Math.toIntExact(offset);
    int count = Math.min(most, Math.min(target.remaining(), content.length - at));
    target.put(content, at, count);
    return count;
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long offset, long count) throws IOException {
    require(moves, "one of two files failed");
    ByteBuffer data = ByteBuffer.allocate((int) Math.min(most, count));
    source.read(data);
    return write(data.flip(), offset);
  }

  @Override
  public FileChannel position(long offset) {
    return this;
  }

  @Override
  public long size() {
    return content.length;
  }

  @Override
  public FileChannel truncate(long size) {
    calls.add("truncate " + size);
    content = Arrays.copyOf(content, Math.toIntExact(size));
    return this;
  }

  @Override
  public void force(boolean all) throws IOException {
    calls.add("force");
    onForce.run();
  }

  /** What is done when the file is brought to disk. */
  interface Forced {
    void run() throws IOException;
  }

  RecordingChannel onForce(Forced forced) {
    onForce = forced;
    return this;
  }

  @Override
  protected void implCloseChannel() {
    calls.add("close");
  }
}
