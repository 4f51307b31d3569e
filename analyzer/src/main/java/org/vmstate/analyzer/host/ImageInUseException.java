package org.vmstate.analyzer.host;

import java.io.IOException;

/** Another program has a disk image open. */
public final class ImageInUseException extends IOException {
  private static final long serialVersionUID = 1L;

  ImageInUseException(String message) {
    super(message);
  }
}
