package org.vmstate.analyzer.output;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.UnaryOperator;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/**
 * Reads an image to its end on a thread of its own while another one copies it: a copy of a broken
 * image would look like a good one. The thread has ended when this is closed.
 */
public final class WholeCheck implements AutoCloseable {
  private final FutureTask<Outcome> check;
  private final Thread thread;
  private volatile boolean unwanted;

  private WholeCheck(Pass pass) {
    check = new FutureTask<>(() -> pass.run(this::stoppable));
    thread = new Thread(check, "check");
    thread.setDaemon(true);
  }

  /**
   * Starts to read an image.
   *
   * @param sink accepts what is in the image, on the other thread
   */
  public static WholeCheck start(ImageSource image, ParseOptions options, EventSink sink) {
    return start(
        stoppable -> {
          try (ByteSource source = image.open()) {
            return ImageReader.read(source, options, stoppable.apply(sink));
          }
        });
  }

  /** Starts a pass over an image, and whatever has to hold after it. */
  public static WholeCheck start(Pass pass) {
    WholeCheck result = new WholeCheck(pass);
    result.thread.start();
    return result;
  }

  /** Reads an image on the other thread. */
  public interface Pass {
    /**
     * Returns how the pass ended.
     *
     * @param stoppable gives a sink's place to one that ends the pass when it is not wanted any
     *     more
     */
    Outcome run(UnaryOperator<EventSink> stoppable) throws IOException;
  }

  private EventSink stoppable(EventSink sink) {
    return new EventSink() {
      @Override
      public void accept(Event event) throws IOException {
        if (unwanted) {
          throw new Stopped();
        }
        sink.accept(event);
      }

      @Override
      public boolean wants(Want want) {
        return sink.wants(want);
      }
    };
  }

  /** Copies, and is stopped by its progress when the image is found to be broken. */
  public interface Copy {
    /** Copies everything. */
    void run(Progress progress) throws IOException;
  }

  /** Copies while the image is read, and returns how that ended. */
  public Outcome during(Copy copy, Progress progress) throws IOException {
    Progress watched =
        new Progress() {
          @Override
          public void at(long offset, long total) {
            if (check.state() == Future.State.FAILED) {
              throw new Stopped();
            }
            progress.at(offset, total);
          }

          @Override
          public boolean hasProcessor() {
            return check.isDone() || progress.hasProcessor();
          }
        };
    try {
      copy.run(watched);
    } catch (Stopped _) {
      // the check says why
    }
    try {
      return check.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      throw WorkerFailure.of(e.getCause());
    }
  }

  @Override
  public void close() {
    unwanted = true;
    Workers.await(thread);
  }

  /** Ends what is for nothing. */
  private static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
