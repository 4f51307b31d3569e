package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An image is whole, or every verb says that it is not: of an image that is cut anywhere or has a
 * hole in a section, a verb either fails or answers as for the undamaged one, and nothing of a
 * failed verb stays in the folder of its output or the temporary one.
 *
 * <p>Some things cannot be told, and are left out: a cut right after the end mark gives, byte for
 * byte, a stream whose description was suppressed; a hole inside a payload that still decodes is
 * another state of the guest, so that each hole here takes a part of a section's header or footer
 * with it, and leaves more after it than the end mark, which is a zero like its own; and {@code
 * info} reads no more than the head of a compressed image, but then it says so.
 *
 * <p>A choice of places and verbs is tried here, all of them by {@link FullRun}.
 */
class CompletenessTest {
  private static final int SHOWN = 30;

  @TempDir Path scratch;

  static List<String> images() throws IOException {
    return new FullRun().choose(WholeImages.names());
  }

  @ParameterizedTest
  @MethodSource("images")
  void damageIsNeverTakenForAWholeImage(String name) throws IOException {
    JudgedImage image = new JudgedImage(name, scratch);
    try {
      image.answerWhole();
      FullRun full = new FullRun();
      ImagePlaces places = image.places();
      CutRuns.run(image, places, full);
      image.renew();
      HoleRuns.run(image, places, full);
    } finally {
      image.end();
    }
    assertTrue(image.runs() > 100, "runs " + image.runs());
    List<String> failures = image.failures();
    assertEquals(
        List.of(),
        failures.subList(0, Math.min(failures.size(), SHOWN)),
        failures.size() + " of " + image.runs() + " runs");
  }
}
