package org.vmstate.analyzer.check;

import java.io.IOException;
import java.util.List;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;

/** Sends the events of one pass to several sinks. */
final class Fanout implements EventSink {
  private final List<? extends EventSink> sinks;
  private final boolean pages;

  /**
   * Sends to sinks.
   *
   * @param pages whether they look at the pages of a fixed layout
   */
  Fanout(List<? extends EventSink> sinks, boolean pages) {
    this.sinks = List.copyOf(sinks);
    this.pages = pages;
  }

  @Override
  public void accept(Event event) throws IOException {
    for (EventSink sink : sinks) {
      sink.accept(event);
    }
  }

  /** Payloads and pages are looked at; those of a pipe must be at hand. */
  @Override
  public boolean wants(Want want) {
    return pages || want != Want.MAPPED_PAGES;
  }
}
