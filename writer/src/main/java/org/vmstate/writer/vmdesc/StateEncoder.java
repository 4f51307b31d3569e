package org.vmstate.writer.vmdesc;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.FieldType;
import org.vmstate.formats.vmdesc.StateNode;

/**
 * Writes a tree of fields as the payload of a device section: the reverse of the parser's {@code
 * StateDecoder} and of its device decoders. Where a field has elements they are what is written,
 * its own bytes are not looked at; so a changed leaf is enough. Source: QEMU 10.0
 * migration/vmstate.c.
 */
public final class StateEncoder {
  private static final int QUEUE_ELEMENT = 1;
  private static final int QUEUE_END = 0;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private StateEncoder() {}

  /**
   * Returns the payload of a device section.
   *
   * @throws IllegalArgumentException when a value is not as long as its description says
   */
  public static byte[] encode(StateNode state) {
    StateEncoder encoder = new StateEncoder();
    encoder.body(state);
    return encoder.out.toByteArray();
  }

  private void body(StateNode state) {
    state.fields().forEach(this::field);
    for (StateNode subsection : state.subsections()) {
      byte[] name = subsection.desc().name().getBytes(StandardCharsets.ISO_8859_1);
      out.write(StreamFormat.SUBSECTION);
      out.write(name.length);
      out.writeBytes(name);
      out.writeBytes(
          ByteBuffer.allocate(Integer.BYTES).putInt((int) subsection.desc().version()).array());
      body(subsection);
    }
  }

  private void field(FieldNode field) {
    switch (field.desc().type()) {
      case STRUCT -> field.elements().forEach(this::body);
      case QUEUE -> {
        if (field.elements().isEmpty()) {
          value(field);
          return;
        }
        for (StateNode element : field.elements()) {
          out.write(QUEUE_ELEMENT);
          body(element);
        }
        out.write(QUEUE_END);
      }
      default -> {
        if (field.elements().isEmpty()) {
          value(field);
        } else {
          field.elements().forEach(this::body);
        }
      }
    }
  }

  private void value(FieldNode field) {
    long described = field.desc().size() * field.desc().count();
    boolean named = field.desc().type() == FieldType.CAPABILITY;
    if (!named && field.raw().length != described) {
      throw new IllegalArgumentException(
          field.desc().name() + ": " + field.raw().length + " bytes, described as " + described);
    }
    out.writeBytes(field.raw());
  }
}
