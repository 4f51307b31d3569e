package org.vmstate.parser.vmdesc;

import java.util.Arrays;

/** The bytes of one section, and how far a description of them has come. */
final class SectionBytes {
  private final byte[] bytes;
  private int at;

  SectionBytes(byte[] bytes) {
    this.bytes = bytes;
  }

  void restart() {
    at = 0;
  }

  int at() {
    return at;
  }

  int length() {
    return bytes.length;
  }

  int remaining() {
    return bytes.length - at;
  }

  /** Returns the next byte, which must be there. */
  int next() {
    return bytes[at] & 0xff;
  }

  /** Returns the big-endian number of up to eight bytes at a distance, which must be there. */
  long number(int distance, int size) {
    return numberAt(at + distance, size);
  }

  /** Whether the bytes at a distance, which must be there, are a name. */
  boolean isNamed(String name, int distance, int length) {
    boolean same = name.length() == length;
    for (int i = 0; same && i < length; i++) {
      same = name.charAt(i) == (bytes[at + distance + i] & 0xff);
    }
    return same;
  }

  /** Whether all four-byte numbers since a place are levels of interrupts: 0 or 1. */
  boolean isInterruptsSince(int from) {
    for (int i = from; i < at; i += Integer.BYTES) {
      if ((numberAt(i, Integer.BYTES) & ~1L) != 0) {
        return false;
      }
    }
    return true;
  }

  byte[] since(int from) {
    return Arrays.copyOfRange(bytes, from, at);
  }

  byte[] rest() {
    return Arrays.copyOfRange(bytes, at, bytes.length);
  }

  /** Passes a number of elements, which must be there. */
  void pass(long size, long count) throws NoFit {
    if (size < 0 || count < 0 || size > 0 && count > remaining() / size) {
      throw new NoFit();
    }
    at += (int) (size * count);
  }

  private long numberAt(int from, int size) {
    long value = 0;
    for (int i = 0; i < size; i++) {
      value = value << 8 | bytes[from + i] & 0xff;
    }
    return value;
  }
}
