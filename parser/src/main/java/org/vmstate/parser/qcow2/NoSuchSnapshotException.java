package org.vmstate.parser.qcow2;

import java.io.IOException;

/** A snapshot was asked for that a disk does not have, or none of several. */
public final class NoSuchSnapshotException extends IOException {
  private static final long serialVersionUID = 1L;

  NoSuchSnapshotException(String message) {
    super(message);
  }
}
