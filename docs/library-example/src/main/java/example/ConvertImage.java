package example;

import java.io.IOException;
import java.nio.file.Path;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.analyzer.convert.Converter;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.formats.FormatId;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/** Converts an image to another layout. The output gets its name only when it is whole. */
public final class ConvertImage {
  public static void main(String... args) throws IOException {
    Path in = Path.of(args[0]);
    ConvertOptions options = ConvertOptions.to(FormatId.of(args[2]).orElseThrow());
    try (ByteSource source = ImageReader.open(in);
        Destination out = Destination.file(Path.of(args[1]), false, false)) {
      Converter converter =
          new Converter(options, ParseOptions.DEFAULT, Progress.NONE, System.err::println);
      out.commit(converter.convert(source, in, out), true);
    }
  }
}
