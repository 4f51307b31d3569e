package org.vmstate.analyzer.channel;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import org.vmstate.formats.error.NamedIOException;
import org.vmstate.formats.ram.MultifdFormat;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.multifd.ChannelGroup;
import org.vmstate.parser.multifd.ChannelReader;
import org.vmstate.writer.io.StreamSink;

/** A recorded main stream and recorded channels as one stream without channels. */
public final class Recordings {
  private Recordings() {}

  /**
   * Returns the one stream, which another thread makes while it is read.
   *
   * @param main the main stream, which is closed at the end
   * @param accepting whether a channel may be cut or missing
   */
  public static ByteSource join(
      ByteSource main, List<Path> channels, ParseOptions options, boolean accepting)
      throws IOException {
    if (channels.size() > MultifdFormat.MOST_CHANNELS) {
      throw new NamedIOException(
          "--channel: expected at most "
              + MultifdFormat.MOST_CHANNELS
              + ", found "
              + channels.size());
    }
    return ImageReader.open(new Handover(out -> write(main, channels, options, accepting, out)));
  }

  private static void write(
      ByteSource main,
      List<Path> channels,
      ParseOptions options,
      boolean accepting,
      OutputStream out)
      throws IOException {
    try (main;
        ChannelGroup group = new ChannelGroup(accepting)) {
      for (Path file : channels) {
        String name = String.valueOf(file.getFileName());
        ChannelReader channel = new ChannelReader(ImageReader.open(file), name);
        try {
          group.add(channel);
        } catch (IOException e) {
          channel.close();
          throw e;
        }
      }
      group.requireNumbers();
      StreamJoiner joiner = new StreamJoiner(new StreamSink(out), group);
      ImageReader.read(main, options, joiner);
      joiner.finish();
    }
  }
}
