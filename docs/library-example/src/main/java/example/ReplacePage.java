package example;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.writer.ImageWriter;

/** Writes a copy with another page: IMAGE OUT BLOCK PAGE FILE. */
public final class ReplacePage {
  public static void main(String... args) throws IOException {
    byte[] page = Files.readAllBytes(Path.of(args[4]));
    try (ByteSource source = ImageReader.open(Path.of(args[0]));
        ImageWriter out = ImageWriter.create(Path.of(args[1]), false)) {
      var edit =
          new org.vmstate.writer.edit.ReplacePage(out, args[2], Long.parseLong(args[3]), page);
      ImageReader.read(source, ParseOptions.DEFAULT, edit);
      out.commit(true);
    }
  }
}
