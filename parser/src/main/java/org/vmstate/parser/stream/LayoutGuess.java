package org.vmstate.parser.stream;

import java.io.IOException;
import java.util.Optional;
import org.vmstate.formats.layout.StreamLayout;
import org.vmstate.formats.stream.Capability;
import org.vmstate.formats.stream.PageSizes;
import org.vmstate.formats.stream.StreamConfiguration;
import org.vmstate.formats.vmdesc.VmDescription;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/** Reports what a reader of memory has to know beforehand and the stream says only in part. */
final class LayoutGuess {
  private static final int WORD = 8;

  private LayoutGuess() {}

  /** Reports the layout; the cursor is at the MEM_SIZE word and does not move. */
  static StreamLayout layout(
      ByteSource source, ParseOptions options, StreamConfiguration configuration)
      throws IOException {
    if (options.format().isPresent()) {
      return options.format().get().layout();
    }
    StreamLayout announced = StreamLayout.announced(configuration::has);
    return announced == StreamLayout.FIXED_RAM_2022
        ? ofFixedRam(source, configuration.has(Capability.IGNORE_SHARED))
        : announced;
  }

  /**
   * Tells the two layouts apart that the capability name {@code fixed-ram} had: the proposal of
   * 2022 with its 12-byte header, and the later ones with the 28-byte header of mapped-ram.
   */
  private static StreamLayout ofFixedRam(ByteSource source, boolean withAddress)
      throws IOException {
    int nameLength = source.peek(WORD);
    int header = WORD + 1 + nameLength + WORD + (withAddress ? WORD : 0);
    boolean versionOne = nameLength > 0 && source.peek32(header) == 1;
    return versionOne ? StreamLayout.MAPPED_RAM : StreamLayout.FIXED_RAM_2022;
  }

  /** Reports whether only the description can say the target page size. */
  static boolean asksDescription(ParseOptions options, StreamConfiguration configuration) {
    return options.pageSize().isEmpty()
        && configuration.pageBits().isEmpty()
        && !PageSizes.isSaidBy(configuration.machine());
  }

  /**
   * Reports the target page size: as given, as the stream or its description says, by the machine.
   */
  static int pageSize(
      ParseOptions options,
      StreamConfiguration configuration,
      Optional<VmDescription> description) {
    if (options.pageSize().isPresent()) {
      return options.pageSize().getAsInt();
    }
    if (configuration.pageBits().isPresent()) {
      return 1 << configuration.pageBits().getAsInt();
    }
    // no loader reads the description
    if (PageSizes.isSaidBy(configuration.machine())) {
      return 1 << PageSizes.bitsOf(configuration.machine());
    }
    long described = description.map(VmDescription::pageSize).orElse(0L);
    if (Long.bitCount(described) == 1
        && described >= 1 << PageSizes.MIN_BITS
        && described <= 1 << PageSizes.MAX_BITS) {
      return (int) described;
    }
    return 1 << PageSizes.bitsOf(configuration.machine());
  }
}
