package org.vmstate.parser.multifd;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.vmstate.formats.ram.MultifdFormat;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.spec.MultifdInitialPacket;
import org.vmstate.formats.spec.MultifdPacket;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.SpecReader;

/**
 * Reads one channel packet by packet, with what a packet decompresses to in memory, at most 512
 * KiB. Errors name the channel in their path. Source: QEMU 10.0 migration/multifd.c.
 */
public final class ChannelReader implements Closeable {
  /** What compressed data of one packet can be long: zlib and zstd grow data by less than that. */
  private static final int MOST_COMPRESSED = MultifdFormat.PACKET_BYTES + (64 << 10);

  private static final int FLAGS = 8;

  private final ByteSource source;
  private final PacketData data = new PacketData();
  private MultifdInitialPacket initial;
  private MultifdPacket pending;
  private long pendingAt;
  private long method = -1;
  private long lastNumber = -1;
  private long packets;
  private long used;
  private boolean numbered = true;
  private byte[] compressed = new byte[0];
  private byte[] pages = new byte[0];

  /** Reads from the start of a channel; closes the source with itself. */
  public ChannelReader(ByteSource source, String name) {
    this.source = source;
    source.path().push(name);
  }

  /** Returns the first packet, which says what the channel belongs to. */
  public MultifdInitialPacket initial() throws IOException {
    if (initial == null) {
      long at = source.position();
      MultifdInitialPacket found =
          SpecReader.read(
              source, "initial packet", Reason.MULTIFD_INITIAL_MAGIC, MultifdInitialPacket::new);
      requireVersion(found.version(), at);
      initial = found;
    }
    return initial;
  }

  private void requireVersion(long version, long at) throws IOException {
    if (version != MultifdFormat.VERSION) {
      throw source.unsupported(
          Reason.MULTIFD_VERSION, "version: expected 1, found " + version, at + 4);
    }
  }

  /** Reports whether something of the next packet was read already. */
  public boolean hasBegun() {
    return pending != null || source.buffered() > 0;
  }

  /** Returns the number of packets that were read. */
  public long packets() {
    return packets;
  }

  /**
   * Returns how many numbers the packets that were read used up. Up to QEMU 8.2 pages and a SYNC,
   * which have one each, may come in one packet, and one with neither has none of its own.
   */
  long numbersUsed() {
    return numbered ? packets : used;
  }

  /** Returns the highest packet number that was read, -1 before the first. */
  public long lastNumber() {
    return lastNumber;
  }

  /**
   * Reports whether each packet has a number of its own. Up to QEMU 8.2 a SYNC, which then has a
   * capacity, may take away that of a packet that waits.
   */
  public boolean isNumbered() {
    return numbered;
  }

  /** Returns the path of the channel, for errors that concern more than one. */
  public ByteSource source() {
    return source;
  }

  /**
   * Reads the header of the next packet, unless that was done.
   *
   * @return its number, or -1 at the end of the channel
   */
  public long next(int pageSize) throws IOException {
    if (pending == null) {
      initial();
      if (source.atEnd()) {
        return -1;
      }
      pendingAt = source.position();
      if (source.has(FLAGS + 4) && (source.peek32(FLAGS) & MultifdFormat.DEVICE_STATE) != 0) {
        throw source.unsupported(
            Reason.MULTIFD_DEVICE_STATE,
            "packet: holds the state of a device (VFIO), which no image has a place for",
            pendingAt);
      }
      int slots = MultifdFormat.PACKET_BYTES / pageSize;
      MultifdPacket packet =
          SpecReader.read(
              source, "packet", Reason.MULTIFD_PACKET_MAGIC, io -> new MultifdPacket(io, slots));
      requireVersion(packet.version(), pendingAt);
      boolean sync = (packet.flags() & MultifdFormat.SYNC) != 0;
      numbered &= !sync || packet.pagesAlloc() == 0;
      if (packet.packetNum() < lastNumber || numbered && packet.packetNum() == lastNumber) {
        throw source.malformed(
            Reason.MULTIFD_NUMBER_ORDER,
            "packet number: expected more than "
                + (lastNumber - (numbered ? 0 : 1))
                + ", found "
                + packet.packetNum(),
            pendingAt);
      }
      counts(packet, slots, pageSize);
      pending = packet;
    }
    return pending.packetNum();
  }

  private void counts(MultifdPacket packet, int slots, int pageSize) throws IOException {
    long normal = packet.normalPages();
    long zero = packet.zeroPages();
    long size = packet.nextPacketSize();
    if (packet.pagesAlloc() > slots
        || normal + zero > packet.pagesAlloc()
        || normal > 0 && size == 0) {
      throw source.malformed(
          Reason.MULTIFD_PAGES,
          "pages: expected at most "
              + slots
              + " with data, found "
              + normal
              + " and "
              + zero
              + " zero ones of "
              + packet.pagesAlloc()
              + " with "
              + size
              + " bytes",
          pendingAt);
    }
    if (normal == 0) {
      return;
    }
    long found = packet.flags() & MultifdFormat.COMPRESSION;
    if (method >= 0 && found != method) {
      throw source.malformed(
          Reason.MULTIFD_METHOD_CHANGED,
          "compression: expected " + method + " as before, found " + found,
          pendingAt);
    }
    if (found != MultifdFormat.NONE && found != MultifdFormat.ZLIB && found != MultifdFormat.ZSTD) {
      throw source.unsupported(
          Reason.MULTIFD_METHOD,
          "compression: expected none, zlib or zstd, found 0x" + Long.toHexString(found),
          pendingAt,
          Facts.found(found));
    }
    method = found;
    if (found == MultifdFormat.NONE ? size != normal * pageSize : size > MOST_COMPRESSED) {
      throw source.malformed(
          Reason.MULTIFD_DATA_SIZE,
          "data: expected "
              + (found == MultifdFormat.NONE ? "" : "at most ")
              + (found == MultifdFormat.NONE ? normal * pageSize : MOST_COMPRESSED)
              + " bytes, found "
              + size,
          pendingAt);
    }
  }

  /**
   * Reads the packet whose header was read and hands on its pages.
   *
   * @return whether an interval ends with it
   */
  public boolean place(Map<String, RamBlock> blocks, int pageSize, PageSink sink)
      throws IOException {
    MultifdPacket packet = pending;
    int normal = (int) packet.normalPages();
    int zero = (int) packet.zeroPages();
    if (normal + zero > 0) {
      RamBlock block = block(packet, blocks);
      requireOffsets(packet, block, normal + zero, pageSize);
      List<Long> offsets = packet.offsets();
      if (normal > 0) {
        byte[] content = content(packet, normal * pageSize);
        int from = 0;
        for (int i = 1; i <= normal; i++) {
          if (i == normal || offsets.get(i) != offsets.get(i - 1) + pageSize) {
            ByteBuffer run = ByteBuffer.wrap(content, from * pageSize, (i - from) * pageSize);
            sink.data(block, offsets.get(from) / pageSize, run);
            from = i;
          }
        }
      }
      for (int i = normal; i < normal + zero; i++) {
        sink.zero(block, offsets.get(i) / pageSize);
      }
    }
    boolean sync = (packet.flags() & MultifdFormat.SYNC) != 0;
    packets++;
    used += (normal + zero > 0 ? 1 : 0) + (sync ? 1 : 0);
    lastNumber = packet.packetNum();
    pending = null;
    return sync;
  }

  /** Reports whether the packet whose header was read brings pages. */
  boolean hasPages() {
    return pending.normalPages() + pending.zeroPages() > 0;
  }

  /** Passes over the packet whose header was read. */
  void skip() throws IOException {
    source.skip(pending.normalPages() > 0 ? pending.nextPacketSize() : 0);
    packets++;
    lastNumber = pending.packetNum();
    pending = null;
  }

  private RamBlock block(MultifdPacket packet, Map<String, RamBlock> blocks) throws IOException {
    byte[] name = packet.idstr();
    int end = 0;
    while (end < name.length && name[end] != 0) {
      end++;
    }
    String text = ByteSource.latin1(Arrays.copyOf(name, end));
    RamBlock block = end == name.length ? null : blocks.get(text);
    if (block == null) {
      throw source.malformed(
          Reason.MULTIFD_BLOCK_UNKNOWN,
          "block: expected one of the main stream, found " + text,
          pendingAt);
    }
    return block;
  }

  private void requireOffsets(MultifdPacket packet, RamBlock block, int count, int pageSize)
      throws IOException {
    for (int i = 0; i < count; i++) {
      long offset = packet.offsets().get(i);
      if (offset % pageSize != 0 || offset < 0 || offset > block.usedLength() - pageSize) {
        throw source.malformed(
            Reason.MULTIFD_PAGE_OUTSIDE,
            "page offset: expected one inside "
                + block.name()
                + ", found 0x"
                + Long.toHexString(offset),
            pendingAt);
      }
    }
  }

  /** Returns the pages of a packet; the array is used again for the next. */
  private byte[] content(MultifdPacket packet, int count) throws IOException {
    int size = (int) packet.nextPacketSize();
    compressed = fill(compressed, size);
    if (method == MultifdFormat.NONE) {
      return compressed;
    }
    pages = pages.length < count ? new byte[count] : pages;
    String wrong = data.decompress((int) method, compressed, size, pages, count);
    if (wrong != null) {
      throw source.malformed(
          Reason.MULTIFD_DATA_DAMAGED, "data of the packet: " + wrong, pendingAt);
    }
    return pages;
  }

  private byte[] fill(byte[] before, int size) throws IOException {
    byte[] target = before.length < size ? new byte[size] : before;
    for (int done = 0; done < size; ) {
      int n = source.readSome(target, done, size - done);
      if (n < 0) {
        // says so with offset and path
        source.skip(size - done);
      }
      done += n;
    }
    return target;
  }

  @Override
  public void close() throws IOException {
    data.close();
    source.close();
  }
}
