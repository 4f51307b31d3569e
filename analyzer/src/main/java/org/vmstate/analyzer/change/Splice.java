package org.vmstate.analyzer.change;

import org.vmstate.formats.ByteRange;

/**
 * A range of the input and what stands there in the output.
 *
 * @param range bytes of the input that are left out, none to insert something
 * @param bytes what is written instead
 * @param zeros how many zero bytes follow those
 */
public record Splice(ByteRange range, byte[] bytes, long zeros) {
  /** Returns by how much the output becomes longer. */
  public long growth() {
    return bytes.length + zeros - range.length();
  }

  static Splice of(ByteRange range, byte[] bytes) {
    return new Splice(range, bytes, 0);
  }

  static Splice nothing(ByteRange range) {
    return new Splice(range, new byte[0], 0);
  }
}
