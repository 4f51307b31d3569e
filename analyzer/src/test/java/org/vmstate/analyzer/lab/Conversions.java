package org.vmstate.analyzer.lab;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.analyzer.convert.Converter;
import org.vmstate.analyzer.extract.Extractor;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.formats.FormatId;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/** Converts as the command does. */
final class Conversions {
  private Conversions() {}

  /** Converts and returns the notes that were made. */
  static List<String> convert(Path input, Path output, ConvertOptions options) throws IOException {
    List<String> notes = new ArrayList<>();
    try (ByteSource source = ImageReader.open(input);
        Destination target = Destination.file(output, true, options.pages().direct())) {
      new Converter(options, ParseOptions.DEFAULT, Progress.NONE, notes::add)
          .convert(source, input, target);
      target.commit(Outcome.WHOLE, false);
    }
    return notes;
  }

  static List<String> convert(Path input, Path output, FormatId target) throws IOException {
    return convert(input, output, ConvertOptions.to(target));
  }

  /** Returns what takes memory out of images, with two threads. */
  static Extractor extractor() {
    return new Extractor(ParseOptions.DEFAULT, null, 2, Progress.NONE, note -> {});
  }

  /** Takes the memory out of an image, at its physical addresses. */
  static Path raw(Path image, Path file) throws IOException {
    try (Destination out = Destination.file(file, true, false);
        ByteSource source = ImageReader.open(image)) {
      extractor().raw(source, image, out);
      out.commit(Outcome.WHOLE, false);
    }
    return file;
  }
}
