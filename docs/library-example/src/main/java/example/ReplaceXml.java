package example;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.vmstate.analyzer.convert.Destination;
import org.vmstate.analyzer.convert.Progress;
import org.vmstate.analyzer.edit.EnvelopeChange;
import org.vmstate.analyzer.edit.EnvelopeEditor;

/** Writes a copy of a libvirt image with another domain XML, of any length. */
public final class ReplaceXml {
  public static void main(String... args) throws IOException {
    String xml = Files.readString(Path.of(args[2]));
    EnvelopeChange change =
        new EnvelopeChange(Optional.of(xml), Optional.empty(), Optional.empty());
    EnvelopeEditor editor = EnvelopeEditor.open(Path.of(args[0]));
    try (Destination out = Destination.file(Path.of(args[1]), false, false)) {
      out.commit(editor.copy(change, out, Progress.NONE, System.err::println), true);
    }
  }
}
