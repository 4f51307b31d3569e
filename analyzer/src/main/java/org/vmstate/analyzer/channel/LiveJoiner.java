package org.vmstate.analyzer.channel;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.stream.CommandType;
import org.vmstate.parser.io.BulkStream;
import org.vmstate.parser.io.StreamSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.parser.multifd.ChannelGroup;
import org.vmstate.parser.multifd.ChannelReader;
import org.vmstate.writer.io.ByteSink;

/**
 * Joins a main stream and channels while they come. Whenever the main stream has nothing, pages of
 * channels are placed; what cannot be placed is spooled when its sender waits for that, because it
 * may be what the main stream waits for too.
 */
final class LiveJoiner extends StreamJoiner {
  /** Message types of the return path. */
  private static final short SHUT = 1;

  private static final short PONG = 2;
  private static final int GRACE = 200;

  /** Milliseconds after a channel in which another one may come. */
  private static final int QUIET = 500;

  private final Feed main;
  private final Connections connections;
  private final Signal signal;
  private final Map<ChannelReader, Feed> feeds = new ConcurrentHashMap<>();
  private final Consumer<String> notes;
  private boolean begun;
  private int intervals;
  private boolean proven;
  private boolean answers;

  LiveJoiner(
      ByteSink sink, Feed main, Connections connections, Signal signal, Consumer<String> notes) {
    super(sink, new ChannelGroup(false));
    this.main = main;
    this.connections = connections;
    this.signal = signal;
    this.notes = notes;
  }

  /** Returns the main stream; to read it places pages meanwhile. */
  InputStream stream() {
    return new BulkStream() {
      @Override
      public int read(byte[] target, int from, int length) throws IOException {
        while (!main.isReady()) {
          takeLate();
          if (!placeSome()) {
            for (Feed feed : feeds.values()) {
              feed.relieve();
            }
            signal.await();
          }
        }
        return main.read(target, from, length);
      }
    };
  }

  /** Places a packet that came, if any. */
  private boolean placeSome() throws IOException {
    if (!begun || !isPlaceable()) {
      return false;
    }
    for (ChannelReader channel : channels().open()) {
      if (channel.hasBegun() || feeds.get(channel).isReady()) {
        channels().place(channel, this);
        return true;
      }
    }
    return false;
  }

  @Override
  void interval() throws IOException {
    if (!begun) {
      awaitChannels();
      begun = true;
    }
    placeInterval();
    if (intervals == 1 && !proven && channels().size() > 0) {
      awaitLate();
    }
    intervals++;
    channels().next();
  }

  private void placeInterval() throws IOException {
    while (!channels().open().isEmpty()) {
      if (!placeSome()) {
        signal.await();
      }
    }
  }

  /** Numbers show at the end of the second interval whether a channel is still on its way. */
  private void awaitLate() throws IOException {
    boolean noted = false;
    while (!channels().isComplete()) {
      if (!takeLate()) {
        if (!noted) {
          notes.accept("packets are missing: waiting for another channel");
          noted = true;
        }
        signal.await();
      }
      placeInterval();
    }
    proven = true;
    connections.enough();
  }

  /**
   * Takes channels that come when the first interval has ended, which in QEMU has no pages: it does
   * not matter that the others are ahead of them.
   */
  private boolean takeLate() throws IOException {
    boolean some = false;
    while (begun
        && !proven
        && channels().size() > 0
        && isPlaceable()
        && connections.hasChannels()) {
      for (Feed feed : connections.channels()) {
        ChannelReader channel = reader(feed);
        try {
          channels().addLate(channel, intervals, this);
          some = true;
        } catch (StateFormatException e) {
          notes.accept("a channel was refused: " + e.getMessage());
          refuse(channel);
        }
      }
    }
    return some;
  }

  private ChannelReader reader(Feed feed) {
    ChannelReader channel =
        new ChannelReader(
            StreamSource.live(feed, new StructurePath()), "channel[" + feeds.size() + "]");
    feeds.put(channel, feed);
    return channel;
  }

  /** Reports whether packet numbers show that no channel is missing. */
  boolean isProven() {
    return proven || channels().isNumbered();
  }

  /**
   * The main stream does not say how many channels there are. When the first interval ends in it,
   * all of them have connected and sent a packet; those packets have the first numbers.
   */
  private void awaitChannels() throws IOException {
    Candidates candidates = new Candidates();
    long now = System.nanoTime();
    long until = now + GRACE * 1_000_000L;
    // strangers that come one after the other do not put it off any further
    long deadline = now + Connections.PATIENCE_NANOS;
    while (true) {
      for (Feed feed : connections.channels()) {
        ChannelReader channel = reader(feed);
        try {
          candidates.add(channel);
        } catch (StateFormatException e) {
          notes.accept("a channel was refused: " + e.getMessage());
          refuse(channel);
        }
        // the next one may wait in the listener's queue, and numbers do not say which is the last
        until = System.nanoTime() + QUIET * 1_000_000L;
      }
      List<ChannelReader> likeliest = candidates.likeliest();
      boolean known = !likeliest.isEmpty() && channels().expected(likeliest) == likeliest.size();
      now = System.nanoTime();
      boolean quiet = now >= deadline || now >= until && connections.isQuiet();
      if (quiet && (known || candidates.isTied() || !isFlushed())) {
        break;
      }
      if (isFlushed() && !known) {
        signal.await();
      } else {
        signal.await(GRACE / 10);
      }
    }
    for (ChannelReader stranger : candidates.others()) {
      notes.accept("a channel with another UUID than most was refused");
      refuse(stranger);
    }
    for (ChannelReader channel : candidates.likeliest()) {
      channels().add(channel);
    }
    if (channels().size() == 0) {
      connections.enough();
    }
  }

  private void refuse(ChannelReader stranger) throws IOException {
    feeds.remove(stranger);
    stranger.close();
  }

  @Override
  void answer(CommandType type, byte[] payload) throws IOException {
    if (type == CommandType.OPEN_RETURN_PATH) {
      answers = true;
    } else if (answers && payload.length == Integer.BYTES) {
      message(PONG, ByteBuffer.wrap(payload).getInt());
    }
  }

  /** After the switch the sender serves pages that are asked for; nothing more comes by itself. */
  @Override
  void postcopy(CommandType type) throws IOException {
    if (type != CommandType.POSTCOPY_ADVISE) {
      throw new ConversionException(
          "the sender switched to postcopy ("
              + type.label()
              + "); expected a migration that ends without migrate-start-postcopy");
    }
    notes.accept(
        "the sender can switch to postcopy, which would fail: do not use migrate-start-postcopy");
  }

  /** The sender waits for this before it ends its stream. */
  @Override
  void ramEnded() {
    if (answers) {
      message(SHUT, 0);
    }
  }

  private void message(short type, int value) {
    ByteBuffer bytes = ByteBuffer.allocate(8).putShort(type).putShort((short) 4).putInt(value);
    main.answer(bytes.flip());
  }

  /** Closes all connections. */
  void close() throws IOException {
    main.close();
    for (Feed feed : new ArrayList<>(feeds.values())) {
      feed.close();
    }
    channels().close();
  }
}
