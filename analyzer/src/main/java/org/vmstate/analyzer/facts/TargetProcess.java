package org.vmstate.analyzer.facts;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A QEMU that was started to be asked: paused, with a monitor in a folder that nobody else can
 * read. It never runs the guest, and is ended whatever happens.
 */
final class TargetProcess implements Closeable {
  /** Longest path of a UNIX socket in bytes, without the zero at its end. */
  private static final int MOST_PATH = 107;

  private static final int KEPT = 4 << 10;

  /** How an error of QEMU begins, which has the program's name, other than a warning. */
  private static final Pattern ERROR = Pattern.compile("qemu[^ :]*: (?!warning: |info: )");

  /** Most lines of an error and its hints. */
  private static final int MOST_LINES = 4;

  /** Options that would load a state, or leave this process, with how many values they have. */
  private static final Set<String> WITH_VALUE = Set.of("-incoming", "-loadvm", "-pidfile");

  private static final Set<String> ALONE = Set.of("-daemonize", "-S");

  private final Path folder;
  private final String binary;
  private final Process process;
  private final Thread end;
  private final Thread reader;
  private final StringBuilder printed = new StringBuilder();

  private TargetProcess(Path folder, List<String> command) throws IOException {
    this.folder = folder;
    binary = command.getFirst();
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .start();
    end = new Thread(this::stop);
    Runtime.getRuntime().addShutdownHook(end);
    reader = Thread.ofPlatform().daemon().start(this::drain);
  }

  /** Returns a private folder for sockets. */
  static Path folder() throws IOException {
    Path folder = Files.createTempDirectory("vmstate-img");
    if (folder.resolve("stream").toString().getBytes(StandardCharsets.UTF_8).length > MOST_PATH) {
      Files.delete(folder);
      throw new TargetException(folder + ": is too long a path for a socket; TMPDIR changes it");
    }
    return folder;
  }

  /** Starts a QEMU with a guest's command line. */
  static TargetProcess start(Path folder, String binary, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(binary);
    for (int i = 0; i < arguments.size(); i++) {
      String option = arguments.get(i).replaceFirst("^--", "-");
      if (WITH_VALUE.contains(option)) {
        i++;
      } else if (!ALONE.contains(option)) {
        command.add(arguments.get(i));
      }
    }
    String socket = folder.resolve("qmp").toString().replace(",", ",,");
    command.addAll(List.of("-S", "-display", "none"));
    command.addAll(List.of("-qmp", "unix:" + socket + ",server=on,wait=off"));
    return run(folder, command);
  }

  /** Runs a QEMU that ends by itself. */
  static TargetProcess run(Path folder, List<String> command) throws IOException {
    try {
      return new TargetProcess(folder, command);
    } catch (IOException e) {
      String program = command.getFirst();
      // Java's words name the program again
      String why =
          String.valueOf(e.getMessage()).replaceFirst("^Cannot run program \"[^\"]*\".*?: ", "");
      throw new TargetException(program + ": cannot be started: " + why.strip());
    }
  }

  private void drain() {
    byte[] bytes = new byte[KEPT];
    try (InputStream in = process.getInputStream()) {
      for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
        synchronized (printed) {
          printed.append(new String(bytes, 0, n, StandardCharsets.ISO_8859_1));
          printed.delete(0, Math.max(0, printed.length() - KEPT));
        }
      }
    } catch (IOException e) {
      // the process is gone; what it said so far is kept
    }
  }

  /** Connects to its monitor as soon as there is one. */
  Qmp monitor(Deadline deadline) throws IOException {
    Path socket = folder.resolve("qmp");
    while (true) {
      if (Files.exists(socket)) {
        try {
          return Qmp.connect(socket, deadline);
        } catch (TargetException e) {
          if (deadline.millis() == 0 || !process.isAlive()) {
            throw gone(e.getMessage());
          }
        }
      }
      if (!process.isAlive()) {
        throw gone("ended with code " + process.exitValue());
      }
      pause(deadline);
    }
  }

  /** Waits until it ends. */
  void await(Deadline deadline) throws IOException {
    while (process.isAlive()) {
      pause(deadline);
    }
  }

  private static void pause(Deadline deadline) throws IOException {
    if (deadline.millis() == 0) {
      throw deadline.late();
    }
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TargetException("the target: interrupted");
    }
  }

  /**
   * Returns what a QEMU that ended said last: its last error with the hints that follow, or else
   * its last line. Errors are the lines that have its name, hints have none.
   */
  private static String lastWords(String printed) {
    List<String> lines = printed.lines().map(String::strip).filter(l -> !l.isEmpty()).toList();
    for (int i = lines.size() - 1; i >= 0; i--) {
      if (ERROR.matcher(lines.get(i)).lookingAt()) {
        List<String> words = lines.subList(i, Math.min(lines.size(), i + MOST_LINES));
        return String.join(" ", words);
      }
    }
    return lines.isEmpty() ? "" : lines.getLast();
  }

  /** Waits a little for a process that may have ended: its sockets close first. */
  boolean endsSoon() {
    try {
      return process.waitFor(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return !process.isAlive();
    }
  }

  /** Returns an error about a QEMU that ended in the midst of something. */
  TargetException died(String when) {
    String last = lastWords(said());
    return new TargetException(
        "the target: ended with code "
            + process.exitValue()
            + " "
            + when
            + (last.isEmpty() ? "" : ": " + last));
  }

  /** Returns an error with what QEMU said last. */
  TargetException gone(String otherwise) {
    String last = lastWords(said());
    return new TargetException(
        last.isEmpty()
            ? binary + ": " + otherwise + "; expected a QEMU for whole systems"
            : "the target: " + last);
  }

  private String said() {
    try {
      if (!process.isAlive()) {
        reader.join(500);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (printed) {
      return printed.toString();
    }
  }

  private void stop() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroy();
    try {
      if (!process.waitFor(2, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        process.waitFor(2, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    stop();
    Runtime.getRuntime().removeShutdownHook(end);
  }

  /** Deletes the folder and what is in it. */
  static void delete(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> found = Files.walk(folder)) {
      all = found.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      Files.deleteIfExists(path);
    }
  }
}
