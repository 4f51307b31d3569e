package org.vmstate.writer.edit;

import java.io.IOException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.EventTransform;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.vmdesc.FieldNode;

/**
 * Replaces the bytes of one field of a device by as many others, as they stand in the stream. A
 * stream without the device is an error at its end.
 */
public final class ReplaceField extends EventTransform {
  private final String device;
  private final String field;
  private final byte[] bytes;
  private boolean done;

  /**
   * Replaces a field on the way to a sink.
   *
   * @param device name of the section
   * @param field name of a field of the device itself, not of a structure in it
   */
  public ReplaceField(EventSink next, String device, String field, byte[] bytes) {
    super(next);
    this.device = device;
    this.field = field;
    this.bytes = bytes.clone();
  }

  @Override
  public boolean wants(Want want) {
    return want == Want.DATA || super.wants(want);
  }

  @Override
  public void accept(Event event) throws IOException {
    if (event instanceof Event.EndOfStream && !done) {
      throw new IOException(device + ": the stream has no such section");
    }
    send(event instanceof Event.Device e && e.section().name().equals(device) ? changed(e) : event);
  }

  private Event changed(Event.Device e) throws IOException {
    FieldNode found =
        e.state().stream()
            .flatMap(state -> state.fields().stream())
            .filter(f -> f.desc().name().equals(field))
            .findFirst()
            .orElseThrow(() -> new IOException(device + ": has no field " + field));
    if (found.range().length() != bytes.length) {
      throw new IOException(
          "field "
              + field
              + ": expected "
              + found.range().length()
              + " bytes, found "
              + bytes.length);
    }
    done = true;
    SourceBytes content = e.content().with(found.range().start(), bytes);
    return new Event.Device(e.range(), content, e.section(), e.state(), e.problem());
  }
}
