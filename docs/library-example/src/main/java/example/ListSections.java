package example;

import java.io.IOException;
import java.nio.file.Path;
import org.vmstate.formats.event.Event;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/** Lists the device sections and the names of their fields. */
public final class ListSections {
  public static void main(String... args) throws IOException {
    try (ByteSource source = ImageReader.open(Path.of(args[0]))) {
      ImageReader.read(source, ParseOptions.DEFAULT, ListSections::show);
    }
  }

  private static void show(Event event) {
    if (event instanceof Event.Device e) {
      System.out.println(e.section().name() + " version " + e.section().version());
      e.state().ifPresent(s -> s.fields().forEach(f -> System.out.println("  " + f.desc().name())));
    }
  }
}
