package org.vmstate.analyzer.change;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.ImageSource;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.analyzer.output.WorkerFailure;
import org.vmstate.formats.layout.StreamLayout;

/**
 * Copies an image as it stands while it is found out what changes in it: most changes leave nearly
 * all bytes where they are. What turns out to be otherwise is written over.
 */
public final class HeadStart implements AutoCloseable {
  private static final long SLICE = FileParts.LARGE;

  /** Bytes in which a stream says how its pages lie. */
  private static final int HEAD = 4096;

  private final Destination target;
  private final Optional<Path> file;

  /** Null where nothing can be copied so early. */
  private final Thread thread;

  private volatile boolean unwanted;
  private long copied;
  private Throwable failure;

  private HeadStart(Destination target, Optional<Path> file, boolean possible) {
    this.target = target;
    this.file = file;
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
   * @param target an output to which nobody writes before {@link #end}
   */
  public static HeadStart of(ImageSource image, Destination target) throws IOException {
    return new HeadStart(target, image.file(), target.isRewritable() && image.front() == 0);
  }

  private void run(Path input) {
    try (FileParts parts = FileParts.open(input, mayHaveHoles(input))) {
      long size = Files.size(input);
      while (!unwanted && copied < size) {
        long end = Math.min(size, copied + SLICE);
        parts.copy(copied, end, target, Progress.NONE);
        copied = end;
      }
    } catch (Throwable e) {
      failure = e;
    }
  }

  /** To ask for holes takes longer than to copy some stretches of a stream that has none. */
  private static boolean mayHaveHoles(Path file) throws IOException {
    byte[] head = new byte[HEAD];
    int length;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      length = channel.read(ByteBuffer.wrap(head));
    }
    String text = new String(head, 0, Math.max(0, length), StandardCharsets.ISO_8859_1);
    return !text.startsWith("QEVM")
        || StreamLayout.ALL.stream()
            .flatMap(layout -> layout.capability().stream())
            .anyMatch(text::contains);
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

  /** Ends the work, after which the output is at its start again. */
  void end() throws IOException {
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
    long kept = Math.min(to, copied);
    if (kept <= from) {
      return from;
    }
    target.keep(kept - from);
    return kept;
  }

  /** Makes way for a splice: unless it is as long as what it replaces, all after it moves. */
  void before(Splice splice) throws IOException {
    if (splice.growth() != 0 || splice.zeros() > 0 || splice.pages().isPresent()) {
      drop();
    }
  }

  /** Gives up what was copied and not yet kept, as holes may come there. */
  private void drop() throws IOException {
    if (copied > 0) {
      target.cut();
      copied = 0;
    }
  }

  /** Empties the output, to write to it from its start on. */
  public void giveUp() throws IOException {
    end();
    if (target.isRewritable()) {
      target.restart();
      target.cut();
      copied = 0;
    }
  }

  private void stop() {
    unwanted = true;
    await();
  }

  /** Waits until nothing more can be copied so early. */
  void await() {
    boolean interrupted = false;
    while (thread != null && thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    stop();
  }
}
