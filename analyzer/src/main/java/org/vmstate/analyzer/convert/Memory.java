package org.vmstate.analyzer.convert;

import java.io.IOException;
import java.util.function.Consumer;
import org.vmstate.formats.element.Element;
import org.vmstate.formats.libvirt.Envelope;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.rule.Problem;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.StateVisitor;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.memory.FinalMemory;
import org.vmstate.parser.memory.MemoryRun;

/** The final memory of an image and what stands in front, for use after a pass over all of it. */
final class Memory extends FinalMemory {
  private final FrontVisitor front;
  private final AbsentPages absent;
  private long streamStart = -1;

  private Memory(Consumer<String> notes, AbsentPages absent) {
    this.absent = absent;
    front = new FrontVisitor(notes) {};
  }

  /** Reads an image; a pipe or a packed stream is unpacked into a temporary file. */
  static Memory read(
      ByteSource source, ParseOptions options, Consumer<String> notes, AbsentPages absent)
      throws IOException {
    Memory memory = new Memory(notes, absent);
    try {
      memory.read(source, options);
      return memory;
    } catch (IOException | RuntimeException | Error e) {
      memory.close();
      throw e;
    }
  }

  /** Refuses a stream whose pages are in the recordings of other channels. */
  void requireNoChannels() throws IOException {
    for (RamBlock block : blocks()) {
      long[] missing = {0};
      forEachRun(block, run -> missing[0] += run instanceof MemoryRun.NeverSent ? run.count() : 0);
      absent.requireNoChannels(block, missing[0]);
    }
  }

  /** Tells another visitor what stood in front. */
  void repeatTo(StateVisitor other) throws IOException {
    front.repeatTo(other);
  }

  /** Returns the source of the stream, its cursor at the stream's start. */
  ByteSource stream() throws IOException {
    source().seek(streamStart);
    return source();
  }

  @Override
  public void envelope(Envelope envelope, String xml, String cookie) throws IOException {
    front.envelope(envelope, xml, cookie);
  }

  @Override
  public void notice(Problem problem) {
    front.notice(problem);
  }

  @Override
  public void element(Element element) {
    absent.element(element);
    if (element instanceof Element.StreamHeader header) {
      streamStart = header.range().start();
    }
  }
}
