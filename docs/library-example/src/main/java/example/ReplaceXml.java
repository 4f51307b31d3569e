package example;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.writer.ImageWriter;
import org.vmstate.writer.edit.ReplaceDomainXml;

/** Writes a copy with another domain XML: IMAGE OUT FILE. */
public final class ReplaceXml {
  public static void main(String... args) throws IOException {
    String xml = Files.readString(Path.of(args[2]));
    try (ByteSource source = ImageReader.open(Path.of(args[0]));
        ImageWriter out = ImageWriter.create(Path.of(args[1]), false)) {
      ImageReader.read(source, ParseOptions.DEFAULT, new ReplaceDomainXml(out, xml));
      out.commit(true);
    }
  }
}
