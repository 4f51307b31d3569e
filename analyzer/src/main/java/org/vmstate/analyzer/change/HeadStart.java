package org.vmstate.analyzer.change;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.ImageSource;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.analyzer.output.WorkerFailure;
import org.vmstate.analyzer.output.Workers;

/**
 * Copies an image while it is found out what changes in it: most changes leave nearly all bytes
 * where they are, and another machine type moves them by its length. What turns out to be otherwise
 * is written over.
 */
public final class HeadStart implements AutoCloseable {
  /** Bytes copied between two looks at whether that is still wanted. */
  private static final long SLICE = 64 << 20;

  /** Milliseconds between two looks at how far the work is. */
  private static final int LOOK = 5;

  private final Destination target;
  private final Optional<Path> file;
  private final Optional<String> machine;

  /** Null where nothing can be copied so early. */
  private final Thread thread;

  private volatile boolean unwanted;

  /** Knows when a processor is free for another thread. */
  private volatile Progress watched = Progress.NONE;

  /** Start of the range of the image that was copied. */
  private long begin;

  private volatile long end;

  /** Length of the image. */
  private volatile long size;

  /** By how much that range moved. */
  private int shift;

  private Throwable failure;

  private HeadStart(
      Destination target, Optional<Path> file, Optional<String> machine, boolean possible) {
    this.target = target;
    this.file = file;
    this.machine = machine;
    this.thread =
        file.filter(_ -> possible).map(f -> new Thread(() -> run(f), "head-start")).orElse(null);
    if (thread != null) {
      thread.setDaemon(true);
      thread.start();
    }
  }

  /**
   * Starts to copy.
   *
   * @param target an output to which nobody writes before {@link #finish}
   * @param machine the machine type that the copy will most likely have, if another
   */
  public static HeadStart of(ImageSource image, Destination target, Optional<String> machine)
      throws IOException {
    boolean possible = target.isRewritable() && image.front() == 0;
    return new HeadStart(target, image.file(), machine, possible);
  }

  private void run(Path input) {
    Progress processors =
        new Progress() {
          @Override
          public void at(long offset, long total) {}

          @Override
          public boolean hasProcessor() {
            return watched.hasProcessor();
          }
        };
    try {
      HeadGuess guess = HeadGuess.of(input, machine);
      begin = guess.begin();
      end = begin;
      shift = guess.shift();
      target.keep(begin + shift);
      try (FileParts parts = FileParts.open(input, guess.holes())) {
        size = Files.size(input);
        while (!unwanted && end < size) {
          long to = Math.min(size, end + SLICE);
          parts.copy(end, to, target, processors);
          end = to;
        }
      }
    } catch (Throwable e) {
      failure = e;
    }
  }

  /**
   * Returns the file whose offsets are those of the image. It is asked for once: a file system that
   * fails may answer otherwise the next time.
   */
  Optional<Path> file() {
    return file;
  }

  /** Returns where the copy goes. */
  Destination target() {
    return target;
  }

  /**
   * Ends the work, after which the output is at its start again. Where changes leave in its place
   * what was copied, the work goes on to its end before, and tells how far it is.
   */
  void finish(List<Change> changes, Progress progress) throws IOException {
    if (thread != null && changes.stream().allMatch(this::leavesMemory)) {
      watched = progress;
      try {
        while (!thread.join(Duration.ofMillis(LOOK))) {
          progress.at(end, size);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted");
      }
    }
    finish();
  }

  /** Reports whether a change moves no memory, or as it was expected to. */
  private boolean leavesMemory(Change change) {
    return switch (change) {
      case Change.SetMachine to -> machine.filter(to.machine()::equals).isPresent();
      case Change.RenameBlock _, Change.ResizeBlock _, Change.DropBlock _ -> false;
      case Change.SetCapability _ -> false;
      default -> true;
    };
  }

  private void finish() throws IOException {
    stop();
    if (failure != null) {
      throw WorkerFailure.of(failure);
    }
    if (thread != null) {
      target.restart();
    }
  }

  /**
   * Passes over what the output has of a range already; returns from where on it has to be copied.
   */
  long keep(long from, long to) throws IOException {
    if (from < begin ? to > begin : target.sink().position() != from + shift) {
      drop();
    }
    long kept = Math.min(to, end);
    if (from < begin || kept <= from) {
      return from;
    }
    target.keep(kept - from);
    return kept;
  }

  /** Makes way for a splice, after which all may stand elsewhere than it was copied to. */
  void before(Splice splice) throws IOException {
    boolean expected =
        splice.growth() == shift && splice.range().start() < begin && splice.range().end() >= begin;
    boolean moves = splice.growth() != 0 && !expected;
    if (moves || splice.zeros() > 0 || splice.pages().isPresent()) {
      drop();
    }
  }

  /** Gives up what was copied and not yet kept, as holes may come there. */
  private void drop() throws IOException {
    if (end > begin) {
      target.cut();
    }
    forget();
  }

  private void forget() {
    begin = 0;
    end = 0;
    shift = 0;
  }

  /** Empties the output, to write to it from its start on. */
  public void giveUp() throws IOException {
    finish();
    if (target.isRewritable()) {
      target.restart();
      target.cut();
    }
    forget();
  }

  private void stop() {
    unwanted = true;
    await();
  }

  /** Waits until nothing more can be copied so early. */
  void await() {
    if (thread != null) {
      Workers.await(thread);
    }
  }

  @Override
  public void close() {
    stop();
  }
}
