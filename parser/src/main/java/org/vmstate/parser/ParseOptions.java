package org.vmstate.parser;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.Limits;
import org.vmstate.formats.ram.BitmapOrder;

/**
 * How to read what a file does not say about itself.
 *
 * @param format layout, probed when empty
 * @param streamOffset file offset of a bare stream, found when empty
 * @param pageSize target page size in bytes, found when empty
 * @param bitmapOrder order of the page bitmaps' bits, found when empty
 * @param xbzrle encoding of XBZRLE records
 * @param extent what to read
 * @param tolerant whether what contradicts itself is told and otherwise taken as it stands
 * @param limits bounds on memory
 */
public record ParseOptions(
    Optional<FormatId> format,
    OptionalLong streamOffset,
    OptionalInt pageSize,
    Optional<BitmapOrder> bitmapOrder,
    XbzrleChoice xbzrle,
    Extent extent,
    boolean tolerant,
    Limits limits) {

  /** How much of an image is read. */
  public enum Extent {
    /** All of it. */
    WHOLE,
    /** Up to the RAM block list. */
    HEAD,
    /**
     * All but the memory of a sequential stream, as far as it can be passed over: a file whose
     * description says where the device sections begin.
     */
    DEVICES
  }

  /** Which encoding XBZRLE records have. */
  public enum XbzrleChoice {
    /** Tell by the record's first bytes. */
    AUTO,
    /** As since QEMU 1.2. */
    CURRENT,
    /** As proposed in 2011. */
    PROPOSAL_2011
  }

  /** Everything is found out. */
  public static final ParseOptions DEFAULT =
      new ParseOptions(
          Optional.empty(),
          OptionalLong.empty(),
          OptionalInt.empty(),
          Optional.empty(),
          XbzrleChoice.AUTO,
          Extent.WHOLE,
          false,
          Limits.DEFAULT);

  /** Reports whether only what stands up to the RAM block list is read. */
  public boolean headOnly() {
    return extent == Extent.HEAD;
  }

  /** Returns these options with {@link Extent#HEAD}. */
  public ParseOptions ofHead() {
    return with(Extent.HEAD);
  }

  /** Returns these options with another extent. */
  public ParseOptions with(Extent value) {
    return new ParseOptions(
        format, streamOffset, pageSize, bitmapOrder, xbzrle, value, tolerant, limits);
  }

  /** Returns these options with a layout. */
  public ParseOptions withFormat(FormatId value) {
    return new ParseOptions(
        Optional.of(value), streamOffset, pageSize, bitmapOrder, xbzrle, extent, tolerant, limits);
  }

  /** Returns these options with a target page size in bytes. */
  public ParseOptions withPageSize(int value) {
    return new ParseOptions(
        format, streamOffset, OptionalInt.of(value), bitmapOrder, xbzrle, extent, tolerant, limits);
  }

  /** Returns these options with an encoding of XBZRLE records. */
  public ParseOptions with(XbzrleChoice value) {
    return new ParseOptions(
        format, streamOffset, pageSize, bitmapOrder, value, extent, tolerant, limits);
  }

  /** Returns these options with other bounds on memory. */
  public ParseOptions with(Limits value) {
    return new ParseOptions(
        format, streamOffset, pageSize, bitmapOrder, xbzrle, extent, tolerant, value);
  }

  /** Returns these options for what a salvage made whole, as far as that could be. */
  public ParseOptions tolerating() {
    return new ParseOptions(
        format, streamOffset, pageSize, bitmapOrder, xbzrle, extent, true, limits);
  }
}
