package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.vmstate.formats.error.StateFormatException;

/** Expects an image to be refused, with the right kind of error at the right place. */
final class Refusals {
  private Refusals() {}

  static void refused(
      byte[] image, Class<? extends StateFormatException> type, long offset, String reason) {
    refused(image, ParseOptions.DEFAULT, type, offset, reason);
  }

  static void refused(
      byte[] image,
      ParseOptions options,
      Class<? extends StateFormatException> type,
      long offset,
      String reason) {
    StateFormatException e =
        assertThrows(type, () -> Recording.of(image, options, Recording.Place.HEAP));
    assertAll(
        () -> assertTrue(e.getMessage().contains(reason), e.getMessage()),
        () -> assertEquals(offset, e.offset(), e.getMessage()));
  }

  /** Expects a refusal in exactly these words. */
  static void refused(byte[] image, ParseOptions options, long offset, String path, String words) {
    StateFormatException e =
        assertThrows(
            StateFormatException.class, () -> Recording.of(image, options, Recording.Place.HEAP));
    assertAll(
        () -> assertEquals(words, e.words()),
        () -> assertEquals(offset, e.offset(), e.getMessage()),
        () -> assertEquals(path, e.path(), e.getMessage()));
  }
}
