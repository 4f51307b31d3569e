package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.Section;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.container.Container;
import org.vmstate.parser.io.ByteSource;

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
 * <p>-Dcompleteness=full runs every verb at every place, which takes minutes.
 */
class CompletenessTest {
  private static final boolean FULL = "full".equals(System.getProperty("completeness"));
  private static final int RANDOM_CUTS = 200;
  private static final int SAMPLE_CUTS = 20;
  private static final int SAMPLE_BOUNDARIES = 6;
  private static final int COMPRESSED_HOLES = 20;
  private static final int COMPRESSED_HOLE = 64;

  /** Enough of a section to find it in a container. */
  private static final int SOUGHT = 48;

  private static final int MOST_HASHED = 17 << 20;
  private static final String TMPDIR = "java.io.tmpdir";
  private static final String UNSEEN = "not seen to its end";

  private static final List<Verb> VERBS =
      List.of(
          Verb.judge("info", "@IMAGE@"),
          Verb.answer("dump", "@IMAGE@"),
          Verb.answer("dump", "--memory=sha256", "@IMAGE@"),
          Verb.answer("dump", "--compat=analyze-migration", "@IMAGE@"),
          Verb.judge("check", "@IMAGE@"),
          Verb.judge("compare", "@IMAGE@", "@ORIGINAL@"),
          Verb.judge("compare", "@IMAGE@", "@IMAGE@"),
          Verb.judge("convert", "--no-sync", "-O", "qemu", "@IMAGE@", "@OUT@"),
          Verb.judge("convert", "--no-sync", "-O", "qemu-mapped-ram", "@IMAGE@", "@OUT@"),
          Verb.judge(
              "convert", "--no-sync", "-O", "libvirt-raw", "-o", "xml=@XML@", "@IMAGE@", "@OUT@"),
          Verb.judge(
              "convert", "--no-sync", "-O", "libvirt-zstd", "-o", "xml=@XML@", "@IMAGE@", "@OUT@"),
          Verb.judge("convert", "--no-sync", "-O", "qemu", "-o", "compact=yes", "@IMAGE@", "@OUT@"),
          Verb.answer("extract", "--no-sync", "-O", "raw", "@IMAGE@", "@OUT@"),
          Verb.answer("extract", "--no-sync", "-O", "elf", "@IMAGE@", "@OUT@"),
          Verb.answer("extract", "--no-sync", "--blocks=@OUT@", "@IMAGE@"),
          Verb.answer("extract", "--no-sync", "--xml", "@IMAGE@", "@OUT@"),
          Verb.answer("extract", "--no-sync", "--description", "@IMAGE@", "@OUT@"),
          Verb.answer("map", "@IMAGE@"),
          Verb.judge("map", "--pages", "@IMAGE@"),
          Verb.answer("map", "--no-sync", "--output=html", "@IMAGE@", "@OUT@"),
          Verb.judge("measure", "-O", "libvirt-zstd", "-o", "xml=@XML@", "@IMAGE@"),
          Verb.judge("edit", "--no-sync", "--paused", "@IMAGE@", "@OUT@"));

  @TempDir Path scratch;

  private final Map<Verb, Answer> whole = new HashMap<>();
  private final List<String> failures = new ArrayList<>();
  private int runs;

  /**
   * A command.
   *
   * @param judges whether it must fail for every cut, because it answers for all of the image
   */
  private record Verb(boolean judges, List<String> words) {
    static Verb answer(String... words) {
      return new Verb(false, List.of(words));
    }

    static Verb judge(String... words) {
      return new Verb(true, List.of(words));
    }

    boolean is(String name) {
      return words.getFirst().equals(name);
    }
  }

  /** What was done to an image; a container may end in what its state does not need. */
  private enum Damage {
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

  static Stream<String> images() throws IOException {
    return WholeImages.names().stream();
  }

  @ParameterizedTest
  @MethodSource("images")
  void damageIsNeverTakenForAWholeImage(String name) throws IOException {
    String temporary = System.getProperty(TMPDIR);
    System.setProperty(TMPDIR, Files.createDirectory(scratch.resolve("temporary")).toString());
    try {
      Files.createDirectory(scratch.resolve("target"));
      Files.writeString(scratch.resolve("xml"), "<domain type='qemu'><name>a</name></domain>");
      WholeImages.write(name, scratch.resolve("original"));
      renew();
      for (Verb verb : VERBS) {
        whole.put(verb, run(verb));
      }
      assertEquals(0, whole.get(VERBS.getFirst()).code(), whole.get(VERBS.getFirst()).err());
      Places places = Places.of(scratch.resolve("original"));
      if (WholeImages.isHeld(name)) {
        places.moveInto(scratch.resolve("original"));
      }
      cuts(name, places);
      renew();
      holes(name, places);
    } finally {
      System.setProperty(TMPDIR, temporary);
    }
    assertTrue(runs > 100, "runs " + runs);
    assertEquals(
        List.of(),
        failures.subList(0, Math.min(failures.size(), 30)),
        failures.size() + " of " + runs + " runs");
  }

  private void renew() throws IOException {
    Files.copy(
        scratch.resolve("original"), scratch.resolve("image"), StandardCopyOption.REPLACE_EXISTING);
  }

  private void cuts(String name, Places places) throws IOException {
    Path image = scratch.resolve("image");
    long length = Files.size(image);
    boolean compressed = WholeImages.isCompressed(name);
    boolean held = WholeImages.isHeld(name);
    boolean sample = WholeImages.isSample(name) || held;
    Random random = new Random(length);
    Damage cuts = held ? Damage.CONTAINER_CUT : Damage.CUT;
    TreeSet<Long> boundaries = new TreeSet<>(compressed ? places.outer : places.boundaries);
    boundaries.add(0L);
    thin(boundaries, FULL ? Integer.MAX_VALUE : sample ? SAMPLE_BOUNDARIES : 15, random);
    TreeSet<Long> all = new TreeSet<>(boundaries);
    random.longs(sample && !FULL ? SAMPLE_CUTS : RANDOM_CUTS, 0, length).forEach(all::add);
    all.remove(length);
    if (!compressed && !held) {
      all.remove(places.streamEnd);
    }
    int next = 0;
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      for (long cut : all.descendingSet()) {
        file.setLength(cut);
        String what = name + " cut at " + cut;
        if (FULL || boundaries.contains(cut)) {
          for (Verb verb : VERBS) {
            damaged(verb, what, cuts, compressed);
          }
          if (!held) {
            salvaged(what);
          }
        } else {
          damaged(VERBS.get(next++ % VERBS.size()), what, cuts, compressed);
        }
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

  private void holes(String name, Places places) throws IOException {
    Path image = scratch.resolve("image");
    boolean compressed = WholeImages.isCompressed(name);
    Random random = new Random(1);
    List<ByteRange> holes = new ArrayList<>(places.holes);
    if (compressed) {
      holes.clear();
      long start = places.outer.isEmpty() ? 0 : places.outer.last();
      for (int i = 0; i < COMPRESSED_HOLES; i++) {
        long at = random.nextLong(start, Files.size(image));
        holes.add(new ByteRange(at, Math.min(at + COMPRESSED_HOLE, Files.size(image))));
      }
    }
    int next = 0;
    for (int i = 0; i < holes.size(); i++) {
      ByteRange hole = holes.get(i);
      try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
        byte[] before = new byte[(int) hole.length()];
        file.seek(hole.start());
        file.readFully(before);
        file.seek(hole.start());
        file.write(new byte[before.length]);
        boolean changed = !Arrays.equals(before, new byte[before.length]);
        // zeros from here to the end are an end mark and padding
        changed &= compressed || hole.end() + 1 < file.length();
        String what = name + " hole at " + hole.start() + " to " + hole.end();
        int each = FULL || holes.size() < 20 ? VERBS.size() : 2;
        for (int k = 0; changed && k < each; k++) {
          damaged(VERBS.get(next++ % VERBS.size()), what, Damage.HOLE, compressed);
        }
        file.seek(hole.start());
        file.write(before);
      }
    }
  }

  private void damaged(Verb verb, String what, Damage damage, boolean compressed)
      throws IOException {
    Answer answer = run(verb);
    if (answer.refuses(whole.get(verb))) {
      return;
    }
    if (compressed && verb.is("info") && answer.out.contains(UNSEEN)) {
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
      failures.add(what + ": " + verb.words() + " exits " + answer.code() + " " + answer.err());
    }
  }

  private void salvaged(String what) throws IOException {
    Verb verb = Verb.judge("convert", "--no-sync", "--salvage", "-O", "qemu", "@IMAGE@", "@OUT@");
    Answer answer = run(verb);
    boolean told = answer.code() == ExitCode.ODD && answer.err().contains("note: lost: ");
    boolean headless = answer.code() == ExitCode.CORRUPT || answer.code() == ExitCode.UNSUPPORTED;
    if (!told && !headless) {
      failures.add(what + ": --salvage exits " + answer.code() + " " + answer.err());
    }
  }

  private Answer run(Verb verb) throws IOException {
    runs++;
    Path target = scratch.resolve("target");
    String[] words =
        verb.words().stream()
            .map(
                word ->
                    word.replace("@IMAGE@", scratch.resolve("image").toString())
                        .replace("@ORIGINAL@", scratch.resolve("original").toString())
                        .replace("@XML@", scratch.resolve("xml").toString())
                        .replace("@OUT@", target.resolve("out").toString()))
            .toArray(String[]::new);
    CommandRun run = CommandRun.of(words);
    // of the host's file system; of a container, in which the state has its own
    String out = run.out().replaceAll("(disk|file) size: .*", "");
    Map<String, Integer> files = taken(target);
    Answer answer = new Answer(run.code(), out, files, run.err().strip());
    boolean kept = run.code() == ExitCode.OK || run.code() == ExitCode.ODD;
    if (!kept && !files.isEmpty()) {
      failures.add(verb.words() + " exits " + run.code() + " and leaves " + files.keySet());
    }
    if (run.code() == ExitCode.INTERNAL || run.err().contains("\tat ")) {
      failures.add(verb.words() + ": " + run.err());
    }
    Map<String, Integer> left = taken(scratch.resolve("temporary"));
    if (!left.isEmpty()) {
      failures.add(verb.words() + " leaves temporary files " + left.keySet());
    }
    return answer;
  }

  /** Returns what is in a folder, and empties it. */
  private static Map<String, Integer> taken(Path folder) throws IOException {
    Map<String, Integer> files = new HashMap<>();
    List<Path> found;
    try (Stream<Path> all = Files.walk(folder)) {
      found = all.filter(path -> !path.equals(folder)).sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : found) {
      files.put(folder.relativize(path).toString(), Files.isRegularFile(path) ? hash(path) : 0);
      Files.delete(path);
    }
    return files;
  }

  /** Physical memory may have its end at 4 GiB, far past anything but zeros. */
  private static int hash(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Long.hashCode(Files.size(file)) * 31 + Arrays.hashCode(in.readNBytes(MOST_HASHED));
    }
  }

  /** Where an image can be cut between its parts, and where its sections can be damaged. */
  private static final class Places implements EventSink {
    /** Boundaries of all parts; offsets of the decompressed stream in a compressed image. */
    final TreeSet<Long> boundaries = new TreeSet<>();

    /** Those in front of a compressed stream. */
    final TreeSet<Long> outer = new TreeSet<>();

    final List<ByteRange> holes = new ArrayList<>();

    /** What stands where the holes start. */
    final List<byte[]> starts = new ArrayList<>();

    long streamEnd = -1;
    private long header = -1;
    private boolean ram;

    static Places of(Path file) throws IOException {
      Places places = new Places();
      try (Container container = Container.open(ImageReader.open(file), file);
          ByteSource source = container.state(Optional.empty())) {
        ImageReader.read(source, ParseOptions.DEFAULT, places);
        for (ByteRange hole : places.holes) {
          ByteBuffer start = ByteBuffer.allocate((int) Math.min(SOUGHT, hole.length()));
          source.copy(hole.start(), start);
          places.starts.add(start.array());
        }
      }
      return places;
    }

    /** Takes the places of the sections in a container; it may be cut anywhere. */
    void moveInto(Path file) throws IOException {
      String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
      holes.clear();
      for (byte[] start : starts) {
        int at = bytes.indexOf(new String(start, StandardCharsets.ISO_8859_1));
        if (at >= 0) {
          holes.add(new ByteRange(at, at + start.length));
        }
      }
      assertTrue(holes.size() > 3, "sections found: " + holes.size());
      boundaries.clear();
    }

    @Override
    public void accept(Event event) {
      ByteRange range = event.range();
      if (!event.covers()) {
        return;
      }
      if (event instanceof Event.CompressedStream) {
        outer.addAll(boundaries);
        outer.add(range.start());
        return;
      }
      boundaries.add(range.start());
      boundaries.add(range.end());
      switch (event) {
        case Event.SectionHeader e -> {
          Section section = e.section();
          header = range.start();
          ram = section.name().equals("ram");
        }
        case Event.Device e when !ram -> {
          long middle = (range.start() + range.end()) / 2;
          holes.add(new ByteRange(header, Math.max(middle, header + 1)));
        }
        case Event.SectionFooter e when !ram -> {
          ByteRange front = holes.getLast();
          holes.add(new ByteRange(front.end(), range.end()));
          holes.add(new ByteRange(header, range.end()));
        }
        case Event.EndOfStream e -> streamEnd = range.end();
        default -> {}
      }
    }
  }
}
