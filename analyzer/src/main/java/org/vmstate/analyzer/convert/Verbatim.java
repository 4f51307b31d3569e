package org.vmstate.analyzer.convert;

import java.io.IOException;
import java.util.function.Consumer;
import org.vmstate.formats.element.Element;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.writer.io.ByteSink;
import org.vmstate.writer.stream.RecordWriter;

/** Writes a stream whose layout stays, record for record; only the envelope is new. */
final class Verbatim extends FrontVisitor {
  private final Head head;
  private final Progress progress;
  private ByteSource source;
  private RecordWriter records;

  Verbatim(Head head, Progress progress, Consumer<String> notes) {
    super(notes);
    this.head = head;
    this.progress = progress;
  }

  @Override
  public boolean wantsData() {
    return true;
  }

  @Override
  public void content(ByteSource content) {
    source = content;
  }

  @Override
  public void unpacking(Compression compression) {}

  @Override
  public void element(Element element) throws IOException {
    if (element instanceof Element.StreamHeader) {
      ByteSink sink = open(head);
      records = new RecordWriter(sink, (offset, target) -> source.copy(offset, target));
    }
    if (records != null) {
      records.write(element);
      progress.at(element.range().end(), source.length());
    }
  }
}
