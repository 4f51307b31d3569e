package org.vmstate.parser.section;

import java.io.IOException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.rule.Reason;

/** From what a grammar takes its fields; what becomes of them is the reader's matter. */
public interface FieldReader {
  /** Reads the fields of a struct. */
  interface Body {
    /** Reads them. */
    void read() throws IOException;
  }

  /** Returns the offset of the next byte. */
  long offset();

  /** Returns the next byte without reading it, or -1 at the end. */
  int peek() throws IOException;

  /** Returns the next big-endian word of 8 bytes without reading it. */
  long peekWord() throws IOException;

  /** Reports whether the payload can end here as far as what follows it says. */
  boolean canEnd() throws IOException;

  /**
   * Reads a big-endian integer.
   *
   * @param size 1, 2, 4 or 8 bytes
   * @param typeName what names its bits, or the plain type
   * @param array whether fields of this name may come one after the other
   */
  long big(String name, int size, String typeName, boolean array) throws IOException;

  /** Reads a big-endian integer without sign. */
  default long big(String name, int size) throws IOException {
    return big(name, size, "uint" + size * Byte.SIZE, false);
  }

  /** Reads bytes as they are. */
  void bytes(String name, long count) throws IOException;

  /** Reads bytes of which the grammar says that they are zero. */
  default void zeros(String name, int size) throws IOException {
    bytes(name, size);
  }

  /** Reads a length byte and that many characters. */
  void string(String name) throws IOException;

  /** Reads a struct that may come several times, one after the other. */
  void struct(String name, String typeName, Body body) throws IOException;

  /** Builds the error for bytes that contradict the grammar. */
  StateFormatException malformed(Reason reason, String words, long at);
}
