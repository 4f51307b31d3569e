package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import org.vmstate.analyzer.info.InfoReader;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.error.UnrecognizedFormatException;
import org.vmstate.formats.rule.Reason;
import org.vmstate.parser.io.ByteSource;

/** An image that was read in a format that was chosen for it, and has another. */
final class Misread {
  private Misread() {}

  /**
   * Returns what the image is and that the choice is to be left away; nothing where none was made,
   * or the right one.
   */
  static Optional<String> of(Input input, StateFormatException e) {
    Optional<FormatId> chosen = input.chosenFormat();
    if (chosen.isEmpty() || e instanceof UnrecognizedFormatException) {
      return Optional.empty();
    }
    Optional<FormatId> found = found(input);
    if (found.isEmpty()) {
      return isOfFormat(e.reason())
          ? Optional.of("leave " + input.formatOption() + " away, and it is found out")
          : Optional.empty();
    }
    return found.equals(chosen)
        ? Optional.empty()
        : Optional.of(
            "it is "
                + (found.get().isLibvirt() ? "a libvirt image" : "a bare QEMU stream")
                + " ("
                + found.get().label()
                + "), leave "
                + input.formatOption()
                + " away");
  }

  /** Looks again without the choice, which a pipe does not allow. */
  private static Optional<FormatId> found(Input input) {
    try {
      if (input.wholeFile() == null) {
        return Optional.empty();
      }
      try (ByteSource source = input.image().open()) {
        return Optional.of(
            InfoReader.read(input.file(), source, input.guessing(), false, OptionalLong::empty)
                .format());
      }
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static boolean isOfFormat(Reason reason) {
    return switch (reason) {
      case IMAGE_OF_ANOTHER_FORMAT, COMPRESSED_BY_ANOTHER, COMPRESSED_UNEXPECTEDLY -> true;
      default -> false;
    };
  }
}
