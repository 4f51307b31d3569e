package org.vmstate.formats.error;

/** The file asks for more memory or depth than the limits allow. */
public final class LimitExceededException extends StateFormatException {

  private static final long serialVersionUID = 1L;

  /**
   * Names the problem and its place.
   *
   * @param reason what was expected and what was found
   * @param offset absolute file offset in bytes
   * @param path path through the structure, may be empty
   */
  public LimitExceededException(String reason, long offset, String path) {
    super(reason, offset, path);
  }
}
