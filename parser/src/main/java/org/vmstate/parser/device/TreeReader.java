package org.vmstate.parser.device;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.error.UnsupportedFeatureException;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.FieldType;
import org.vmstate.formats.vmdesc.StateDesc;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.section.FieldReader;

/**
 * Reads bytes one field after the other and keeps each under its name, so that a tree of fields
 * comes of it in which no byte is missing.
 */
final class TreeReader implements FieldReader {
  /** Reads the fields of a struct or a subsection. */
  interface TreeBody {
    void read() throws StateFormatException;
  }

  private final byte[] bytes;
  private final long origin;
  private final int end;
  private int at;
  private List<FieldNode> fields = new ArrayList<>();
  private List<StateNode> subsections = new ArrayList<>();

  /** Reads an array whose first byte stands at an offset of the file. */
  TreeReader(byte[] bytes, long origin) {
    this.bytes = bytes;
    this.origin = origin;
    this.end = bytes.length;
  }

  int remaining() {
    return end - at;
  }

  int position() {
    return at;
  }

  /** Returns a byte ahead of the cursor, -1 beyond the end. */
  int peek(int ahead) {
    return ahead >= 0 && ahead < remaining() ? bytes[at + ahead] & 0xff : -1;
  }

  /** Returns a big-endian word ahead of the cursor without keeping it. */
  long peekBig(int ahead, int size) throws StateFormatException {
    need(ahead + size);
    return big(at + ahead, size);
  }

  private long big(int from, int size) {
    long value = 0;
    for (int i = 0; i < size; i++) {
      value = value << 8 | bytes[from + i] & 0xff;
    }
    return value;
  }

  private void need(int count) throws StateFormatException {
    if (count < 0 || count > remaining()) {
      throw new TruncatedDataException(
          Reason.DATA_ENDS,
          "device state: expected " + count + " bytes, found " + remaining(),
          origin + at,
          "");
    }
  }

  MalformedDataException malformed(String reason) {
    return new MalformedDataException(Reason.STATE_STRUCT_LENGTH, reason, origin + at, "");
  }

  MalformedDataException malformed(Reason reason, String words, Facts facts) {
    return new MalformedDataException(Problem.of(reason, words, origin + at, "", facts));
  }

  UnsupportedFeatureException unsupported(String words) {
    return new UnsupportedFeatureException(Reason.STATE_FORM_NOT_READ, words, origin + at, "");
  }

  private void keep(String name, String typeName, FieldType type, int size, boolean array)
      throws StateFormatException {
    need(size);
    FieldDesc desc = new FieldDesc(name, typeName, type, 1, array, size, List.of());
    byte[] raw = Arrays.copyOfRange(bytes, at, at + size);
    fields.add(new FieldNode(desc, new ByteRange(origin + at, origin + at + size), raw, List.of()));
    at += size;
  }

  @Override
  public long offset() {
    return origin + at;
  }

  @Override
  public int peek() {
    return peek(0);
  }

  @Override
  public long peekWord() throws StateFormatException {
    return peekBig(0, Long.BYTES);
  }

  @Override
  public boolean canEnd() {
    return remaining() == 0;
  }

  @Override
  public void bytes(String name, long count) throws StateFormatException {
    bytes(name, (int) Math.min(count, Integer.MAX_VALUE));
  }

  @Override
  public void struct(String name, String typeName, Body body) throws IOException {
    List<FieldNode> outerFields = fields;
    List<StateNode> outerSubsections = subsections;
    int start = at;
    open();
    body.read();
    close(name, typeName, true, start, outerFields, outerSubsections);
  }

  @Override
  public MalformedDataException malformed(Reason reason, String words, long where) {
    return new MalformedDataException(reason, words, where, "");
  }

  /** Keeps a big-endian integer. */
  @Override
  public long big(String name, int size) throws StateFormatException {
    return big(name, size, "uint" + size * 8, false);
  }

  /** Keeps a big-endian integer whose bits may have names. */
  @Override
  public long big(String name, int size, String typeName, boolean array)
      throws StateFormatException {
    keep(name, typeName, FieldType.UNSIGNED, size, array);
    return big(at - size, size);
  }

  /** Keeps a little-endian integer. */
  long little(String name, int size) throws StateFormatException {
    return little(name, size, "le" + size * 8, false);
  }

  /** Keeps a little-endian integer whose bits may have names. */
  long little(String name, int size, String typeName, boolean array) throws StateFormatException {
    keep(name, typeName, FieldType.LITTLE, size, array);
    long value = 0;
    for (int i = 1; i <= size; i++) {
      value = value << 8 | bytes[at - i] & 0xff;
    }
    return value;
  }

  /** Keeps an integer in the order that the guest has. */
  long guest(String name, int size, boolean big) throws StateFormatException {
    return big ? big(name, size) : little(name, size);
  }

  /** Keeps a byte that is 0 or 1. */
  boolean bool(String name) throws StateFormatException {
    keep(name, "bool", FieldType.BOOL, 1, false);
    return bytes[at - 1] != 0;
  }

  /** Keeps bytes as they are; none at all leave no field. */
  void bytes(String name, int size) throws StateFormatException {
    if (size != 0) {
      keep(name, "buffer", FieldType.BUFFER, size, false);
    }
  }

  /** Keeps a length byte and that many characters. */
  @Override
  public void string(String name) throws StateFormatException {
    need(1);
    keep(name, "string", FieldType.CAPABILITY, 1 + peek(0), false);
  }

  /** Keeps an address of a network card. */
  void mac(String name, boolean array) throws StateFormatException {
    keep(name, "mac", FieldType.BUFFER, 6, array);
  }

  /** Keeps bytes that are zero, as the rest of an array is. */
  @Override
  public void zeros(String name, int size) throws StateFormatException {
    need(size);
    for (int i = 0; i < size; i++) {
      if (bytes[at + i] != 0) {
        bytes(name, size);
        return;
      }
    }
    if (size > 0) {
      keep(name, "zeros", FieldType.BUFFER, size, false);
    }
  }

  /** Returns how many elements there are up to the last that is not zero. */
  int used(int most, int size) throws StateFormatException {
    need(most * size);
    int last = most * size;
    while (last > 0 && bytes[at + last - 1] == 0) {
      last--;
    }
    return (last + size - 1) / size;
  }

  /** Keeps a struct. */
  void struct(String name, String vmsd, boolean array, TreeBody body) throws StateFormatException {
    List<FieldNode> outerFields = fields;
    List<StateNode> outerSubsections = subsections;
    int start = at;
    open();
    body.read();
    close(name, vmsd, array, start, outerFields, outerSubsections);
  }

  private void open() {
    fields = new ArrayList<>();
    subsections = new ArrayList<>();
  }

  private void close(
      String name,
      String vmsd,
      boolean array,
      int start,
      List<FieldNode> outerFields,
      List<StateNode> outerSubsections) {
    StateNode state = state(vmsd, 0, start);
    fields = outerFields;
    subsections = outerSubsections;
    FieldDesc desc =
        new FieldDesc(
            name, "struct", FieldType.STRUCT, 1, array, at - start, List.of(state.desc()));
    fields.add(new FieldNode(desc, state.range(), new byte[0], List.of(state)));
  }

  /** Keeps the elements of an array, and what follows the last that is not zero as one field. */
  void array(String name, String vmsd, int most, int size, TreeBody body)
      throws StateFormatException {
    int used = used(most, size);
    for (int i = 0; i < used; i++) {
      struct(name, vmsd, true, body);
    }
    zeros(name + SectionDecoders.REST, (most - used) * size);
  }

  /** Returns the name of the subsection at the cursor, empty where there is none. */
  String subsectionName() {
    int length = peek(1);
    if (peek(0) != StreamFormat.SUBSECTION || length < 1 || remaining() < 2 + length + 4) {
      return "";
    }
    return new String(bytes, at + 2, length, StandardCharsets.ISO_8859_1);
  }

  /** Keeps the subsection at the cursor. */
  void subsection(TreeBody body) throws StateFormatException {
    subsection(1, body);
  }

  /** Keeps the subsection at the cursor, which has at most a version. */
  void subsection(long newest, TreeBody body) throws StateFormatException {
    int start = at;
    String name = subsectionName();
    long version = big(at + 2 + name.length(), Integer.BYTES);
    if (version > newest) {
      throw malformed(
          Reason.VIRTIO_SUBSECTION_NEWER,
          "subsection " + name + ": expected version " + newest + ", found " + version,
          Facts.named(name, version, newest));
    }
    at += 2 + name.length();
    at += Integer.BYTES;
    List<FieldNode> outerFields = fields;
    List<StateNode> outerSubsections = subsections;
    fields = new ArrayList<>();
    subsections = new ArrayList<>();
    body.read();
    StateNode state = state(name, version, start);
    fields = outerFields;
    subsections = outerSubsections;
    subsections.add(state);
  }

  private StateNode state(String vmsd, long version, int start) {
    StateDesc desc =
        new StateDesc(
            vmsd,
            version,
            fields.stream().map(FieldNode::desc).toList(),
            subsections.stream().map(StateNode::desc).toList());
    return new StateNode(desc, new ByteRange(origin + start, origin + at), fields, subsections);
  }

  /** Returns what was read; the bytes must be at their end. */
  StateNode finish(String vmsd) throws StateFormatException {
    if (remaining() != 0) {
      throw malformed("device state: expected its end, found " + remaining() + " bytes more");
    }
    return state(vmsd, 0, 0);
  }
}
