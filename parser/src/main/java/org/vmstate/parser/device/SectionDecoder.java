package org.vmstate.parser.device;

import org.vmstate.formats.error.StateFormatException;

/** Reads the payload of a section that has no description. */
interface SectionDecoder {
  /** Reports whether a version of the section has this form. */
  boolean knowsVersion(long version);

  /** Reads a payload to its end. */
  void decode(TreeReader in) throws StateFormatException;
}
