package org.vmstate.analyzer.convert;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.vmstate.analyzer.memory.AbsentPages;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.XbzrleFormat;
import org.vmstate.parser.memory.PageCursor;
import org.vmstate.writer.ram.PageRecordWriter;
import org.vmstate.writer.xbzrle.Xbzrle2011Encoder;
import org.vmstate.writer.xbzrle.XbzrleEncoder;
import org.vmstate.writer.xbzrle.XbzrleStatistics;

/** What turns the memory of a base image into that of another, as XBZRLE records. */
final class DeltaFeed implements PageFeed {
  private static final int HEADER_2011 = 9;

  private final Memory base;
  private final Memory goal;
  private final boolean form2011;
  private final AbsentPages absent;
  private byte[] before = new byte[0];
  private byte[] after = new byte[0];
  private byte[] delta = new byte[0];
  private long compared;
  private long pages;
  private long overflow;
  private long bytes;

  /**
   * Compares two states.
   *
   * @param name of the base, for messages
   */
  DeltaFeed(String name, Memory base, Memory goal, boolean form2011, AbsentPages absent)
      throws ConversionException {
    this.absent = absent;
    this.base = base;
    this.goal = goal;
    this.form2011 = form2011;
    List<RamBlock> ours = base.contents().blocks();
    List<RamBlock> theirs = goal.contents().blocks();
    for (int i = 0; i < Math.max(ours.size(), theirs.size()); i++) {
      if (i >= Math.min(ours.size(), theirs.size()) || !same(ours.get(i), theirs.get(i))) {
        throw new ConversionException(
            "xbzrle-base="
                + name
                + ": the RAM blocks of the two images differ; a delta needs the same guest");
      }
    }
    if (!form2011 && !theirs.isEmpty() && theirs.getFirst().pageSize() > XbzrleEncoder.MAX_PAGE) {
      throw new ConversionException(
          "xbzrle-base="
              + name
              + ": deltas are possible for pages up to "
              + XbzrleEncoder.MAX_PAGE
              + " bytes, these have "
              + theirs.getFirst().pageSize());
    }
  }

  private static boolean same(RamBlock a, RamBlock b) {
    return a.name().equals(b.name())
        && a.usedLength() == b.usedLength()
        && a.pageSize() == b.pageSize();
  }

  @Override
  public void feed(RamBlock block, PageRecordWriter out) throws IOException {
    int size = block.pageSize();
    if (after.length != size) {
      before = new byte[size];
      after = new byte[size];
      delta = new byte[size];
    }
    RamBlock from = base.contents().blocks().get(block.index());
    RamBlock to = goal.contents().blocks().get(block.index());
    long missing = 0;
    PageCursor then = base.contents().cursor(from);
    PageCursor now = goal.contents().cursor(to);
    for (long page = 0; page < block.pages(); page++) {
      then.moveTo(page);
      now.moveTo(page);
      if (now.state().isAbsent() && then.state().isAbsent()) {
        continue;
      }
      missing += now.state().isAbsent() ? 1 : 0;
      boolean wasData = base.contents().page(from, page, before);
      boolean isData = goal.contents().page(to, page, after);
      if (!isData) {
        if (!then.isZero()) {
          out.fill(block, page, 1, 0);
        }
        continue;
      }
      if (then.state().isAbsent()) {
        // whoever loads it has no copy to which a delta could apply
        out.data(block, page, ByteBuffer.wrap(after));
        continue;
      }
      if (!wasData) {
        Arrays.fill(before, (byte) 0);
      }
      page(block, page, out);
    }
    absent.require(block, missing, "a delta to a page that the base has");
  }

  private void page(RamBlock block, long page, PageRecordWriter out) throws IOException {
    compared++;
    if (Arrays.equals(before, after)) {
      return;
    }
    pages++;
    int length =
        form2011
            ? Xbzrle2011Encoder.encode(before, after, ByteOrder.LITTLE_ENDIAN, delta)
            : XbzrleEncoder.encode(before, after, delta);
    if (length < 0) {
      overflow++;
      bytes += after.length;
      out.data(block, page, ByteBuffer.wrap(after));
    } else if (form2011) {
      bytes += length + HEADER_2011;
      out.xbzrle2011(block, page, ByteBuffer.wrap(delta, 0, length), true);
    } else {
      bytes += length + XbzrleFormat.HEAD;
      out.xbzrle(block, page, ByteBuffer.wrap(delta, 0, length));
    }
  }

  /** Returns what was encoded; every page that was compared counts as looked up. */
  XbzrleStatistics statistics() {
    return new XbzrleStatistics(compared, 0, pages, overflow, bytes);
  }
}
