package org.vmstate.analyzer.convert;

import java.io.IOException;
import java.util.function.Consumer;
import org.vmstate.analyzer.memory.AbsentPages;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.memory.FinalMemory;
import org.vmstate.parser.memory.MemoryRun;

/** The final memory of an image and what stands in front, for use after a pass over all of it. */
final class Memory extends FinalMemory {
  private final FrontVisitor front;
  private final AbsentPages absent;

  private Memory(Consumer<String> notes, AbsentPages absent) {
    this.absent = absent;
    front = new FrontVisitor(notes);
  }

  /** Reads an image; a pipe or a compressed stream is decompressed into a temporary file. */
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

  /** Sends another sink what stood before the stream. */
  void repeatTo(EventSink other) throws IOException {
    if (front.front().header().isPresent()) {
      other.accept(front.front().header().get());
    }
  }

  /** Returns the source of the stream, its cursor at the stream's start. */
  ByteSource stream() throws IOException {
    source().seek(front.front().streamStart());
    return source();
  }

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    front.accept(event);
    absent.accept(event);
  }
}
