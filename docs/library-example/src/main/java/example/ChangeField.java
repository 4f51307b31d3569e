package example;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.writer.ImageWriter;
import org.vmstate.writer.edit.ReplaceField;

/** Writes a copy with other bytes in a field of a device: IMAGE OUT DEVICE FIELD HEX. */
public final class ChangeField {
  public static void main(String... args) throws IOException {
    byte[] bytes = HexFormat.of().parseHex(args[4]);
    try (ByteSource source = ImageReader.open(Path.of(args[0]));
        ImageWriter out = ImageWriter.create(Path.of(args[1]), false)) {
      ReplaceField edit = new ReplaceField(out, args[2], args[3], bytes);
      ImageReader.read(source, ParseOptions.DEFAULT, edit);
      out.commit(true);
    }
  }
}
