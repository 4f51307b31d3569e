package org.vmstate.parser.ram;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.ram.XbzrleFormat;
import org.vmstate.formats.rule.Reason;
import org.vmstate.parser.xbzrle.Xbzrle2011Decoder;
import org.vmstate.parser.xbzrle.XbzrleDecoder;

/** Decodes a page that was sent as a delta or compressed. */
public final class EncodedPage {
  private EncodedPage() {}

  /**
   * Decodes the one page of a run.
   *
   * @param content holds the encoded data
   * @param page in: the earlier content, out: the new content
   */
  public static void apply(SourceBytes content, PageRun run, byte[] page) throws IOException {
    ByteBuffer data = ByteBuffer.allocate(run.value());
    content.copy(run.offset(), data);
    Optional<String> problem =
        switch (run.kind()) {
          case XBZRLE -> XbzrleDecoder.apply(data.array(), page);
          case XBZRLE_2011 ->
              Xbzrle2011Decoder.apply(data.array(), order2011(content, run.offset()), page);
          case ZLIB -> DeltaRecordParser.inflate(data.array(), page);
          case ZERO, FILL, DATA -> throw new IllegalArgumentException(run.kind() + " is no code");
        };
    if (problem.isPresent()) {
      throw new MalformedDataException(
          run.kind() == PageKind.ZLIB ? Reason.COMPRESSED_PAGE_DAMAGED : Reason.DELTA_DAMAGED,
          "encoded page: " + problem.get(),
          run.offset(),
          run.block().name());
    }
  }

  /**
   * Decodes the page whose encoded data stands at an offset; its length stands before it.
   *
   * @param page in: the earlier content, out: the new content
   */
  public static void apply(
      SourceBytes content, RamBlock block, long number, PageKind kind, long offset, byte[] page)
      throws IOException {
    long length =
        switch (kind) {
          case XBZRLE -> number(content, offset - 2, 2);
          case XBZRLE_2011 -> number(content, offset - 3, 2);
          case ZLIB -> number(content, offset - 4, 4);
          case ZERO, FILL, DATA -> throw new IllegalArgumentException(kind + " is no code");
        };
    if (length > RamFormat.compressBound(page.length)) {
      throw new MalformedDataException(
          kind == PageKind.ZLIB ? Reason.COMPRESSED_PAGE_DAMAGED : Reason.DELTA_DAMAGED,
          "encoded page: expected at most one page, found " + length + " bytes",
          offset,
          block.name());
    }
    apply(content, new PageRun(block, number, 1, kind, (int) length, offset, 0), page);
  }

  private static long number(SourceBytes content, long offset, int bytes) throws IOException {
    ByteBuffer number = ByteBuffer.allocate(Long.BYTES).position(Long.BYTES - bytes);
    content.copy(offset, number);
    return number.getLong(0);
  }

  private static ByteOrder order2011(SourceBytes content, long dataOffset) throws IOException {
    ByteBuffer magic = ByteBuffer.allocate(2);
    content.copy(dataOffset - XbzrleFormat.HEAD_2011 + XbzrleFormat.MAGIC_2011_AT, magic);
    return DeltaRecordParser.order(magic.getShort(0) == (short) XbzrleFormat.MAGIC_2011_SWAPPED);
  }
}
