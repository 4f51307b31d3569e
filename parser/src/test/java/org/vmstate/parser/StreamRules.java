package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.vmstate.parser.Refusals.refused;

import java.io.IOException;
import org.vmstate.formats.Limits;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.event.Event;
import org.vmstate.testkit.ImageBytes;

/** What tests of the rules of a stream share. */
abstract class StreamRules {
  static final int RAM_END = ram().size();

  static ImageBytes ram() {
    return ImageBytes.withRam("pc", "r", 1);
  }

  /** What comes in which order, with ranges. */
  static String elements(Recording r) {
    StringBuilder text = new StringBuilder();
    for (Event e : r.elements) {
      text.append(e.getClass().getSimpleName()).append(' ');
      text.append(e.range().start()).append('-').append(e.range().end()).append(", ");
    }
    return text.toString();
  }

  static ParseOptions options(int sections, int descriptionBytes) {
    return ParseOptions.DEFAULT.with(
        Limits.DEFAULT.withSections(sections).withDescriptionBytes(descriptionBytes));
  }

  static void bad(ImageBytes image, long offset, String path, String words) {
    refused(image.toBytes(), ParseOptions.DEFAULT, offset, path, words);
  }

  /** The stream is read to its end, and is none that one may rely on. */
  static void notWhole(ImageBytes image, long offset, String words) {
    StateFormatException e =
        assertThrows(
            StateFormatException.class,
            () -> Recording.withMemory(image.toBytes(), Recording.Place.HEAP));
    assertEquals(words, e.words());
    assertEquals(offset, e.offset());
  }

  static void whole(ImageBytes image) throws IOException {
    Recording.withMemory(image.toBytes(), Recording.Place.HEAP);
  }
}
