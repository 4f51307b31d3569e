package org.vmstate.analyzer.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class HandoverTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int LENGTH = 300_000;

  /** After the bytes before it. */
  @Test
  void whateverTheWriterThrowsReachesTheReader() {
    OutOfMemoryError failure = new OutOfMemoryError("test");
    assertTimeoutPreemptively(
        PATIENCE,
        () -> {
          try (Handover stream =
              new Handover(
                  out -> {
                    out.write(new byte[LENGTH]);
                    throw failure;
                  })) {
            for (int i = 0; i < LENGTH; i++) {
              assertEquals(0, stream.read());
            }
            assertSame(failure, assertThrows(OutOfMemoryError.class, stream::read));
            assertEquals(-1, stream.read());
          }
        });
  }

  @Test
  void streamEndsWhereTheWriterDoes() throws IOException {
    try (Handover stream = new Handover(out -> out.write(new byte[LENGTH]))) {
      assertEquals(LENGTH, stream.readAllBytes().length);
    }
  }
}
