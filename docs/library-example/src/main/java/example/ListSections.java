package example;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.vmstate.formats.element.Section;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.StateVisitor;
import org.vmstate.parser.io.ByteSource;

/** Lists the device sections and the names of their fields. */
public final class ListSections implements StateVisitor {
  public static void main(String... args) throws IOException {
    try (ByteSource source = ImageReader.open(Path.of(args[0]))) {
      ImageReader.read(source, ParseOptions.DEFAULT, new ListSections());
    }
  }

  @Override
  public void deviceState(Section section, Optional<StateNode> state, Optional<Problem> problem) {
    System.out.println(section.name() + " version " + section.version());
    state.ifPresent(s -> s.fields().forEach(f -> System.out.println("  " + f.desc().name())));
  }
}
