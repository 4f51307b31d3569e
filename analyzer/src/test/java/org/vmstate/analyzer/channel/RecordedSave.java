package org.vmstate.analyzer.channel;

import java.util.LinkedHashMap;
import java.util.Map;
import org.vmstate.testkit.ImageBytes;

/**
 * A save with two channels, recorded by hand: a block of four pages, two intervals. Channel 0 has
 * page 1 with data in the second, channel 1 has page 3, which is zero.
 */
public final class RecordedSave {
  private static final int PAGE = 4096;
  private static final int SLOTS = 128;

  private RecordedSave() {}

  /** Returns the main stream. */
  public static byte[] main() {
    return ImageBytes.withRam("pc.ram", 4).again(3, 1).eos().footer(1).u8(0).toBytes();
  }

  /** Returns a main stream without memory. */
  static byte[] withoutMemory() {
    return new ImageBytes().header().configuration("test-1.0").u8(0).toBytes();
  }

  /** Returns the start of a channel of the guest with a UUID of one byte over and over. */
  private static ImageBytes channel(int uuid, int number) {
    return new ImageBytes().be32(0x11223344).be32(1).fill(uuid, 16).u8(number).zeros(7 + 32);
  }

  private static void packet(ImageBytes to, int flags, int data, int zero, int number, int page) {
    boolean pages = data + zero > 0;
    to.be32(0x11223344).be32(1).be32(flags).be32(pages ? SLOTS : 0);
    to.be32(data).be32(data * PAGE).be64(number).be32(zero).zeros(28);
    to.text(pages ? "pc.ram" : "").zeros(256 - (pages ? 6 : 0));
    to.be64(page * PAGE).zeros((SLOTS - 1) * 8).fill(7, data * PAGE);
  }

  private static void sync(ImageBytes to, int number) {
    packet(to, 1, 0, 0, number, 0);
  }

  /** Returns channel 0 of a guest. */
  public static byte[] first(int uuid) {
    ImageBytes channel = channel(uuid, 0);
    sync(channel, 0);
    packet(channel, 0, 1, 0, 2, 1);
    sync(channel, 3);
    return channel.toBytes();
  }

  /** Returns channel 0. */
  public static byte[] first() {
    return first(1);
  }

  /** Returns channel 1. */
  public static byte[] second() {
    ImageBytes channel = channel(1, 1);
    sync(channel, 1);
    packet(channel, 0, 0, 1, 4, 3);
    sync(channel, 5);
    return channel.toBytes();
  }

  /** Returns the files that transcripts use, by name. */
  static Map<String, byte[]> files() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("main", main());
    files.put("main-without-memory", withoutMemory());
    files.put("channel-0", first());
    files.put("channel-1", second());
    files.put("channel-of-another", first(2));
    return files;
  }
}
