package org.vmstate.writer.xbzrle;

/** Makes the delta of a page against the content that the receiver has. For one thread. */
public interface DeltaEncoder {
  /** Result for a page whose delta does not fit into a page. */
  int OVERFLOW = -1;

  /**
   * Encodes what changed.
   *
   * @param before earlier content of one page
   * @param after new content, of the same length
   * @param delta takes the result; its length, that of a page, is the limit
   * @return length of the delta, 0 when nothing has to be sent, or {@link #OVERFLOW}
   */
  int encode(byte[] before, byte[] after, byte[] delta);
}
