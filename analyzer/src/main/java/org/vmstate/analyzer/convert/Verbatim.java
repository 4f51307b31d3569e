package org.vmstate.analyzer.convert;

import java.io.IOException;
import java.util.function.Consumer;
import org.vmstate.formats.element.Element;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.libvirt.Envelope;
import org.vmstate.parser.StateVisitor;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.writer.io.ByteSink;
import org.vmstate.writer.stream.RecordWriter;

/** Writes a stream whose layout stays, record for record; only the envelope is new. */
final class Verbatim implements StateVisitor {
  private final StreamVisitor.Head head;
  private final Progress progress;
  private final Consumer<String> notes;
  private ByteSource source;
  private RecordWriter records;
  private Envelope envelope;
  private String xml = "";
  private String cookie = "";

  Verbatim(StreamVisitor.Head head, Progress progress, Consumer<String> notes) {
    this.head = head;
    this.progress = progress;
    this.notes = notes;
  }

  @Override
  public void notice(long offset, String text) {
    notes.accept(text + " at 0x" + Long.toHexString(offset));
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
  public void envelope(Envelope found, String domainXml, String cookieXml) throws IOException {
    StreamVisitor.requireComplete(found);
    envelope = found;
    xml = domainXml;
    cookie = cookieXml;
  }

  @Override
  public void unpacking(Compression compression) {}

  @Override
  public void element(Element element) throws IOException {
    if (element instanceof Element.StreamHeader) {
      ByteSink sink = head.open(envelope, xml, cookie);
      records = new RecordWriter(sink, (offset, target) -> source.copy(offset, target));
    }
    if (records != null) {
      records.write(element);
      progress.at(element.range().end(), source.length());
    }
  }
}
