package org.vmstate.analyzer.convert;

import java.io.IOException;
import java.util.function.Consumer;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.formats.event.Event;
import org.vmstate.writer.stream.RecordWriter;

/** Writes a stream whose layout stays, record for record; only the save header is new. */
final class Verbatim extends ChannelNote {
  private final Head head;
  private final Progress progress;
  private RecordWriter records;

  Verbatim(Head head, Progress progress, Consumer<String> notes) {
    super(notes);
    this.head = head;
    this.progress = progress;
  }

  @Override
  public boolean wants(Want want) {
    return want == Want.DATA;
  }

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    if (event instanceof Event.StreamHeader) {
      records = new RecordWriter(open(head));
    }
    if (records != null) {
      records.accept(event);
      if (event instanceof Event.Bytes e) {
        progress.at(e.range().end(), e.content().length());
      }
    }
  }
}
