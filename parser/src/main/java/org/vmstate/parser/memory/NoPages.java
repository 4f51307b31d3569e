package org.vmstate.parser.memory;

/** A block whose pages the image does not have. */
record NoPages(long pages, long entry) implements PageIndex {
  @Override
  public void find(long page, Extent into) {
    into.entry = entry;
    into.step = 0;
    into.end = pages;
  }
}
