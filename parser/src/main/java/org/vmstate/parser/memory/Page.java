package org.vmstate.parser.memory;

/** The final content of one page. */
public sealed interface Page {
  /**
   * Bytes.
   *
   * @param bytes one page, owned by the caller
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Data(byte[] bytes) implements Page {}

  /**
   * A page of equal bytes.
   *
   * @param value each of its bytes, from 0 to 255
   */
  record Fill(int value) implements Page {}

  /** A page of which the image has nothing: a restore leaves it as the machine made it. */
  record NeverSent() implements Page {}

  /** A page of a block that x-ignore-shared left out: its memory is in the file that backs it. */
  record LeftOut() implements Page {}
}
