package org.vmstate.analyzer.core;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Collects ELF notes: u32 length of the name with its NUL, u32 length of the content, u32 type,
 * then name and content, each padded to four bytes.
 */
final class Notes {
  static final int PRSTATUS = 1;
  static final int FPREGSET = 2;
  private static final int HEADER = 12;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final ByteOrder order;

  Notes(ByteOrder order) {
    this.order = order;
  }

  ByteOrder order() {
    return order;
  }

  /** Returns a zeroed content to be filled. */
  ByteBuffer content(int length) {
    return ByteBuffer.allocate(length).order(order);
  }

  void add(String name, int type, ByteBuffer content) {
    byte[] label = name.getBytes(StandardCharsets.US_ASCII);
    int nameSpace = label.length + 1 + 3 & ~3;
    int contentSpace = content.capacity() + 3 & ~3;
    ByteBuffer note = ByteBuffer.allocate(HEADER + nameSpace + contentSpace).order(order);
    note.putInt(label.length + 1).putInt(content.capacity()).putInt(type).put(label);
    note.position(HEADER + nameSpace).put(content.array());
    add(note.array());
  }

  /** Adds a note as it stands. */
  void add(byte[] note) {
    bytes.write(note, 0, note.length);
  }

  byte[] toBytes() {
    return bytes.toByteArray();
  }
}
