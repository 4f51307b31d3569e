package example;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.memory.FinalMemory;
import org.vmstate.parser.memory.Page;

/** Prints one page of a RAM block as it is in the end, whatever layout the image has. */
public final class ReadPage {
  public static void main(String... args) throws IOException {
    try (ByteSource source = ImageReader.open(Path.of(args[0]));
        FinalMemory memory = new FinalMemory()) {
      memory.read(source, ParseOptions.DEFAULT);
      Page page = memory.page(memory.block(args[1]).orElseThrow(), Long.parseLong(args[2]));
      switch (page) {
        case Page.Data data -> System.out.println(HexFormat.of().formatHex(data.bytes()));
        case Page.Fill fill -> System.out.println("each byte is " + fill.value());
        case Page.NeverSent _ -> System.out.println("never sent");
        case Page.LeftOut _ -> System.out.println("left out");
      }
    }
  }
}
