package org.vmstate.analyzer.report;

import java.io.Closeable;
import java.io.IOException;
import java.util.HexFormat;

/**
 * Accepts a tree of values as it is produced. Inside an object every call names its member; inside
 * an array the name is ignored.
 */
public interface Report extends Closeable {

  /** Opens an object. */
  void beginObject(String name) throws IOException;

  /** Opens an array. */
  void beginArray(String name) throws IOException;

  /** Closes the innermost object or array. */
  void end() throws IOException;

  /** Returns how many objects and arrays are open. */
  int depth();

  /** Closes objects and arrays until the given number is open. */
  default void endTo(int depth) throws IOException {
    while (depth() > depth) {
      end();
    }
  }

  /** Writes a text. */
  void text(String name, String value) throws IOException;

  /** Writes a number: a size, a file offset, a count. */
  void number(String name, long value) throws IOException;

  /** Writes a truth value. */
  void bool(String name, boolean value) throws IOException;

  /** Writes the absence of a value. */
  void nothing(String name) throws IOException;

  /** Writes a 64-bit guest value as hexadecimal text, which keeps all its bits in every reader. */
  default void hex64(String name, long value) throws IOException {
    text(name, "0x" + HexFormat.of().toHexDigits(value));
  }
}
