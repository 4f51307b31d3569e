package org.vmstate.analyzer.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.vmstate.analyzer.fault.Call;
import org.vmstate.analyzer.fault.Fault;
import org.vmstate.writer.io.OutputFile;

/**
 * Runs each command once for each call that it makes of the file system, of which the first, the
 * second and so on goes wrong. Started by {@link FaultInjectionTest} in a process of its own, whose
 * file system is the faulty one.
 */
final class FaultRuns {
  /** Runs of a command with one kind of fault, unless all are wanted. */
  private static final int FEW = 4;

  /** Runs when all are wanted: the tables of a disk are read word by word. */
  private static final int MANY = 500;

  private static final int MOST_FAILURES = 200;
  private static final long PATIENCE_MILLIS = 180_000;
  private static final long END_MILLIS = 10_000;

  private final Path images;
  private final Path target;
  private final Path temporary;
  private final boolean full;
  private final List<String> failures = new ArrayList<>();
  private final AtomicReference<String> current = new AtomicReference<>("");
  private volatile long started;
  private int runs;
  private int faults;

  private FaultRuns(Path folder, boolean full) throws IOException {
    images = Files.createDirectory(folder.resolve("images"));
    target = Files.createDirectory(folder.resolve("target"));
    temporary = Path.of(System.getProperty("java.io.tmpdir"));
    this.full = full;
  }

  /** All that a command gives. */
  private record Answer(int code, String out, TreeMap<String, Integer> files, String err) {}

  /**
   * Runs the commands whose words contain a text, or all.
   *
   * @param args a folder, whether every call is to fail, and perhaps the text
   */
  public static void main(String[] args) throws IOException {
    Locale.setDefault(Locale.ROOT);
    FaultRuns runs = new FaultRuns(Path.of(args[0]), Boolean.parseBoolean(args[1]));
    FaultImages.make(runs.images);
    runs.watch();
    for (FaultJob job : FaultJob.all()) {
      if (args.length < 3 || String.join(" ", job.words()).contains(args[2])) {
        runs.job(job);
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%d runs, %d faults, %d failures%n",
        runs.runs,
        runs.faults,
        runs.failures.size());
    System.exit(runs.failures.isEmpty() && runs.runs > 0 ? 0 : 1);
  }

  /** Ends the process when a command does not end. */
  private void watch() {
    started = System.nanoTime();
    Thread thread =
        new Thread(
            () -> {
              while ((System.nanoTime() - started) / 1_000_000 < PATIENCE_MILLIS) {
                pause();
              }
              System.out.println("HANGS: " + current.get());
              Thread.getAllStackTraces()
                  .forEach((t, stack) -> System.out.println(t + " " + Arrays.toString(stack)));
              Runtime.getRuntime().halt(1);
            });
    thread.setDaemon(true);
    thread.start();
  }

  private void failed(String what) {
    failures.add(what);
    System.out.println("FAILS: " + what);
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void job(FaultJob job) throws IOException {
    // a second run: the first one loads classes
    answer(job, Fault.Kind.ERROR, 0);
    Answer good = answer(job, Fault.Kind.ERROR, 0);
    String name = name(job);
    if (good.code != job.code()) {
      failed(name + ": exits " + good.code + " " + good.err);
      return;
    }
    int before = runs;
    StringBuilder line = new StringBuilder();
    for (Fault.Kind kind : Fault.Kind.values()) {
      current.set(name);
      answer(job, kind, 0);
      int calls = Fault.SYSTEM.disarm();
      int step = Math.max(1, calls / (full ? MANY : FEW));
      for (int n = 1 + runs % step; n <= calls; n += step) {
        current.set(name + ", " + kind + " at " + n);
        require(job, kind, good, answer(job, kind, n));
        if (failures.size() > MOST_FAILURES) {
          return;
        }
      }
      line.append(' ').append(kind).append(' ').append(calls);
    }
    System.out.println(name + ":" + line + ", runs " + (runs - before));
  }

  private void require(FaultJob job, Fault.Kind kind, Answer good, Answer answer)
      throws IOException {
    faults += Fault.SYSTEM.met().isEmpty() ? 0 : 1;
    String what = current.get() + " " + Fault.SYSTEM.met();
    boolean sameFiles = answer.files.equals(good.files);
    if (answer.code == good.code) {
      if (!sameFiles || !answer.out.equals(good.out)) {
        failed(what + ": exits " + answer.code + " with another answer " + answer.files);
      }
    } else if (answer.code == ExitCode.OK || kind == Fault.Kind.SHORT) {
      failed(what + ": exits " + answer.code + " " + answer.err);
    } else {
      boolean lastSync = Fault.SYSTEM.met().contains(Call.FORCE) && sameFiles;
      boolean deleting = Fault.SYSTEM.met().contains(Call.DELETE);
      boolean disk = job.changes() && isOneOf(answer.files, before(job), good.files);
      if (!answer.files.equals(before(job))
          && !lastSync
          && !deleting
          && !disk
          && !job.isInPlace()) {
        failed(what + ": exits " + answer.code + " and leaves " + answer.files);
      }
    }
    boolean memory = answer.code == ExitCode.INTERNAL && kind == Fault.Kind.MEMORY;
    if (answer.err.contains("\tat ") || answer.code == ExitCode.INTERNAL && !memory) {
      failed(what + ": " + answer.err);
    }
    // check -q says by its code alone that an image is damaged, as one that shrinks is
    boolean told = answer.code == ExitCode.CORRUPT && name(job).startsWith("check -q");
    if (answer.code != good.code && !told && !names(answer.err + answer.out)) {
      failed(what + ": exits " + answer.code + " and names nothing: " + answer.err);
    }
  }

  private static String name(FaultJob job) {
    return String.join(" ", job.words());
  }

  /** Reports whether a message says which file it is about, by a name that the user knows. */
  private boolean names(String message) {
    return !message.contains(OutputFile.PREFIX) && isNamed(message);
  }

  private boolean isNamed(String message) {
    return message.contains(images.toString())
        || message.contains(target.toString())
        || message.contains(temporary.toString())
        || message.contains("standard input")
        || message.contains("standard output")
        || message.contains("sample:")
        || message.contains("--repair: ")
        || message.contains("V204")
        || message.contains("out of memory");
  }

  /** Each snapshot of a disk is what it was or what it should be. */
  private static boolean isOneOf(
      TreeMap<String, Integer> files,
      TreeMap<String, Integer> before,
      TreeMap<String, Integer> after) {
    return files.keySet().equals(before.keySet())
        && files.entrySet().stream()
            .allMatch(
                e ->
                    e.getValue().equals(before.get(e.getKey()))
                        || e.getValue().equals(after.get(e.getKey())));
  }

  /** What a disk holds; its clusters and the date of a snapshot do not matter. */
  private static TreeMap<String, Integer> states(FaultJob job, Path disk) {
    TreeMap<String, Integer> states = new TreeMap<>();
    for (String snapshot : job.snapshots()) {
      CommandRun ran = CommandRun.of("dump", "--memory=sha256", "-l", snapshot, disk.toString());
      String text = ran.out().replaceFirst("\"file\": *\"[^\"]*\"", "");
      states.put(snapshot, ran.code() == 0 ? text.hashCode() : ran.code());
    }
    return states;
  }

  /** What is in the output's folder when nothing was written. */
  private TreeMap<String, Integer> before(FaultJob job) throws IOException {
    if (!job.snapshots().isEmpty()) {
      return job.changes() ? states(job, images.resolve(job.given())) : new TreeMap<>();
    }
    TreeMap<String, Integer> files = new TreeMap<>();
    if (job.changes()) {
      files.put("out", FolderFiles.hash(images.resolve(job.given())));
    }
    return files;
  }

  private Answer answer(FaultJob job, Fault.Kind kind, int n) throws IOException {
    runs++;
    started = System.nanoTime();
    if (job.changes()) {
      Files.copy(images.resolve(job.given()), target.resolve("out"));
    }
    byte[] piped =
        job.piped().isEmpty() ? new byte[0] : Files.readAllBytes(images.resolve(job.piped()));
    List<String> words = job.words().stream().map(this::word).toList();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int open = openFiles();
    InputStream in = System.in;
    StandardInput.remember();
    System.setIn(new FaultyInput(piped));
    CommandRun ran;
    Fault.SYSTEM.arm(kind, n);
    try {
      ran = CommandRun.into(new FaultyOutput(out), words);
    } catch (OutOfMemoryError e) {
      // as main does
      ran = new CommandRun(ExitCode.INTERNAL, "", "out of memory");
    } finally {
      Fault.SYSTEM.disarm();
      System.setIn(in);
    }
    requireNothingLeft(job, open);
    String text = out.toString(StandardCharsets.UTF_8).replaceAll("disk size: .*\n", "");
    TreeMap<String, Integer> states = new TreeMap<>();
    if (!job.snapshots().isEmpty() && Files.exists(target.resolve("out"))) {
      states = states(job, target.resolve("out"));
    }
    TreeMap<String, Integer> files = FolderFiles.take(target);
    if (!states.isEmpty() && files.size() == 1) {
      files = states;
    }
    return new Answer(ran.code(), text, files, ran.err().strip());
  }

  private String word(String word) {
    return word.equals("@OUT")
        ? target.resolve("out").toString()
        : word.replaceAll("@([a-z-]+)", images + "/$1");
  }

  private static int openFiles() {
    String[] names = new File("/proc/self/fd").list();
    return names == null ? 0 : names.length;
  }

  /** Looks for files, threads, mappings and open files that outlive the command. */
  private void requireNothingLeft(FaultJob job, int open) throws IOException {
    String what = current.get() + " " + Fault.SYSTEM.met();
    TreeMap<String, Integer> files = FolderFiles.take(temporary);
    if (!files.isEmpty() && !job.usesSample() && !Fault.SYSTEM.met().contains(Call.DELETE)) {
      failed(what + ": leaves temporary files " + files.keySet());
    }
    long end = System.nanoTime() + END_MILLIS * 1_000_000;
    while (openFiles() > open && System.nanoTime() < end) {
      pause();
    }
    if (openFiles() > open) {
      failed(what + ": leaves files open");
    }
  }

  /** Standard input, whose reads may fail. */
  private static final class FaultyInput extends InputStream {
    private final InputStream source;

    FaultyInput(byte[] bytes) {
      source = new ByteArrayInputStream(bytes);
    }

    @Override
    public int read() throws IOException {
      Fault.SYSTEM.at(Call.READ, null);
      return source.read();
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
      return source.read(target, from, Fault.SYSTEM.of(Call.READ, length));
    }
  }

  /** Standard output, whose writes may fail. */
  private static final class FaultyOutput extends OutputStream {
    private final OutputStream target;

    FaultyOutput(OutputStream target) {
      this.target = target;
    }

    @Override
    public void write(int b) throws IOException {
      Fault.SYSTEM.at(Call.WRITE, null);
      target.write(b);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      Fault.SYSTEM.at(Call.WRITE, null);
      target.write(bytes, from, length);
    }
  }
}
