package org.vmstate.analyzer.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Severity;
import org.vmstate.formats.stream.StreamFormat;

/** Makes the finding of an error that ended the pass. */
final class ParseErrors {
  /** Bytes looked at after an error: version and page size of a mapped-ram header. */
  private static final int LOOK = 12;

  private ParseErrors() {}

  /**
   * Makes the finding of an error.
   *
   * @param source what was read, for a look at the bytes that were not understood; may be null
   */
  static Finding of(StateFormatException e, SourceBytes source) throws IOException {
    Problem problem = e.problem();
    if (source != null) {
      problem = problem.as(byBytes(problem, source));
    }
    return Finding.of(problem).as(Severity.ERROR);
  }

  /** A reader in the wrong layout, or after the end of its section, meets bytes that tell so. */
  private static Reason byBytes(Problem problem, SourceBytes source) throws IOException {
    long at = problem.offset();
    Reason reason = problem.reason();
    if (!source.isSeekable() || at < 0 || source.length() - at < LOOK) {
      return reason;
    }
    ByteBuffer bytes = ByteBuffer.allocate(LOOK);
    source.copy(at, bytes);
    bytes.flip();
    return switch (reason) {
      case MAPPED_HEADER_PAGE_SIZE -> {
        // the error is at the header's second field
        ByteBuffer version = ByteBuffer.allocate(Integer.BYTES);
        source.copy(at - Integer.BYTES, version);
        yield version.getInt(0) == 1 ? reason : Reason.MAPPED_HEADER_MISSING;
      }
      case MAPPED_HEADER_VERSION ->
          // the next entry or word stands where a header was expected
          bytes.getInt(0) >>> 8 != 0 || bytes.getInt(0) == 0
              ? Reason.MAPPED_HEADER_MISSING
              : reason;
      case RAM_WORD_KIND,
          RAM_WORD_FULL,
          RAM_BLOCK_NAME_EMPTY,
          RAM_BLOCK_TWICE,
          RAM_BLOCK_UNKNOWN,
          PAGE_OUTSIDE,
          PAGES_PASS_BLOCK,
          CONTINUE_WITHOUT_BLOCK -> {
        boolean header = bytes.getInt(0) == 1 && Long.bitCount(bytes.getLong(4)) == 1;
        yield header
            ? Reason.MAPPED_HEADER_UNANNOUNCED
            : bytes.get(0) == StreamFormat.SECTION_FOOTER ? Reason.RAM_SECTION_ENDLESS : reason;
      }
      default -> reason;
    };
  }
}
