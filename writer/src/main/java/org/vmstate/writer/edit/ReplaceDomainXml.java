package org.vmstate.writer.edit;

import java.io.IOException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.EventTransform;

/** Replaces the domain XML of a libvirt image; a bare stream has none, and stays as it is. */
public final class ReplaceDomainXml extends EventTransform {
  private final String xml;

  /** Replaces it on the way to a sink. */
  public ReplaceDomainXml(EventSink next, String xml) {
    super(next);
    this.xml = xml;
  }

  @Override
  public void accept(Event event) throws IOException {
    send(
        event instanceof Event.EnvelopeHeader e
            ? new Event.EnvelopeHeader(e.range(), e.envelope(), e.words(), xml, e.cookie())
            : event);
  }
}
