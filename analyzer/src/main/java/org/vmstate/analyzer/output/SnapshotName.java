package org.vmstate.analyzer.output;

import java.nio.charset.StandardCharsets;
import org.vmstate.formats.qcow2.Qcow2Format;

/** Names of snapshots that QEMU finds again. */
public final class SnapshotName {
  private SnapshotName() {}

  /**
   * Checks a name.
   *
   * @throws ConversionException when QEMU would not find it, or take it for an id
   */
  public static void require(String name) throws ConversionException {
    if (name.isEmpty() || name.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
      throw wrong(name, "a name without control characters");
    }
    if (name.getBytes(StandardCharsets.UTF_8).length > Qcow2Format.MAX_NAME) {
      throw wrong(name, "at most " + Qcow2Format.MAX_NAME + " bytes");
    }
    if (name.matches("\\d+")) {
      throw wrong(name, "a name that is not a number, which QEMU takes for an id");
    }
  }

  private static ConversionException wrong(String name, String expected) {
    return ConversionException.named("-o snapshot=" + name + ": expected " + expected);
  }
}
