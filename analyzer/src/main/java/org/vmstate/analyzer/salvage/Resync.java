package org.vmstate.analyzer.salvage;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.io.ByteSource;

/** Looks after a defect for a place where a stream can be read on. */
final class Resync {
  private static final int CHUNK = 1 << 20;
  private static final int OVERLAP = 600;

  private static final byte[] END_OF_SECTION =
      ByteBuffer.allocate(Long.BYTES).putLong(RamFormat.EOS).array();

  private final ByteSource image;
  private final Scan scan;
  private final long mask;
  private byte[] bridge = {};

  Resync(ByteSource image, Scan scan) {
    this.image = image;
    this.scan = scan;
    this.mask = scan.blocks.isEmpty() ? 0xfff : scan.blocks.getFirst().pageSize() - 1L;
  }

  /** Returns the offset of the next sound place, or -1. */
  long find(long from, long to) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK + OVERLAP);
    for (long at = from; at < to; at += CHUNK) {
      chunk.clear().limit((int) Math.min(chunk.capacity(), image.length() - at));
      image.copy(at, chunk);
      chunk.flip();
      int most = (int) Math.min(CHUNK, to - at);
      for (int i = 0; i < most && i < chunk.limit(); i++) {
        if (isFooter(chunk, i)) {
          bridge = scan.inRam() ? END_OF_SECTION : bridge;
          return at + i;
        }
        if (scan.inRam() && !scan.hasFooters() && isHeader(chunk, i)) {
          bridge = END_OF_SECTION;
          return at + i;
        }
        if (!scan.inSection && isHeader(chunk, i)) {
          return at + i;
        }
        if (scan.inRam() && isPage(chunk, i, at + i)) {
          return at + i;
        }
        if (!scan.inSection && scan.ram().isPresent() && isPage(chunk, i, at + i)) {
          bridge = part(scan.ram().get());
          return at + i;
        }
      }
    }
    return -1;
  }

  /** Returns what must stand between the last good byte and the place that was found. */
  byte[] bridge() {
    return bridge;
  }

  private static byte[] part(Section ram) {
    return ByteBuffer.allocate(1 + Integer.BYTES)
        .put((byte) StreamFormat.SECTION_PART)
        .putInt((int) ram.id())
        .array();
  }

  private boolean isFooter(ByteBuffer chunk, int at) {
    return scan.inSection
        && chunk.limit() - at > StreamFormat.REF_LENGTH
        && chunk.get(at) == StreamFormat.SECTION_FOOTER
        && chunk.getInt(at + 1) == (int) scan.section.id()
        && StreamFormat.isRecordType(chunk.get(at + StreamFormat.REF_LENGTH));
  }

  /** Between sections: a PART or END of a known iterable, or a section with a readable name. */
  private boolean isHeader(ByteBuffer chunk, int at) {
    if (chunk.limit() - at < 32) {
      return false;
    }
    int type = chunk.get(at);
    if (type == StreamFormat.SECTION_PART || type == StreamFormat.SECTION_END) {
      Section section = scan.open.get(Integer.toUnsignedLong(chunk.getInt(at + 1)));
      return section != null
          && section.name().equals(RamFormat.IDSTR)
          && isWord(chunk, at + StreamFormat.REF_LENGTH);
    }
    int length = chunk.get(at + StreamFormat.NAME_AT) & 0xff;
    if (type != StreamFormat.SECTION_FULL || length < 3 || chunk.limit() - at < 14 + length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      byte c = chunk.get(at + 6 + i);
      if (c <= ' ' || c > '~') {
        return false;
      }
    }
    // small numbers: id, instance, version
    return chunk.get(at + 1) == 0
        && chunk.get(at + 10 + length) == 0
        && chunk.get(at + 11 + length) == 0;
  }

  private boolean isWord(ByteBuffer chunk, int at) {
    long flags = chunk.getLong(at) & mask & ~RamFormat.CONTINUE;
    return flags == RamFormat.EOS || flags == RamFormat.PAGE || flags == RamFormat.ZERO;
  }

  /** A page record that another sound one follows, so that chance does not make one. */
  private boolean isPage(ByteBuffer chunk, int at, long offset) throws IOException {
    if (chunk.limit() - at < 300) {
      return false;
    }
    long word = chunk.getLong(at);
    long flags = word & mask;
    long kind = flags & ~RamFormat.CONTINUE;
    if (kind != RamFormat.PAGE && kind != RamFormat.ZERO) {
      return false;
    }
    int next = at + Long.BYTES;
    RamBlock block;
    if ((flags & RamFormat.CONTINUE) != 0) {
      if (scan.lastRun == null) {
        return false;
      }
      block = scan.lastRun.block();
      // only what can have followed within the lost bytes belongs to the same block
      long before = scan.lastRun.firstPage() + scan.lastRun.count();
      long page = (word & ~mask) / block.pageSize();
      long most = before + (offset - scan.goodEnd) / (Long.BYTES + 1) + 1;
      if (page < before || page > most) {
        return false;
      }
    } else {
      block = named(chunk, next);
      if (block == null) {
        return false;
      }
      next += 1 + block.name().length();
    }
    if ((word & ~mask) < 0 || (word & ~mask) > block.usedLength() - block.pageSize()) {
      return false;
    }
    if (kind == RamFormat.ZERO) {
      return chunk.get(next) == 0 && isWord(chunk, next + 1);
    }
    long following = offset - at + next + block.pageSize();
    if (image.length() - following < Long.BYTES) {
      return false;
    }
    ByteBuffer after = ByteBuffer.allocate(Long.BYTES);
    image.copy(following, after);
    return isWord(after.flip(), 0);
  }

  private RamBlock named(ByteBuffer chunk, int at) {
    int length = chunk.get(at) & 0xff;
    for (RamBlock block : scan.blocks) {
      if (block.name().length() == length) {
        byte[] name = new byte[length];
        chunk.get(at + 1, name);
        if (ByteSource.latin1(name).equals(block.name())) {
          return block;
        }
      }
    }
    return null;
  }
}
