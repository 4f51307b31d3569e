package org.vmstate.formats.layout;

import io.kaitai.struct.KaitaiStream;
import io.kaitai.struct.KaitaiStruct;
import java.io.IOException;
import java.util.function.Function;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.ram.MappedBlock;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Reason;

/**
 * A layout with one place in the file for each page: after a block's entry in the RAM block list
 * stand a header, a bitmap of the pages that have data, and the area of the pages.
 */
public sealed interface FixedLayout extends StreamLayout permits MappedRam, FixedRam2022 {
  /** Length of a block's header in bytes. */
  int headerLength();

  /** Alignment in bytes of the page areas that a writer of this layout chooses by itself. */
  long alignment(int pageSize);

  /**
   * Returns a place for a block whose header begins at an offset: the bitmap after the header, the
   * pages after that, aligned.
   *
   * @param alignment alignment of the page area in bytes, a power of two
   * @throws ArithmeticException when the place is past 2^63
   */
  MappedBlock place(long header, long pages, int pageSize, long alignment);

  /** Returns a block's header, ready to be written. */
  KaitaiStruct.ReadWrite header(MappedBlock place);

  /**
   * Reads the header at the cursor. Whether the places in it make sense in the file is not asked.
   *
   * @param pages number of pages of the block
   * @param pageSize target page size in bytes
   */
  MappedBlock read(HeaderSource source, long pages, int pageSize) throws IOException;

  /** What a header is read from. */
  interface HeaderSource {
    /** Offset of the cursor. */
    long position();

    /** Reads a structure at the cursor, under a name. */
    <T extends KaitaiStruct.ReadWrite> T read(
        String name, Reason invalid, Function<KaitaiStream, T> constructor) throws IOException;

    /** Builds the error for bytes that contradict the layout. */
    StateFormatException malformed(Reason reason, String words, long at);

    /** Builds the error for a header that is not read by this version. */
    StateFormatException unsupported(Reason reason, String words, long at, Facts facts);
  }
}
