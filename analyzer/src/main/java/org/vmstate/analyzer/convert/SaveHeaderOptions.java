package org.vmstate.analyzer.convert;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a conversion changes in the header of a libvirt image; what is empty stays as the input has
 * it.
 *
 * @param version version of the header
 * @param bigEndian byte order of the header
 * @param xml domain XML
 * @param cookie cookie XML, an empty string for none
 * @param running whether a restore resumes the guest
 */
public record SaveHeaderOptions(
    OptionalInt version,
    Optional<Boolean> bigEndian,
    Optional<String> xml,
    Optional<String> cookie,
    Optional<Boolean> running) {
  /** Changes nothing. */
  public static final SaveHeaderOptions UNCHANGED =
      new SaveHeaderOptions(
          OptionalInt.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  /** Returns these options with a domain XML. */
  public SaveHeaderOptions withXml(String text) {
    return new SaveHeaderOptions(version, bigEndian, Optional.of(text), cookie, running);
  }
}
