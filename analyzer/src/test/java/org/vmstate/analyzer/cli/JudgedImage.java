package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An image that is damaged in many ways, and what each verb says of it. */
final class JudgedImage {
  private static final String TMPDIR = "java.io.tmpdir";
  private static final String UNSEEN = "not seen to its end";

  private final String name;
  private final Path folder;
  private final String home = System.getProperty(TMPDIR);
  private final Map<JudgedVerb, Answer> whole = new HashMap<>();
  private final List<String> failures = new ArrayList<>();
  private int runs;

  /** What was done to an image; a container may end in what its state does not need. */
  enum Damage {
    CUT,
    CONTAINER_CUT,
    HOLE
  }

  /** All that a command gives. */
  private record Answer(int code, String out, Map<String, Integer> files, String err) {
    boolean isSame(Answer other) {
      return code == other.code && out.equals(other.out) && files.equals(other.files);
    }

    /** Odd is how check calls what a loader takes, as a cut description. */
    boolean refuses(Answer good) {
      return code != 0 && !(code == ExitCode.ODD && isSame(good));
    }
  }

  /** Makes an image in an empty folder, which also gets the temporary files. */
  JudgedImage(String name, Path folder) throws IOException {
    this.name = name;
    this.folder = folder;
    Files.createDirectory(folder.resolve("target"));
    Files.writeString(folder.resolve("xml"), "<domain type='qemu'><name>a</name></domain>");
    WholeImages.write(name, folder.resolve("whole"));
    renew();
    System.setProperty(TMPDIR, Files.createDirectory(folder.resolve("temporary")).toString());
  }

  /** Asks all verbs for their answers while the image is whole. */
  void answerWhole() throws IOException {
    for (JudgedVerb verb : JudgedVerb.ALL) {
      whole.put(verb, run(verb));
    }
    Answer info = whole.get(JudgedVerb.ALL.getFirst());
    assertEquals(0, info.code(), info.err());
  }

  /** Gives temporary files their place again. */
  void end() {
    System.setProperty(TMPDIR, home);
  }

  String name() {
    return name;
  }

  Path file() {
    return folder.resolve("image");
  }

  int runs() {
    return runs;
  }

  List<String> failures() {
    return failures;
  }

  boolean isCompressed() {
    return WholeImages.isCompressed(name);
  }

  boolean isHeld() {
    return WholeImages.isHeld(name);
  }

  /** Returns where it can be damaged. */
  ImagePlaces places() throws IOException {
    ImagePlaces places = ImagePlaces.of(folder.resolve("whole"));
    if (isHeld()) {
      places.moveInto(folder.resolve("whole"));
    }
    return places;
  }

  /** Undoes all damage. */
  void renew() throws IOException {
    Files.copy(folder.resolve("whole"), file(), StandardCopyOption.REPLACE_EXISTING);
  }

  /** A verb must fail, or give the answer of the whole image. */
  void requireRefused(JudgedVerb verb, String what, Damage damage) throws IOException {
    Answer answer = run(verb);
    if (answer.refuses(whole.get(verb))) {
      return;
    }
    if (isCompressed() && verb.is("info") && answer.out.contains(UNSEEN)) {
      return;
    }
    boolean mustFail =
        verb.judges()
            && switch (damage) {
              case CUT -> true;
              case HOLE -> !verb.is("info");
              case CONTAINER_CUT -> false;
            };
    if (mustFail || !answer.isSame(whole.get(verb))) {
      fail(what + ": " + verb + " exits " + answer.code() + " " + answer.err());
    }
  }

  /** A salvage must tell what was lost, or find nothing to begin with. */
  void requireSalvageTold(String what) throws IOException {
    Answer answer = run(JudgedVerb.SALVAGE);
    boolean told = answer.code() == ExitCode.ODD && answer.err().contains("note: lost: ");
    boolean headless = answer.code() == ExitCode.CORRUPT || answer.code() == ExitCode.UNSUPPORTED;
    if (!told && !headless) {
      fail(what + ": --salvage exits " + answer.code() + " " + answer.err());
    }
  }

  private void fail(String what) {
    failures.add(name + " " + what);
  }

  private Answer run(JudgedVerb verb) throws IOException {
    runs++;
    CommandRun run = CommandRun.of(verb.words(folder));
    // of the host's file system; of a container, in which the state has its own
    String out = run.out().replaceAll("(disk|file) size: .*", "");
    Map<String, Integer> files = FolderFiles.take(folder.resolve("target"));
    boolean kept = run.code() == ExitCode.OK || run.code() == ExitCode.ODD;
    if (!kept && !files.isEmpty()) {
      fail(verb + " exits " + run.code() + " and leaves " + files.keySet());
    }
    if (run.code() == ExitCode.INTERNAL || run.err().contains("\tat ")) {
      fail(verb + ": " + run.err());
    }
    Map<String, Integer> left = FolderFiles.take(folder.resolve("temporary"));
    if (!left.isEmpty()) {
      fail(verb + " leaves temporary files " + left.keySet());
    }
    return new Answer(run.code(), out, files, run.err().strip());
  }
}
