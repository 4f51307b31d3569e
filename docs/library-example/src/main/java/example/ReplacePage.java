package example;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.analyzer.convert.Converter;
import org.vmstate.analyzer.convert.Destination;
import org.vmstate.analyzer.convert.Progress;
import org.vmstate.formats.FormatId;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/** Writes a copy of an image in which one page has the content of a file. */
public final class ReplacePage {
  public static void main(String... args) throws IOException {
    Path in = Path.of(args[0]);
    byte[] page = Files.readAllBytes(Path.of(args[4]));
    ConvertOptions options = ConvertOptions.to(FormatId.QEMU);
    try (ByteSource source = ImageReader.open(in);
        Destination out = Destination.file(Path.of(args[1]), false, false)) {
      Converter converter =
          new Converter(options, ParseOptions.DEFAULT, Progress.NONE, System.err::println)
              .replacing(args[2], Long.parseLong(args[3]), page);
      out.commit(converter.convert(source, in, out), true);
    }
  }
}
