package org.vmstate.testkit;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Something that says whether an image can be loaded: a parser, a checker, a real QEMU. */
public interface Oracle {
  /** What it says. */
  enum Answer {
    /** It can. */
    LOADS,
    /** It cannot. */
    REFUSES,
    /** This oracle does not know such images. */
    UNKNOWN
  }

  /** Says it of an image. */
  Answer ask(byte[] image) throws Exception;

  /**
   * An image of which two oracles say different things.
   *
   * @param image the image
   * @param first what the first says
   * @param second what the second says
   */
  record Disagreement(Corruptor.Damaged image, Answer first, Answer second) {}

  /** Returns all images on which two oracles that know them disagree. */
  static List<Disagreement> compare(Oracle first, Oracle second, Iterator<Corruptor.Damaged> images)
      throws Exception {
    List<Disagreement> result = new ArrayList<>();
    while (images.hasNext()) {
      Corruptor.Damaged image = images.next();
      Answer one = first.ask(image.bytes());
      Answer other = second.ask(image.bytes());
      if (one != other && one != Answer.UNKNOWN && other != Answer.UNKNOWN) {
        result.add(new Disagreement(image, one, other));
      }
    }
    return result;
  }
}
