package org.vmstate.parser.section;

/** Is given the fields of a payload in their order. */
public interface PayloadListener {
  /** A struct begins at an offset of the image. */
  void begin(String struct, long offset);

  /** A number, inside the struct that began last and has not ended, or outside of any. */
  void number(String name, long value);

  /** A string, likewise. */
  void string(String name, String value);

  /** The struct ends. */
  void end(String struct);
}
