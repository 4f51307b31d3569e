package example;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.vmstate.analyzer.replay.Caches;
import org.vmstate.analyzer.replay.DeltaReplay;
import org.vmstate.analyzer.replay.ReplayPrinter;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/** Replays a live save through all codecs, the one of this project included. */
public final class CompareCodecs {
  public static void main(String... args) throws IOException {
    Caches caches = new Caches(Optional.empty(), List.of(64L << 20));
    try (ByteSource source = ImageReader.open(Path.of(args[0]));
        DeltaReplay replay = new DeltaReplay(caches)) {
      replay.read(source, ParseOptions.DEFAULT);
      ReplayPrinter.human(replay.result(), System.out);
    }
  }
}
