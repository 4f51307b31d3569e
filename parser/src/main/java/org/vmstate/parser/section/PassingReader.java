package org.vmstate.parser.section;

import java.io.IOException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.io.ByteSource;

/** Passes over fields; the cursor of the source goes with them. */
class PassingReader implements FieldReader {
  private final ByteSource source;

  PassingReader(ByteSource source) {
    this.source = source;
  }

  @Override
  public long offset() {
    return source.position();
  }

  @Override
  public int peek() throws IOException {
    return source.peek();
  }

  @Override
  public long peekWord() throws IOException {
    // where there is none, reading says so
    return source.has(Long.BYTES) ? source.peek64(0) : source.be64();
  }

  @Override
  public boolean canEnd() throws IOException {
    return source.peek() == StreamFormat.SECTION_FOOTER;
  }

  @Override
  public long big(String name, int size, String typeName, boolean array) throws IOException {
    return switch (size) {
      case Byte.BYTES -> source.u8();
      case Short.BYTES -> source.be16();
      case Integer.BYTES -> source.be32();
      default -> source.be64();
    };
  }

  @Override
  public void bytes(String name, long count) throws IOException {
    source.skip(count);
  }

  @Override
  public void string(String name) throws IOException {
    source.skip(source.u8());
  }

  @Override
  public void struct(String name, String typeName, Body body) throws IOException {
    body.read();
  }

  @Override
  public StateFormatException malformed(Reason reason, String words, long at) {
    return source.malformed(reason, words, at);
  }
}
