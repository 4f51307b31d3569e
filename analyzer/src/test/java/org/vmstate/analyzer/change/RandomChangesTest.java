package org.vmstate.analyzer.change;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.analyzer.samples.Samples;
import org.vmstate.analyzer.upgrade.ChangeCheck;
import org.vmstate.formats.error.NamedIOException;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/**
 * Edits and recipes at random, -Dedits=NUMBER of them, from -Dedits.seed on: refused in one line
 * before anything is written, or the result is whole and as sound as the image was.
 */
class RandomChangesTest {
  private static final int EDITS = Integer.getInteger("edits", 400);

  private static final long SEED = Long.getLong("edits.seed", 17);

  /** One sample of each architecture and form that is quick to read, or -Dedits.samples. */
  private static final List<String> SAMPLES =
      List.of(
          System.getProperty(
                  "edits.samples", "pc,pc-mapped,riscv,virt,q35-11.1,pc-no-description,pc-5.2")
              .split(","));

  @TempDir Path scratch;

  @Test
  void resultIsRefusedOrWholeAndTheImageStays() throws Exception {
    int written = 0;
    for (String sample : SAMPLES) {
      Path image = scratch.resolve(sample);
      Samples.unpack(sample, image);
      ImageFacts facts = facts(image);
      RandomChanges random = new RandomChanges(facts);
      byte[] before = Files.readAllBytes(image);
      for (int i = 0; i < (EDITS + SAMPLES.size() - 1) / SAMPLES.size(); i++) {
        random.seed(SEED + i);
        String what = sample + " " + (SEED + i);
        try {
          Optional<Path> out = changed(image, facts, random, i % 4 == 3);
          if (out.isPresent()) {
            written++;
            whole(out.get(), what);
          }
        } catch (ChangeException | ConversionException e) {
          assertEquals(1, e.getMessage().lines().count(), what + " " + e.getMessage());
        } catch (NamedIOException e) {
          // of a guest whose memory makes a longer file than the file system has
          assertTrue(e.getMessage().endsWith("File too large"), what + " " + e);
        } catch (IOException | RuntimeException | Error e) {
          throw new AssertionError(what + " escaped: " + e, e);
        }
        assertArrayEquals(before, Files.readAllBytes(image), what);
        Files.deleteIfExists(scratch.resolve("out"));
      }
    }
    System.out.println(written + " of " + EDITS + " random changes were written");
    assertTrue(written * 8 > EDITS, written + " of " + EDITS);
  }

  private Optional<Path> changed(Path image, ImageFacts facts, RandomChanges random, boolean recipe)
      throws IOException {
    List<Change> changes = new ArrayList<>();
    if (recipe) {
      Path file = Files.writeString(scratch.resolve("recipe.json"), random.recipe());
      changes.addAll(Recipe.read(file.toString()).changes(facts, note -> {}));
      if (changes.isEmpty()) {
        return Optional.empty();
      }
    } else {
      changes.addAll(random.some());
    }
    Path out = scratch.resolve("out");
    try (Destination target = Destination.file(out, true, false)) {
      Outcome outcome =
          new ImageChanger(image, ParseOptions.DEFAULT, changes)
              .copy(target, Progress.NONE, note -> {});
      target.sink().flush();
      ChangeCheck.require(image, target.temporary().orElseThrow(), ParseOptions.DEFAULT);
      target.commit(outcome, false);
      return Optional.of(out);
    } finally {
      try (var left = Files.list(scratch)) {
        assertEquals(
            List.of(), left.map(f -> f.getFileName().toString()).filter(f -> !isOurs(f)).toList());
      }
    }
  }

  private static boolean isOurs(String name) {
    return SAMPLES.contains(name) || List.of("recipe.json", "out").contains(name);
  }

  private static void whole(Path image, String what) throws IOException {
    try (ByteSource source = ImageReader.open(image)) {
      assertEquals(
          Outcome.WHOLE, ImageReader.read(source, ParseOptions.DEFAULT, event -> {}), what);
    }
  }

  private static ImageFacts facts(Path file) throws IOException {
    try (ByteSource source = ImageReader.open(file)) {
      return ImageFacts.read(source, ParseOptions.DEFAULT);
    }
  }
}
