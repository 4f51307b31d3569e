package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.vmstate.analyzer.channel.Recordings;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import picocli.CommandLine.Model.CommandSpec;

/** The option that names recorded multifd channels of a main stream. */
final class ChannelOption {
  private static final String NAME = "--channel";
  private static final String ACCEPT = "--accept-missing";

  /** What to do next when a recording is damaged. */
  static final String NEXT =
      "; check --channel says what is damaged, --accept-missing accepts channels that are cut";

  private ChannelOption() {}

  /** Adds the options to a command that reads all of an image. */
  static CommandBuilder addTo(CommandBuilder command) {
    return command
        .repeated(
            Path.class,
            "FILE",
            "A recorded multifd channel of this main stream, whose pages are put in their"
                + " places; give each.",
            NAME)
        .flag(ACCEPT, "Accept channels that are cut or missing; their pages are then missing.");
  }

  /** Reports whether the image is made of a main stream and channels. */
  static boolean isGiven(CommandSpec spec) {
    return spec.findOption(ACCEPT) != null && CommandBuilder.value(spec, NAME) != null;
  }

  /** Returns the main stream with the pages of the channels that were given. */
  static ByteSource join(CommandSpec spec, ByteSource main, ParseOptions options)
      throws IOException {
    List<Path> files = CommandBuilder.value(spec, NAME);
    return Recordings.join(main, files, options, CommandBuilder.isSet(spec, ACCEPT));
  }
}
