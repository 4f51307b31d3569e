package org.vmstate.formats.event;

import java.util.stream.Stream;

/**
 * What a START or FULL record binds to a section id.
 *
 * @param id section id, unsigned 32 bits
 * @param name idstr, each char one byte
 * @param instance instance id, unsigned 32 bits
 * @param version version of the payload, unsigned 32 bits
 */
public record Section(long id, String name, long instance, long version) {
  /** Returns the name with the instance, which no other section has. */
  public String key() {
    return name + "#" + instance;
  }

  /** Reports whether people may mean it: its name or the last part of it, also with an instance. */
  public boolean isCalled(String wanted) {
    return Stream.of(name, key()).anyMatch(n -> n.equals(wanted) || n.endsWith("/" + wanted));
  }
}
