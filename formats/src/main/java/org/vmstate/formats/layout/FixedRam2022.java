package org.vmstate.formats.layout;

import io.kaitai.struct.KaitaiStruct;
import java.io.IOException;
import java.util.Optional;
import org.vmstate.formats.ram.BitmapOrder;
import org.vmstate.formats.ram.FixedFormat;
import org.vmstate.formats.ram.MappedBlock;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.spec.FixedRam2022Header;
import org.vmstate.formats.stream.Capability;

/** The first version of what became mapped-ram. Source: fixed-ram RFC (2022). */
record FixedRam2022() implements FixedLayout {
  @Override
  public Optional<String> capability() {
    return Optional.of(Capability.FIXED_RAM);
  }

  @Override
  public boolean endsParts() {
    return false;
  }

  @Override
  public Optional<String> refusal() {
    return Optional.of("no released QEMU loads " + Capability.FIXED_RAM);
  }

  @Override
  public Optional<String> noDeltas() {
    return Optional.of("the proposal of 2022 excludes " + Capability.XBZRLE);
  }

  @Override
  public int headerLength() {
    return FixedFormat.HEADER_LENGTH_2022;
  }

  @Override
  public long alignment(int pageSize) {
    return pageSize;
  }

  @Override
  public MappedBlock place(long header, long pages, int pageSize, long alignment) {
    return FixedFormat.place(0, header, headerLength(), pages, pageSize, alignment);
  }

  @Override
  public KaitaiStruct.ReadWrite header(MappedBlock place) {
    FixedRam2022Header header = new FixedRam2022Header();
    header.setLenBitmap(place.bitmapLength());
    header.setPagesOffset(place.pagesOffset());
    return header;
  }

  @Override
  public MappedBlock read(HeaderSource source, long pages, int pageSize) throws IOException {
    long at = source.position();
    FixedRam2022Header header =
        source.read("fixed_ram_2022_header", Reason.BITMAP_LENGTH, FixedRam2022Header::new);
    if (header.lenBitmap() < FixedFormat.shortBitmapLength(pages)) {
      throw source.malformed(
          Reason.BITMAP_LENGTH,
          "fixed-ram bitmap length: expected "
              + FixedFormat.bitmapLength(pages)
              + ", found "
              + header.lenBitmap(),
          at);
    }
    return new MappedBlock(
        0,
        pageSize,
        at,
        source.position(),
        header.lenBitmap(),
        header.pagesOffset(),
        BitmapOrder.LITTLE);
  }
}
