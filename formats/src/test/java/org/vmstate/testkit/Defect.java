package org.vmstate.testkit;

/**
 * An image that is broken, or odd, in one way.
 *
 * @param code the rule that does not hold, such as {@code V035}
 * @param what what was done to a good image
 * @param bytes the image
 */
public record Defect(String code, String what, byte[] bytes) {
  @Override
  public String toString() {
    return code + " " + what;
  }
}
