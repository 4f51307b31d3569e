package org.vmstate.formats.event;

import java.io.IOException;

/**
 * A change of an image: sends the events that it gets on to another sink, some of them changed. To
 * change one kind of event, override {@link #accept} and call {@link #send}.
 */
public abstract class EventTransform implements EventSink {
  private final EventSink next;

  /** Changes what is sent to a sink. */
  protected EventTransform(EventSink next) {
    this.next = next;
  }

  /** Sends an event on. */
  protected final void send(Event event) throws IOException {
    next.accept(event);
  }

  @Override
  public boolean wants(Want want) {
    return next.wants(want);
  }
}
