package example;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.vmstate.analyzer.change.ChangeText;
import org.vmstate.analyzer.change.ImageChanger;
import org.vmstate.analyzer.convert.Destination;
import org.vmstate.analyzer.convert.Progress;
import org.vmstate.parser.ParseOptions;

/** Writes a copy of an image in which a field of a device has another value: PATH=VALUE. */
public final class ChangeField {
  public static void main(String... args) throws IOException {
    ImageChanger changer =
        new ImageChanger(Path.of(args[0]), ParseOptions.DEFAULT, List.of(ChangeText.set(args[2])));
    try (Destination out = Destination.file(Path.of(args[1]), false, false)) {
      out.commit(changer.copy(out, Progress.NONE, System.err::println), true);
    }
  }
}
