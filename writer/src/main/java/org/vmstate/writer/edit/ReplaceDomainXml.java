package org.vmstate.writer.edit;

import java.io.IOException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.EventTransform;

/** Replaces the domain XML of a libvirt image; a bare stream, which has none, is an error. */
public final class ReplaceDomainXml extends EventTransform {
  private final String xml;
  private boolean done;

  /** Replaces it on the way to a sink. */
  public ReplaceDomainXml(EventSink next, String xml) {
    super(next);
    this.xml = xml;
  }

  @Override
  public void accept(Event event) throws IOException {
    switch (event) {
      case Event.SaveImageHeader e -> {
        done = true;
        send(new Event.SaveImageHeader(e.range(), e.saveHeader(), e.words(), xml, e.cookie()));
      }
      case Event.StreamHeader e -> {
        if (!done) {
          throw new IOException("domain XML: expected an image of libvirt, found a bare stream");
        }
        send(e);
      }
      default -> send(event);
    }
  }
}
