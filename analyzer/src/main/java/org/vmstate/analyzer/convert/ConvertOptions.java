package org.vmstate.analyzer.convert;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.formats.FormatId;

/**
 * What a conversion is to make.
 *
 * @param target layout of the output
 * @param saveVersion version of the libvirt header
 * @param bigEndian byte order of the libvirt header
 * @param xml domain XML instead of the input's
 * @param cookie cookie XML instead of the input's, empty text for none
 * @param running whether a restore resumes the guest
 * @param align alignment of page areas in bytes, a power of two
 * @param level compression level
 * @param compact whether a stream that stays sequential is written anew with each page once
 * @param base image whose memory is sent first, what differs then follows as deltas
 * @param xbzrle2011 whether the deltas have the form of 2011
 * @param direct whether page data bypasses the page cache
 * @param workers threads that move pages
 */
public record ConvertOptions(
    FormatId target,
    OptionalInt saveVersion,
    Optional<Boolean> bigEndian,
    Optional<String> xml,
    Optional<String> cookie,
    Optional<Boolean> running,
    OptionalLong align,
    OptionalInt level,
    boolean compact,
    Optional<Path> base,
    boolean xbzrle2011,
    boolean direct,
    int workers) {

  /** Returns the options that change nothing but the layout. */
  public static ConvertOptions to(FormatId target) {
    return new ConvertOptions(
        target,
        OptionalInt.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalLong.empty(),
        OptionalInt.empty(),
        false,
        Optional.empty(),
        false,
        false,
        Math.min(4, Runtime.getRuntime().availableProcessors()));
  }

  /** Returns these options with another domain XML. */
  public ConvertOptions withXml(String text) {
    return new ConvertOptions(
        target,
        saveVersion,
        bigEndian,
        Optional.of(text),
        cookie,
        running,
        align,
        level,
        compact,
        base,
        xbzrle2011,
        direct,
        workers);
  }

  /** Returns these options with other choices for what happens to the pages. */
  public ConvertOptions withPages(
      boolean once, Optional<Path> deltaBase, boolean form2011, boolean pastCache, int threads) {
    return new ConvertOptions(
        target,
        saveVersion,
        bigEndian,
        xml,
        cookie,
        running,
        align,
        level,
        once,
        deltaBase,
        form2011,
        pastCache,
        threads);
  }

  /** Refuses deltas in a layout with which no release of QEMU accepts them. */
  public void refuseDeltas(String option) throws ConversionException {
    Optional<String> why = target.layout().noDeltas();
    if (why.isPresent()) {
      throw new ConversionException(
          option + ": " + target.label() + " keeps one version of each page; " + why.get());
    }
  }
}
