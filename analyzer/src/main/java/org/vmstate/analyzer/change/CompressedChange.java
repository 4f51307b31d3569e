package org.vmstate.analyzer.change;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.analyzer.convert.StreamOutput;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.ImageSource;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.Front;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.writer.io.ByteSink;

/** A compressed stream is decompressed into a temporary file and compressed again. */
final class CompressedChange {
  private CompressedChange() {}

  /** Writes the changed copy. */
  static void write(
      ImageSource image,
      ParseOptions options,
      ChangePlan plan,
      Destination target,
      Progress progress,
      Consumer<String> notes)
      throws IOException {
    SpliceFinder finder = new SpliceFinder(plan);
    Front front = new Front();
    EventSink decompressed =
        event -> {
          front.accept(event);
          if (front.compression().isPresent() && !(event instanceof Event.CompressedStream)) {
            finder.accept(event);
          }
        };
    FormatId format =
        plan.facts().saveHeader().isPresent()
            ? FormatId.libvirt(plan.facts().compression().orElseThrow())
            : FormatId.QEMU;
    if (format == FormatId.QEMU) {
      notes.accept("the changed copy is not compressed");
    }
    try (ByteSource source = image.open();
        ByteSource content = ImageReader.readKeeping(source, options, decompressed);
        StreamOutput output = new StreamOutput(ConvertOptions.to(format), target, notes)) {
      finder.finish(content.length());
      ByteSink sink = output.open(front);
      splice(content, finder.feed().splices(), sink, progress);
    }
  }

  private static void splice(
      ByteSource source, List<Splice> splices, ByteSink sink, Progress progress)
      throws IOException {
    long at = 0;
    for (Splice splice : splices) {
      SourceCopy.copy(source, at, splice.range().start(), sink, progress);
      splice.write(sink);
      at = splice.range().end();
    }
    SourceCopy.copy(source, at, source.length(), sink, progress);
  }
}
