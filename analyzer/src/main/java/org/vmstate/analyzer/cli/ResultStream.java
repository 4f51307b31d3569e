package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vmstate.formats.error.NamedIOException;

/**
 * Standard output that does not forget an error: whoever printed through a {@code PrintStream},
 * which keeps errors for itself, hears of it when the stream is flushed or closed.
 */
final class ResultStream extends OutputStream {
  /** What the system says of a pipe whose reader is gone; Java has no exception of its own. */
  private static final String BROKEN_PIPE = "Broken pipe";

  private final OutputStream target;
  private final boolean isSystems;
  private IOException failure;

  /**
   * Writes to a stream.
   *
   * @param isSystems whether that is the standard output of the process
   */
  ResultStream(OutputStream target, boolean isSystems) {
    this.target = target;
    this.isSystems = isSystems;
  }

  /** Something that writes. */
  private interface Action {
    void run() throws IOException;
  }

  private void guarded(Action action) throws IOException {
    if (failure == null) {
      try {
        action.run();
        return;
      } catch (IOException e) {
        failure = e;
      }
    }
    // a new one each time: the same one cannot be suppressed by itself
    throw named(failure);
  }

  private IOException named(IOException e) {
    boolean broken = BROKEN_PIPE.equals(e.getMessage()) || isSystems && isPipe();
    return broken ? new BrokenPipeException(e) : NamedIOException.of("standard output", e);
  }

  /** The system's message is in the language of the user, so it is not asked alone. */
  private static boolean isPipe() {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString().startsWith("pipe:");
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  @Override
  public void write(int b) throws IOException {
    guarded(() -> target.write(b));
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    guarded(() -> target.write(bytes, from, length));
  }

  @Override
  public void flush() throws IOException {
    guarded(target::flush);
  }

  /**
   * Ends with what is left. The process's own is not closed: where the caller closed it, the number
   * is that of a file which the JVM opened, such as the one that holds the classes.
   */
  @Override
  public void close() throws IOException {
    guarded(isSystems ? target::flush : target::close);
  }
}
