package org.vmstate.formats.error;

/** The file is valid, but uses something that this program does not read. */
public final class UnsupportedFeatureException extends StateFormatException {

  private static final long serialVersionUID = 1L;

  /**
   * Names the problem and its place.
   *
   * @param reason what was expected and what was found
   * @param offset absolute file offset in bytes
   * @param path path through the structure, may be empty
   */
  public UnsupportedFeatureException(String reason, long offset, String path) {
    super(reason, offset, path);
  }
}
