package org.vmstate.parser.ram;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.ram.XbzrleFormat;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.spec.Xbzrle2011PageHeader;
import org.vmstate.formats.spec.XbzrlePageHeader;
import org.vmstate.parser.ParseOptions.XbzrleChoice;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.SpecReader;
import org.vmstate.parser.xbzrle.Xbzrle2011Decoder;
import org.vmstate.parser.xbzrle.XbzrleDecoder;

/** Reads page records whose data is encoded, and checks that it decodes. */
final class DeltaRecordParser {
  private final ByteSource source;
  private final RamContext ram;
  private final XbzrleChoice choice;
  private byte[] scratch = new byte[0];

  DeltaRecordParser(ByteSource source, RamContext ram, XbzrleChoice choice) {
    this.source = source;
    this.ram = ram;
    this.choice = choice;
  }

  private byte[] scratch() {
    if (scratch.length != ram.pageSize()) {
      scratch = new byte[ram.pageSize()];
    }
    return scratch;
  }

  PageRun xbzrle(RamBlock block, long address) throws IOException {
    return is2011() ? xbzrle2011(block, address) : xbzrleToday(block, address);
  }

  private boolean is2011() throws IOException {
    if (choice != XbzrleChoice.AUTO) {
      return choice == XbzrleChoice.PROPOSAL_2011;
    }
    return source.peek() == 0
        && source.has(XbzrleFormat.MAGIC_2011_AT + 2)
        && source.peek32(0) == 0
        && isMagic2011(source.peek32(2));
  }

  private PageRun xbzrleToday(RamBlock block, long address) throws IOException {
    long at = source.position();
    int length =
        SpecReader.read(source, "xbzrle", Reason.DELTA_HEADER, XbzrlePageHeader::new).lenDelta();
    checkLength(Reason.DELTA_LENGTH, "XBZRLE length", length, ram.pageSize(), at + 1);
    long data = source.position();
    byte[] delta = source.bytes(length, ram.pageSize(), "XBZRLE delta");
    check(Reason.DELTA_DAMAGED, XbzrleDecoder.apply(delta, scratch()), data);
    return encoded(block, address, PageKind.XBZRLE, length, data);
  }

  private PageRun xbzrle2011(RamBlock block, long address) throws IOException {
    long at = source.position();
    Xbzrle2011PageHeader header =
        SpecReader.read(source, "xbzrle_2011", Reason.DELTA_HEADER, Xbzrle2011PageHeader::new);
    if (!isMagic2011(header.magic())) {
      throw source.malformed(
          Reason.DELTA_HEADER,
          "XBZRLE 2011 magic: expected 0x0123, found 0x" + Integer.toHexString(header.magic()),
          at + XbzrleFormat.MAGIC_2011_AT);
    }
    if ((header.flags() & 1) == 0) {
      throw source.malformed(
          Reason.DELTA_HEADER,
          "XBZRLE 2011 flags: expected bit 0 set, found " + header.flags(),
          at + 8);
    }
    checkLength(
        Reason.DELTA_LENGTH, "XBZRLE 2011 length", header.lenDelta(), ram.pageSize(), at + 6);
    long data = source.position();
    byte[] delta = source.bytes(header.lenDelta(), ram.pageSize(), "XBZRLE delta");
    check(
        Reason.DELTA_DAMAGED,
        Xbzrle2011Decoder.apply(delta, order(header.isLittleEndian()), scratch()),
        data);
    return encoded(block, address, PageKind.XBZRLE_2011, header.lenDelta(), data);
  }

  private static boolean isMagic2011(long found) {
    return found == XbzrleFormat.MAGIC_2011 || found == XbzrleFormat.MAGIC_2011_SWAPPED;
  }

  static ByteOrder order(boolean little) {
    return little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
  }

  PageRun compressed(RamBlock block, long address) throws IOException {
    long at = source.position();
    long length = source.be32();
    checkLength(
        Reason.COMPRESSED_LENGTH,
        "compressed length",
        length,
        RamFormat.compressBound(ram.pageSize()),
        at);
    long data = source.position();
    byte[] deflated = source.bytes(length, Integer.MAX_VALUE, "compressed page");
    check(Reason.COMPRESSED_PAGE_DAMAGED, inflate(deflated, scratch()), data);
    return encoded(block, address, PageKind.ZLIB, (int) length, data);
  }

  /** Inflates a page, and says what is wrong with it. */
  static Optional<String> inflate(byte[] deflated, byte[] page) {
    try (Inflater inflater = new Inflater()) {
      inflater.setInput(deflated);
      boolean whole =
          inflater.inflate(page) == page.length
              && inflater.inflate(new byte[1]) == 0
              && inflater.finished();
      return whole ? Optional.empty() : Optional.of("does not inflate to exactly one page");
    } catch (DataFormatException e) {
      return Optional.of("no zlib stream: " + e.getMessage());
    }
  }

  private PageRun encoded(RamBlock block, long address, PageKind kind, int length, long data) {
    return new PageRun(block, address / ram.pageSize(), 1, kind, length, data, 0);
  }

  private void checkLength(Reason reason, String what, long length, long most, long at)
      throws IOException {
    if (length > most) {
      throw source.malformed(reason, what + ": expected at most " + most + ", found " + length, at);
    }
  }

  private void check(Reason reason, Optional<String> problem, long at) throws IOException {
    if (problem.isPresent()) {
      throw source.malformed(reason, "encoded page: " + problem.get(), at);
    }
  }
}
