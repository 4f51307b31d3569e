package org.vmstate.writer.ram;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.ram.XbzrleFormat;
import org.vmstate.formats.spec.Xbzrle2011PageHeader;
import org.vmstate.formats.spec.XbzrlePageHeader;
import org.vmstate.writer.io.ByteSink;
import org.vmstate.writer.io.SpecWriter;

/**
 * Writes page records. A record whose block is that of the record before carries CONTINUE instead
 * of a name, also across sections. Source: QEMU 10.0 migration/ram.c.
 */
public final class PageRecordWriter {
  private static final int BUFFER = 256 << 10;

  /** Word, name, and the byte that a zero record has after them. */
  private static final int MAX_HEAD = Long.BYTES + 1 + 255 + 1;

  private final ByteSink sink;
  private final ByteBuffer buffer;
  private RamBlock current;

  /** Writes to a sink; {@link #flush} before anything else is written to it. */
  public PageRecordWriter(ByteSink sink) {
    this.sink = sink;
    this.buffer = sink.allocate(BUFFER);
  }

  private void head(RamBlock block, long page, int kind) throws IOException {
    if (buffer.remaining() < MAX_HEAD) {
      flush();
    }
    long address = page * block.pageSize();
    if (block.equals(current)) {
      buffer.putLong(address | kind | RamFormat.CONTINUE);
    } else {
      byte[] name = block.name().getBytes(StandardCharsets.ISO_8859_1);
      buffer.putLong(address | kind).put((byte) name.length).put(name);
      current = block;
    }
  }

  /** Writes pages that hold one byte over and over. */
  public void fill(RamBlock block, long first, long count, int value) throws IOException {
    for (long page = first; page < first + count; page++) {
      head(block, page, RamFormat.ZERO);
      buffer.put((byte) value);
    }
  }

  /** Writes whole pages as they are, those that are all zero as zero pages. */
  public void data(RamBlock block, long first, ByteBuffer pages) throws IOException {
    int size = block.pageSize();
    for (long page = first; pages.hasRemaining(); page++) {
      if (ZeroPages.isZero(pages, pages.position(), size)) {
        fill(block, page, 1, 0);
        pages.position(pages.position() + size);
      } else {
        head(block, page, RamFormat.PAGE);
        append(pages, size);
      }
    }
  }

  private void append(ByteBuffer data, int length) throws IOException {
    int left = length;
    while (left > 0) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      int n = Math.min(left, buffer.remaining());
      buffer.put(data.slice(data.position(), n));
      data.position(data.position() + n);
      left -= n;
    }
  }

  /** Writes a delta of today's form, at most 65535 bytes. */
  public void xbzrle(RamBlock block, long page, ByteBuffer delta) throws IOException {
    XbzrlePageHeader header = new XbzrlePageHeader();
    header.setEncoding(new byte[] {XbzrleFormat.ENCODING});
    header.setLenDelta(delta.remaining());
    head(block, page, RamFormat.XBZRLE);
    append(ByteBuffer.wrap(SpecWriter.bytes(header, XbzrleFormat.HEAD)), XbzrleFormat.HEAD);
    append(delta, delta.remaining());
  }

  /** Writes a delta of the 2011 form from a sender of the given byte order. */
  public void xbzrle2011(RamBlock block, long page, ByteBuffer delta, boolean little)
      throws IOException {
    Xbzrle2011PageHeader header = new Xbzrle2011PageHeader();
    header.setMagic(little ? XbzrleFormat.MAGIC_2011 : XbzrleFormat.MAGIC_2011_SWAPPED);
    header.setLenDelta(delta.remaining());
    header.setFlags(1);
    head(block, page, RamFormat.XBZRLE);
    append(
        ByteBuffer.wrap(SpecWriter.bytes(header, XbzrleFormat.HEAD_2011)), XbzrleFormat.HEAD_2011);
    append(delta, delta.remaining());
  }

  /** Writes a page as the zlib stream it was compressed into. */
  public void compressed(RamBlock block, long page, ByteBuffer deflated) throws IOException {
    head(block, page, RamFormat.COMPRESS_PAGE);
    int length = deflated.remaining();
    append(ByteBuffer.allocate(Integer.BYTES).putInt(0, length), Integer.BYTES);
    append(deflated, length);
  }

  /** Ends the payload of a section. */
  public void end() throws IOException {
    flush();
    sink.be64(RamFormat.EOS);
  }

  /** Hands what is in memory to the sink. */
  public void flush() throws IOException {
    buffer.flip();
    sink.write(buffer);
    buffer.clear();
  }
}
