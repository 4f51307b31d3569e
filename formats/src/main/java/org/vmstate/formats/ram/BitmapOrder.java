package org.vmstate.formats.ram;

/** How the bits of a page bitmap lie in its bytes: the writing host's {@code unsigned long}. */
public enum BitmapOrder {
  /** Little-endian words of any size: bit i is bit i%8 of byte i/8. */
  LITTLE("le"),
  /** Big-endian words of 64 bits. */
  BIG_64("be64"),
  /** Big-endian words of 32 bits. */
  BIG_32("be32");

  private final String label;

  BitmapOrder(String label) {
    this.label = label;
  }

  /** Returns the name used on the command line. */
  public String label() {
    return label;
  }

  /** Puts the bits of 64 pages, read as a little-endian word, in order: bit i is page i. */
  public long normalize(long littleEndianWord) {
    return switch (this) {
      case LITTLE -> littleEndianWord;
      case BIG_64 -> Long.reverseBytes(littleEndianWord);
      case BIG_32 -> Long.rotateLeft(Long.reverseBytes(littleEndianWord), 32);
    };
  }
}
