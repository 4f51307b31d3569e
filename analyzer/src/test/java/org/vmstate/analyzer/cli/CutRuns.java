package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;

/** Cuts an image at the boundaries of its records and at random places. */
final class CutRuns {
  private static final int RANDOM_CUTS = 200;
  private static final int SAMPLE_CUTS = 20;
  private static final int BOUNDARIES = 15;
  private static final int SAMPLE_BOUNDARIES = 6;

  private CutRuns() {}

  /** Runs every verb at all places, or some at a choice of them. */
  static void run(JudgedImage image, ImagePlaces places, FullRun full) throws IOException {
    long length = Files.size(image.file());
    boolean slow = WholeImages.isSample(image.name()) || image.isHeld();
    Random random = new Random(length);
    TreeSet<Long> boundaries =
        new TreeSet<>(image.isCompressed() ? places.outer() : places.boundaries());
    boundaries.add(0L);
    if (!full.isAsked()) {
      thin(boundaries, slow ? SAMPLE_BOUNDARIES : BOUNDARIES, random);
    }
    TreeSet<Long> all = new TreeSet<>(boundaries);
    random.longs(slow && !full.isAsked() ? SAMPLE_CUTS : RANDOM_CUTS, 0, length).forEach(all::add);
    all.remove(length);
    if (!image.isCompressed() && !image.isHeld()) {
      all.remove(places.streamEnd());
    }
    int next = 0;
    int done = 0;
    try (RandomAccessFile file = new RandomAccessFile(image.file().toFile(), "rw")) {
      for (long cut : all.descendingSet()) {
        file.setLength(cut);
        String what = "cut at " + cut;
        List<JudgedVerb> verbs = JudgedVerb.ALL;
        boolean each = full.isAsked() || boundaries.contains(cut);
        if (!each) {
          verbs = List.of(verbs.get(next++ % verbs.size()));
        }
        for (JudgedVerb verb : verbs) {
          image.requireRefused(
              verb,
              what,
              image.isHeld() ? JudgedImage.Damage.CONTAINER_CUT : JudgedImage.Damage.CUT);
        }
        if (each && !image.isHeld()) {
          image.requireSalvageTold(what);
        }
        full.progress(image, "cuts", ++done, all.size());
      }
    }
  }

  private static void thin(TreeSet<Long> places, int most, Random random) {
    List<Long> list = new ArrayList<>(places);
    while (list.size() > most) {
      list.remove(random.nextInt(list.size()));
    }
    places.retainAll(list);
  }
}
