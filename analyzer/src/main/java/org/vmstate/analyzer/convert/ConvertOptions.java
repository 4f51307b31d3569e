package org.vmstate.analyzer.convert;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.formats.FormatId;

/**
 * What a conversion is to make.
 *
 * @param target layout of the output
 * @param header what changes in a libvirt header
 * @param align alignment of page areas in bytes, a power of two
 * @param level compression level
 * @param pages how pages are moved
 */
public record ConvertOptions(
    FormatId target,
    SaveHeaderOptions header,
    OptionalLong align,
    OptionalInt level,
    PageOptions pages) {

  /** Returns the options that change nothing but the layout. */
  public static ConvertOptions to(FormatId target) {
    return new ConvertOptions(
        target,
        SaveHeaderOptions.UNCHANGED,
        OptionalLong.empty(),
        OptionalInt.empty(),
        PageOptions.DEFAULT);
  }

  /** Returns these options with another libvirt header. */
  public ConvertOptions with(SaveHeaderOptions other) {
    return new ConvertOptions(target, other, align, level, pages);
  }

  /** Returns these options with another domain XML. */
  public ConvertOptions withXml(String text) {
    return with(header.withXml(text));
  }

  /** Returns these options with page areas at multiples of a power of two, in bytes. */
  public ConvertOptions aligned(OptionalLong bytes) {
    return new ConvertOptions(target, header, bytes, level, pages);
  }

  /** Returns these options with a compression level. */
  public ConvertOptions level(OptionalInt chosen) {
    return new ConvertOptions(target, header, align, chosen, pages);
  }

  /** Returns these options with other choices for what happens to the pages. */
  public ConvertOptions with(PageOptions other) {
    return new ConvertOptions(target, header, align, level, other);
  }

  /** Refuses deltas in a layout with which no release of QEMU accepts them. */
  public void refuseDeltas(String option) throws ConversionException {
    Optional<String> why = target.layout().noDeltas();
    if (why.isPresent()) {
      throw ConversionException.named(
          option + ": " + target.label() + " keeps one version of each page; " + why.get());
    }
  }
}
