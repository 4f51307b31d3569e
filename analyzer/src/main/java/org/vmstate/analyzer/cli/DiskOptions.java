package org.vmstate.analyzer.cli;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.formats.FormatId;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What {@code -o} says of a new qcow2 disk.
 *
 * @param snapshot name of its snapshot
 * @param layout layout of the state in it
 */
record DiskOptions(String snapshot, String layout) {
  /** The name of the format that {@code -O} chooses. */
  static final String FORMAT = "qcow2";

  /** Name of a snapshot when none is given. */
  static final String DEFAULT_SNAPSHOT = "vmstate";

  /** Returns the options of a command with {@code -O qcow2}. */
  static Optional<DiskOptions> given(CommandSpec spec, List<String> known)
      throws ConversionException {
    if (!FORMAT.equals(CommandBuilder.value(spec, "-O"))) {
      return Optional.empty();
    }
    OutputOptions options = OutputOptions.given(spec, FormatId.QEMU, known);
    String layout = options.text("layout").orElse(FormatId.QEMU.label());
    requireLayout(layout);
    return Optional.of(new DiskOptions(options.text("snapshot").orElse(DEFAULT_SNAPSHOT), layout));
  }

  /** Refuses what no disk can hold. */
  static void requireLayout(String layout) throws ConversionException {
    if (!layout.equals("qemu") && !layout.equals("qemu-mapped-ram")) {
      throw ConversionException.named(
          "-o layout=" + layout + ": expected qemu or qemu-mapped-ram in a disk");
    }
  }

  /** Adds the format to others. */
  static Iterator<String> andDisk(Iterator<String> others) {
    List<String> all = new ArrayList<>();
    others.forEachRemaining(all::add);
    all.add(FORMAT);
    return all.iterator();
  }
}
