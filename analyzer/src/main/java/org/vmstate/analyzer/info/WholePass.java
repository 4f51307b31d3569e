package org.vmstate.analyzer.info;

import java.io.IOException;
import java.util.Optional;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/**
 * A pass over an image whose end does not look like one: it is cut or damaged, or something else
 * follows the stream, as in a volume that is longer.
 */
final class WholePass implements EventSink {
  private Optional<StateFormatException> problem = Optional.empty();
  private Optional<ByteRange> description = Optional.empty();
  private long unused;

  private WholePass() {}

  static WholePass of(ByteSource source, ParseOptions options) throws IOException {
    WholePass pass = new WholePass();
    source.seek(source.origin());
    try {
      ImageReader.read(source, options, pass);
    } catch (StateFormatException e) {
      pass.problem = Optional.of(e);
    }
    return pass;
  }

  @Override
  public void accept(Event event) {
    switch (event) {
      case Event.Description d ->
          description =
              Optional.of(
                  new ByteRange(
                      d.range().start() + StreamFormat.DESCRIPTION_FRAME, d.range().end()));
      case Event.Trailing t -> unused = t.range().length();
      default -> {}
    }
  }

  /** Returns why the image is not whole, if it is not. */
  Optional<StateFormatException> problem() {
    return problem;
  }

  /** Returns where the text of the description stands. */
  Optional<ByteRange> description() {
    return description;
  }

  /** Returns how many bytes follow the stream. */
  long unused() {
    return unused;
  }
}
