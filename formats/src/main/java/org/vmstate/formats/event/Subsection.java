package org.vmstate.formats.event;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/**
 * A subsection of the configuration.
 *
 * @param name full name, each char one byte
 * @param version its version, unsigned 32 bits
 * @param payload what follows the version
 */
public record Subsection(String name, long version, byte[] payload) {
  @Override
  public boolean equals(Object other) {
    return other instanceof Subsection s
        && name.equals(s.name)
        && version == s.version
        && Arrays.equals(payload, s.payload);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, version, Arrays.hashCode(payload));
  }

  @Override
  public String toString() {
    return name + " version " + version + " " + HexFormat.of().formatHex(payload);
  }
}
