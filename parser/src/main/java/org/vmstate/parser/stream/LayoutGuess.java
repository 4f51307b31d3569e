package org.vmstate.parser.stream;

import java.io.IOException;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.ram.RamContext;

/**
 * Tells the two layouts apart that the capability name {@code fixed-ram} had: the proposal of 2022
 * with its 12-byte header, and the later ones with the 28-byte header of mapped-ram.
 */
final class LayoutGuess {
  private static final int WORD = 8;

  private LayoutGuess() {}

  /** Looks at the first block's header; the cursor is at the MEM_SIZE word and does not move. */
  static RamContext.Layout ofFixedRam(ByteSource source, boolean withAddress) throws IOException {
    int nameLength = source.peek(WORD);
    int header = WORD + 1 + nameLength + WORD + (withAddress ? WORD : 0);
    boolean versionOne = nameLength > 0 && source.peek32(header) == 1;
    return versionOne ? RamContext.Layout.MAPPED : RamContext.Layout.FIXED_2022;
  }
}
