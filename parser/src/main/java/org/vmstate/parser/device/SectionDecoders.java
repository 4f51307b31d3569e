package org.vmstate.parser.device;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.section.SectionGrammar;

/**
 * The registry of sections that QEMU writes by functions of their own, so that no description
 * speaks of their fields. To add one: a class in this package and its line here, or a {@link
 * SectionGrammar} where others read the payload, too.
 */
public final class SectionDecoders {
  /** Payloads of more bytes than this stay bytes. */
  public static final int MOST_BYTES = 128 << 10;

  /** After the name of an array: its elements after the last that is not zero. */
  public static final String REST = "_rest";

  private static final Map<String, SectionDecoder> BY_NAME =
      Map.of("todclock", new TodClockDecoder(), "slirp", new SlirpDecoder());

  /** What others read, too, is a grammar. */
  private record OfGrammar(SectionGrammar grammar) implements SectionDecoder {
    @Override
    public boolean knowsVersion(long version) {
      return grammar.knowsVersion(version);
    }

    @Override
    public void decode(TreeReader in) throws StateFormatException {
      try {
        grammar.read(in);
      } catch (StateFormatException e) {
        throw e;
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  private SectionDecoders() {}

  private static Optional<SectionDecoder> of(Section section) {
    return Optional.ofNullable(BY_NAME.get(section.name()))
        .or(() -> SectionGrammar.of(section.name()).map(OfGrammar::new))
        .filter(decoder -> decoder.knowsVersion(section.version()));
  }

  /** Reports whether a section's fields are known although no description speaks of them. */
  public static boolean knows(Section section) {
    return of(section).isPresent();
  }

  /**
   * Decodes the payload of a record of such a section.
   *
   * @return empty when no decoder knows the section or its form, or its bytes cannot be asked for
   */
  public static Optional<StateNode> decode(Event.Bytes payload, Section section)
      throws IOException {
    ByteRange range = payload.range();
    if (of(section).isEmpty() || range.length() > MOST_BYTES || !payload.content().isSeekable()) {
      return Optional.empty();
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) range.length());
    payload.content().copy(range.start(), bytes);
    return decode(section, bytes.array(), range.start());
  }

  /**
   * Decodes the payload of a START, PART, END or FULL record; every byte is in the result.
   *
   * @param offset offset of the payload's first byte
   * @return empty when no decoder knows the section or its form
   */
  public static Optional<StateNode> decode(Section section, byte[] payload, long offset) {
    Optional<SectionDecoder> decoder = of(section);
    if (decoder.isEmpty()) {
      return Optional.empty();
    }
    TreeReader in = new TreeReader(payload, offset);
    try {
      decoder.get().decode(in);
      return Optional.of(in.finish(section.name()));
    } catch (StateFormatException e) {
      return Optional.empty();
    }
  }
}
