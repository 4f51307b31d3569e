package org.vmstate.analyzer.convert;

import java.io.IOException;
import java.util.function.Consumer;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.Front;
import org.vmstate.formats.libvirt.SaveFormat;
import org.vmstate.formats.rule.Reason;
import org.vmstate.writer.io.ByteSink;

/** Keeps what stands before a stream, and passes notes on. */
class FrontVisitor implements EventSink {
  private final Consumer<String> notes;
  private final Front front = new Front();

  FrontVisitor(Consumer<String> notes) {
    this.notes = notes;
  }

  /** Opens the output once the input's save header is known. */
  interface Head {
    /** Writes the save header and returns the sink for the stream. */
    ByteSink open(Front front) throws IOException;
  }

  final ByteSink open(Head head) throws IOException {
    return head.open(front);
  }

  final Front front() {
    return front;
  }

  final void note(String text) {
    notes.accept(text);
  }

  @Override
  public void accept(Event event) throws IOException {
    front.accept(event);
    switch (event) {
      case Event.SaveImageHeader e -> requireFinished(e);
      case Event.Notice e -> note(e.problem().note());
      default -> {}
    }
  }

  /** A save that did not finish may look whole and still lack its memory. */
  private static void requireFinished(Event.SaveImageHeader e) throws MalformedDataException {
    if (!e.saveHeader().complete()) {
      throw new MalformedDataException(
          Reason.SAVE_UNFINISHED,
          "magic: expected "
              + SaveFormat.MAGIC
              + ", found "
              + SaveFormat.MAGIC_PARTIAL
              + ": the save did not finish",
          0,
          "libvirt.header");
    }
  }
}
