package org.vmstate.formats.layout;

import io.kaitai.struct.KaitaiStruct;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.vmstate.formats.ram.BitmapOrder;
import org.vmstate.formats.ram.FixedFormat;
import org.vmstate.formats.ram.MappedBlock;
import org.vmstate.formats.rule.CapabilityTable;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.spec.MappedRamHeader;
import org.vmstate.formats.stream.Capability;

/** The layout mapped-ram. Source: QEMU 10.0 migration/ram.c. */
record MappedRam() implements FixedLayout {
  private static final int PAGE_SIZE_AT = 4;

  @Override
  public Optional<String> capability() {
    return Optional.of(Capability.MAPPED_RAM);
  }

  @Override
  public boolean endsParts() {
    return true;
  }

  @Override
  public Optional<String> refusal() {
    return Optional.empty();
  }

  @Override
  public Optional<String> noDeltas() {
    return Optional.of(
        CapabilityTable.refusedEverywhere(List.of(Capability.XBZRLE, Capability.MAPPED_RAM))
            .map(refusal -> refusal.words())
            .orElse("each page has one place"));
  }

  @Override
  public int headerLength() {
    return FixedFormat.HEADER_LENGTH;
  }

  @Override
  public long alignment(int pageSize) {
    return Math.max(pageSize, FixedFormat.ALIGNMENT);
  }

  @Override
  public MappedBlock place(long header, long pages, int pageSize, long alignment) {
    return FixedFormat.place(
        FixedFormat.VERSION, header, headerLength(), pages, pageSize, alignment);
  }

  @Override
  public KaitaiStruct.ReadWrite header(MappedBlock place) {
    MappedRamHeader header = new MappedRamHeader();
    header.setVersion(place.version());
    header.setPageSize(place.pageSize());
    header.setBitmapOffset(place.bitmapOffset());
    header.setPagesOffset(place.pagesOffset());
    return header;
  }

  @Override
  public MappedBlock read(HeaderSource source, long pages, int pageSize) throws IOException {
    long at = source.position();
    MappedRamHeader header =
        source.read("mapped_ram_header", Reason.MAPPED_HEADER_VERSION, MappedRamHeader::new);
    if (header.version() > FixedFormat.VERSION) {
      throw source.unsupported(
          Reason.MAPPED_HEADER_VERSION,
          "mapped-ram header version: expected 1, found " + header.version(),
          at,
          Facts.found(header.version()));
    }
    if (header.pageSize() != pageSize) {
      throw source.malformed(
          Reason.MAPPED_HEADER_PAGE_SIZE,
          "mapped-ram page size: expected "
              + pageSize
              + ", found "
              + Long.toUnsignedString(header.pageSize()),
          at + PAGE_SIZE_AT);
    }
    // a shared block that x-ignore-shared leaves out has no places (QEMU after 10.0)
    boolean leftOut = header.bitmapOffset() == 0 && header.pagesOffset() == 0;
    return new MappedBlock(
        header.version(),
        pageSize,
        at,
        header.bitmapOffset(),
        leftOut ? 0 : FixedFormat.bitmapLength(pages),
        header.pagesOffset(),
        BitmapOrder.LITTLE);
  }
}
