package org.vmstate.parser.section;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.SplicedSource;

/** Reads a payload where it lies, a window at a time, and hands its fields over. */
final class ListeningReader extends PassingReader implements Closeable {
  private final ByteSource payload;
  private final long start;
  private final PayloadListener listener;

  ListeningReader(SourceBytes content, ByteRange range, PayloadListener listener) {
    this(
        new SplicedSource(
            List.of(new SplicedSource.Segment(content, range.start(), range.length()))),
        range.start(),
        listener);
  }

  private ListeningReader(ByteSource payload, long start, PayloadListener listener) {
    super(payload);
    this.payload = payload;
    this.start = start;
    this.listener = listener;
  }

  @Override
  public long offset() {
    return start + super.offset();
  }

  @Override
  public boolean canEnd() throws IOException {
    return payload.atEnd();
  }

  @Override
  public long big(String name, int size, String typeName, boolean array) throws IOException {
    long value = super.big(name, size, typeName, array);
    listener.number(name, value);
    return value;
  }

  @Override
  public void string(String name) throws IOException {
    listener.string(name, payload.shortString());
  }

  @Override
  public void struct(String name, String typeName, Body body) throws IOException {
    listener.begin(name, offset());
    body.read();
    listener.end(name);
  }

  @Override
  public void close() throws IOException {
    payload.close();
  }
}
