package org.vmstate.analyzer.check;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.spec.MultifdInitialPacket;
import org.vmstate.formats.spec.MultifdPacket;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.SpecReader;

/**
 * Rules on recorded multifd channels, which belong to a main stream. Offsets of findings count in
 * the recording that the path names. Source: QEMU 10.0 migration/multifd.c.
 */
final class ChannelChecker {
  /** Page data of one packet, in bytes. */
  private static final int PACKET_BYTES = 512 << 10;

  private static final int SYNC = 1;
  private static final int COMPRESSION = 0x3e;
  private static final int DEVICE_STATE = 0x40;
  private static final int DEVICE_STATE_NAME = 260;

  private final Findings findings;
  private final Map<String, RamBlock> blocks;
  private final int pageSize;
  private final long flushes;
  private final Arrivals arrivals;
  private final Set<Integer> ids = new HashSet<>();
  private final Set<Long> numbers = new HashSet<>();
  private final List<Long> syncs = new ArrayList<>();
  private boolean numbered = true;
  private byte[] uuid;
  private long compression = -1;
  private String path = "";

  /** Is told of the pages that channels bring. */
  interface Arrivals {
    /** A page, with data or zero. */
    void page(RamBlock block, long page);
  }

  /**
   * Checks against a main stream.
   *
   * @param flushes MULTIFD_FLUSH words in it
   */
  ChannelChecker(
      Findings findings,
      Map<String, RamBlock> blocks,
      int pageSize,
      long flushes,
      Arrivals arrivals) {
    this.findings = findings;
    this.blocks = Map.copyOf(blocks);
    this.pageSize = pageSize;
    this.flushes = flushes;
    this.arrivals = arrivals;
  }

  private void add(Rule rule, long at, String text) {
    findings.add(Finding.of(rule, at, path, text));
  }

  /** Checks one recording. */
  void channel(String name, ByteSource source) throws IOException {
    path = name;
    findings.applied(
        Rule.MULTIFD_INITIAL,
        Rule.MULTIFD_MAGIC,
        Rule.MULTIFD_COUNTS,
        Rule.MULTIFD_SIZE,
        Rule.MULTIFD_BLOCK,
        Rule.MULTIFD_COMPRESSION,
        Rule.MULTIFD_SYNC,
        Rule.MULTIFD_NUMBER);
    long at = source.position();
    try {
      initial(
          SpecReader.read(
              source, "initial packet", Reason.MULTIFD_INITIAL_MAGIC, MultifdInitialPacket::new),
          at);
    } catch (StateFormatException e) {
      add(Rule.MULTIFD_INITIAL, e.offset(), e.words());
      return;
    }
    long count = 0;
    long last = -1;
    try {
      while (source.has(1)) {
        at = source.position();
        if (source.has(12) && (source.peek32(8) & DEVICE_STATE) != 0) {
          source.skip(12 + DEVICE_STATE_NAME);
          source.skip(source.be32());
          continue;
        }
        int slots = PACKET_BYTES / pageSize;
        MultifdPacket packet =
            SpecReader.read(
                source, "packet", Reason.MULTIFD_PACKET_MAGIC, io -> new MultifdPacket(io, slots));
        packet(packet, at, slots);
        boolean sync = (packet.flags() & SYNC) != 0;
        // up to QEMU 8.2 a SYNC, which then has a capacity, may take the number of another
        numbered &= !sync || packet.pagesAlloc() == 0;
        boolean again = packet.packetNum() <= last || !numbers.add(packet.packetNum());
        if (packet.packetNum() < last || again && numbered) {
          add(
              Rule.MULTIFD_NUMBER,
              at,
              "packet number: expected more than " + last + ", found " + packet.packetNum());
        }
        last = packet.packetNum();
        count += packet.flags() & SYNC;
        // where no page has data, up to QEMU 8.2, this is the size of an earlier packet
        source.skip(packet.normalPages() > 0 ? packet.nextPacketSize() : 0);
      }
    } catch (StateFormatException e) {
      boolean cut = e instanceof TruncatedDataException;
      add(cut ? Rule.MULTIFD_SIZE : Rule.MULTIFD_MAGIC, e.offset(), e.words());
      return;
    }
    syncs.add(count);
  }

  private void initial(MultifdInitialPacket packet, long at) {
    if (packet.version() != 1) {
      add(Rule.MULTIFD_MAGIC, at + 4, "version: expected 1, found " + packet.version());
    }
    if (uuid != null && !Arrays.equals(uuid, packet.uuid())) {
      add(Rule.MULTIFD_INITIAL, at + 8, "UUID: another than that of the first channel");
    }
    uuid = packet.uuid();
    if (!ids.add(packet.channel())) {
      add(Rule.MULTIFD_INITIAL, at + 24, "channel " + packet.channel() + ": recorded twice");
    }
  }

  private void packet(MultifdPacket packet, long at, int slots) {
    if (packet.version() != 1) {
      add(Rule.MULTIFD_MAGIC, at + 4, "version: expected 1, found " + packet.version());
    }
    long normal = packet.normalPages();
    long zero = packet.zeroPages();
    if (packet.pagesAlloc() > slots
        || normal + zero > packet.pagesAlloc()
        || normal > 0 && packet.nextPacketSize() == 0) {
      add(
          Rule.MULTIFD_COUNTS,
          at + 12,
          String.format(
              Locale.ROOT,
              "pages: %d and %d zero ones of %d, %d bytes",
              normal,
              zero,
              packet.pagesAlloc(),
              packet.nextPacketSize()));
      return;
    }
    if (normal + zero == 0) {
      return;
    }
    long method = packet.flags() & COMPRESSION;
    if (compression >= 0 && method != compression) {
      add(
          Rule.MULTIFD_COMPRESSION,
          at + 8,
          "compression: expected " + compression + ", found " + method);
    }
    compression = method;
    if (method == 0 && packet.nextPacketSize() != normal * pageSize) {
      add(
          Rule.MULTIFD_SIZE,
          at + 20,
          String.format(
              Locale.ROOT,
              "data: expected %d bytes, found %d",
              normal * pageSize,
              packet.nextPacketSize()));
    }
    byte[] name = packet.idstr();
    int end = 0;
    while (end < name.length && name[end] != 0) {
      end++;
    }
    RamBlock block = blocks.get(ByteSource.latin1(Arrays.copyOf(name, end)));
    if (end == name.length || block == null) {
      add(Rule.MULTIFD_BLOCK, at + 64, "block: expected one of the main stream, found another");
      return;
    }
    for (int i = 0; i < normal + zero; i++) {
      long offset = packet.offsets().get(i);
      if (offset % pageSize != 0 || offset < 0 || offset > block.usedLength() - pageSize) {
        add(
            Rule.MULTIFD_BLOCK,
            at + 320 + i * 8L,
            "page offset: expected one inside "
                + block.name()
                + ", found 0x"
                + Long.toHexString(offset));
        return;
      }
      arrivals.page(block, offset / pageSize);
    }
  }

  /** Compares the recordings with one another. */
  void finish() {
    path = "multifd";
    for (int id = 0; id < ids.size(); id++) {
      if (!ids.contains(id)) {
        add(Rule.MULTIFD_INITIAL, 0, "channel " + id + ": expected its recording, found none");
      }
    }
    boolean differ = syncs.stream().distinct().count() > 1;
    if (differ || !syncs.isEmpty() && flushes > 0 && syncs.getFirst() != flushes) {
      add(
          Rule.MULTIFD_SYNC,
          0,
          "SYNC: expected equally many in all channels, as MULTIFD_FLUSH in"
              + " the main stream ("
              + flushes
              + "), found "
              + syncs);
    }
  }
}
