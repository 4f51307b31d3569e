package org.vmstate.formats.ram;

/** What the pages of a run are. */
public enum PageKind {
  /** All bytes zero. */
  ZERO("zero"),
  /** All bytes the same, not zero. */
  FILL("fill"),
  /** The page's bytes stand in the file. */
  DATA("data"),
  /** A delta of today's form against earlier content. */
  XBZRLE("xbzrle"),
  /** A delta of the 2011 form against earlier content. */
  XBZRLE_2011("xbzrle-2011"),
  /** A zlib stream that inflates to the page. */
  ZLIB("zlib");

  private final String label;

  PageKind(String label) {
    this.label = label;
  }

  /** Returns the name used in reports. */
  public String label() {
    return label;
  }

  /** Reports whether the pages change what was sent of them before. */
  public boolean isDelta() {
    return this == XBZRLE || this == XBZRLE_2011;
  }
}
