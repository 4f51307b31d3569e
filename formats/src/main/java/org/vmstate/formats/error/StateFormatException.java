package org.vmstate.formats.error;

import java.io.IOException;

/** Input that is not what its format promises. */
public abstract sealed class StateFormatException extends IOException
    permits UnrecognizedFormatException,
        UnsupportedFeatureException,
        MalformedDataException,
        TruncatedDataException,
        LimitExceededException {

  private static final long serialVersionUID = 1L;

  private final String reason;
  private final long offset;
  private final String path;

  StateFormatException(String reason, long offset, String path) {
    super(reason + " at 0x" + Long.toHexString(offset) + (path.isEmpty() ? "" : " (" + path + ")"));
    this.reason = reason;
    this.offset = offset;
    this.path = path;
  }

  /** Returns what is wrong, without the place. */
  public String reason() {
    return reason;
  }

  /**
   * Returns the absolute offset in bytes, from the start of the outermost file. Inside a compressed
   * stream it counts decompressed bytes, and the path starts with the compression's name.
   */
  public long offset() {
    return offset;
  }

  /** Returns the path through the structure, such as {@code section[3].ram.block[1]}. */
  public String path() {
    return path;
  }
}
