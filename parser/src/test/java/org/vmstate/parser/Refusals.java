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
}
