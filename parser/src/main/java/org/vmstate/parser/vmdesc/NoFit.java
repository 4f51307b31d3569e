package org.vmstate.parser.vmdesc;

/** Ends one try to describe a section by a table. */
final class NoFit extends Exception {
  private static final long serialVersionUID = 1L;

  NoFit() {
    super(null, null, false, false);
  }
}
