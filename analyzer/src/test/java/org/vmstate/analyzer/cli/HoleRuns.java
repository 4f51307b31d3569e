package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.vmstate.formats.ByteRange;

/** Writes zeros over parts of an image's sections, or of its compressed stream. */
final class HoleRuns {
  private static final int COMPRESSED_HOLES = 20;
  private static final int COMPRESSED_HOLE = 64;

  /** Up to so many holes every verb is run at each. */
  private static final int FEW = 20;

  private HoleRuns() {}

  /** Runs every verb for each hole, or some when there are many. */
  static void run(JudgedImage image, ImagePlaces places, FullRun full) throws IOException {
    List<ByteRange> holes = image.isCompressed() ? compressed(image, places) : places.holes();
    int next = 0;
    int done = 0;
    int each = full.isAsked() || holes.size() < FEW ? JudgedVerb.ALL.size() : 2;
    for (ByteRange hole : holes) {
      try (RandomAccessFile file = new RandomAccessFile(image.file().toFile(), "rw")) {
        byte[] before = new byte[(int) hole.length()];
        file.seek(hole.start());
        file.readFully(before);
        file.seek(hole.start());
        file.write(new byte[before.length]);
        boolean changed = !Arrays.equals(before, new byte[before.length]);
        // zeros from here to the end are an end mark and padding
        changed &= image.isCompressed() || hole.end() + 1 < file.length();
        String what = "hole at " + hole.start() + " to " + hole.end();
        for (int k = 0; changed && k < each; k++) {
          JudgedVerb verb = JudgedVerb.ALL.get(next++ % JudgedVerb.ALL.size());
          image.requireRefused(verb, what, JudgedImage.Damage.HOLE);
        }
        file.seek(hole.start());
        file.write(before);
      }
      full.progress(image, "holes", ++done, holes.size());
    }
  }

  private static List<ByteRange> compressed(JudgedImage image, ImagePlaces places)
      throws IOException {
    Random random = new Random(1);
    long start = places.outer().isEmpty() ? 0 : places.outer().last();
    long length = Files.size(image.file());
    List<ByteRange> holes = new ArrayList<>();
    for (int i = 0; i < COMPRESSED_HOLES; i++) {
      long at = random.nextLong(start, length);
      holes.add(new ByteRange(at, Math.min(at + COMPRESSED_HOLE, length)));
    }
    return holes;
  }
}
