package org.vmstate.formats.stream;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a stream says about itself before the first section.
 *
 * @param version version of the stream
 * @param present false when the stream has no configuration record
 * @param machine versioned machine type, empty when not present
 * @param pageBits log2 of the target page size in bytes where it is announced
 * @param capabilities migration capabilities that the writer announced
 * @param uuid UUID of the guest in text form where it is announced
 * @param unknown names of subsections that are not known
 */
public record StreamConfiguration(
    long version,
    boolean present,
    String machine,
    OptionalInt pageBits,
    List<String> capabilities,
    Optional<String> uuid,
    List<String> unknown) {

  /** Returns what a stream without a configuration record says. */
  public static StreamConfiguration absent(long version) {
    return new StreamConfiguration(
        version, false, "", OptionalInt.empty(), List.of(), Optional.empty(), List.of());
  }

  /** Reports whether a capability is announced. */
  public boolean has(String capability) {
    return capabilities.contains(capability);
  }
}
