package org.vmstate.parser.memory;

/** An answer of a {@link PageIndex}, used again for the next one: no object is made for a page. */
final class Extent {
  /** Entry of the page that was asked for. */
  long entry;

  /** What the entries of the following pages grow by. */
  long step;

  /** The first page that is not part of it. */
  long end;
}
