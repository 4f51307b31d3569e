package org.vmstate.analyzer.change;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.vmstate.formats.layout.StreamLayout;
import org.vmstate.formats.stream.StreamFormat;

/**
 * What the first bytes of a file let one expect of a changed copy. They are looked at without a
 * pass over the image, so nothing may depend on it but speed.
 *
 * @param holes whether there may be any; to ask for them takes longer than to copy some stretches
 *     of a stream that has none
 * @param begin offset from which on the bytes stay as they are, but for changes further on
 * @param shift by how much they move
 */
record HeadGuess(boolean holes, long begin, int shift) {
  private static final int HEAD = 4096;

  /** Magic, version, type and length of the configuration, before the machine type. */
  private static final int BEFORE_MACHINE = 4 + 4 + 1 + 4;

  /**
   * Looks at a file.
   *
   * @param machine the machine type that the copy will most likely have, if another
   */
  static HeadGuess of(Path file, Optional<String> machine) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(HEAD);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      channel.read(head);
    }
    return of(head.flip(), machine);
  }

  static HeadGuess of(ByteBuffer head, Optional<String> machine) {
    if (head.remaining() < BEFORE_MACHINE || head.getInt(0) != StreamFormat.MAGIC) {
      return new HeadGuess(true, 0, 0);
    }
    String text = StandardCharsets.ISO_8859_1.decode(head.duplicate()).toString();
    boolean fixed =
        StreamLayout.ALL.stream()
            .flatMap(layout -> layout.capability().stream())
            .anyMatch(text::contains);
    int length = head.getInt(BEFORE_MACHINE - Integer.BYTES);
    if (fixed
        || machine.isEmpty()
        || head.get(BEFORE_MACHINE - Integer.BYTES - 1) != StreamFormat.CONFIGURATION
        || length < 0
        || length > head.remaining() - BEFORE_MACHINE) {
      return new HeadGuess(fixed, 0, 0);
    }
    int shift = machine.get().length() - length;
    return new HeadGuess(false, shift == 0 ? 0 : BEFORE_MACHINE + length, shift);
  }
}
