package org.vmstate.analyzer.convert;

import java.io.IOException;
import java.util.function.Consumer;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.libvirt.Envelope;
import org.vmstate.formats.libvirt.SaveFormat;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.rule.Reason;
import org.vmstate.parser.StateVisitor;
import org.vmstate.writer.io.ByteSink;

/** Keeps what stands in front of a stream, and passes remarks on. */
abstract class FrontVisitor implements StateVisitor {
  private final Consumer<String> notes;
  private Envelope envelope;
  private String xml = "";
  private String cookie = "";

  FrontVisitor(Consumer<String> notes) {
    this.notes = notes;
  }

  /** Opens the output once the input's envelope is known. */
  interface Head {
    /** Writes the envelope and returns the sink for the stream; the envelope may be null. */
    ByteSink open(Envelope envelope, String xml, String cookie) throws IOException;
  }

  final ByteSink open(Head head) throws IOException {
    return head.open(envelope, xml, cookie);
  }

  final void note(String text) {
    notes.accept(text);
  }

  /** Tells another visitor what stood in front. */
  final void repeatTo(StateVisitor other) throws IOException {
    if (envelope != null) {
      other.envelope(envelope, xml, cookie);
    }
  }

  /** A save that did not finish may look whole and still lack its memory. */
  @Override
  public void envelope(Envelope found, String domainXml, String cookieXml) throws IOException {
    if (!found.complete()) {
      throw new MalformedDataException(
          Reason.SAVE_UNFINISHED,
          "magic: expected "
              + SaveFormat.MAGIC
              + ", found "
              + SaveFormat.MAGIC_PARTIAL
              + ": the save did not finish",
          0,
          "libvirt.header");
    }
    envelope = found;
    xml = domainXml;
    cookie = cookieXml;
  }

  @Override
  public void notice(Problem problem) {
    note(problem.note());
  }
}
