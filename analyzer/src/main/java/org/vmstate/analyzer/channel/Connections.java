package org.vmstate.analyzer.channel;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.WorkerFailure;
import org.vmstate.formats.ram.MultifdFormat;
import org.vmstate.formats.stream.StreamFormat;

/**
 * Accepts connections in any order and tells by their first bytes what they are. One main stream is
 * taken; what is no part of a migration is closed, and who says nothing, or not enough to be a part
 * of one, is left waiting.
 */
final class Connections implements Closeable {
  private static final int MOST_WAITING = 1024;
  private static final int TLS_HANDSHAKE = 0x16;

  /**
   * Any sender sends more before it waits for anything: the configuration and the list of blocks.
   */
  private static final int MAIN_BYTES = 64;

  /** Magic and version of a main stream: less may come from anybody. */
  private static final int GREETING = 8;

  private static final int INITIAL_BYTES = 64;

  /** A channel begins with its initial packet and a SYNC, of which this is the least. */
  private static final int CHANNEL_BYTES = INITIAL_BYTES + 320;

  /** How long a channel may take for them before the others go on without it. */
  static final long PATIENCE_NANOS = 2_000_000_000L;

  private final ServerSocketChannel server;
  private final Signal signal;
  private final Consumer<String> notes;
  private final Set<SocketChannel> waiting = new LinkedHashSet<>();
  private final Map<SocketChannel, Long> begun = new HashMap<>();
  private final List<Feed> channels = new ArrayList<>();
  private Feed main;
  private final Set<String> told = new HashSet<>();
  private boolean closed;
  private boolean enough;
  private boolean late;

  /** Whether a sender was there of whose connections the main stream is missing. */
  private boolean expected;

  private Throwable failure;

  Connections(ServerSocketChannel server, Signal signal, Consumer<String> notes) {
    this.server = server;
    this.signal = signal;
    this.notes = notes;
    Thread.ofPlatform().daemon().name("accept").start(this::accept);
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel connection = server.accept();
        synchronized (signal) {
          if (waiting.size() >= MOST_WAITING) {
            // who said nothing for longest, so that the sender is let in behind any number of them
            SocketChannel first = waiting.iterator().next();
            waiting.remove(first);
            first.close();
          }
          waiting.add(connection);
        }
        Thread.ofVirtual().name("first bytes").start(() -> first(connection));
      }
    } catch (Throwable e) {
      failed(e);
    }
  }

  /** Whoever waits for a connection is thrown it. */
  private void failed(Throwable e) {
    synchronized (signal) {
      failure = failure == null ? e : failure;
      signal.notifyAll();
    }
  }

  private void first(SocketChannel connection) {
    try {
      sort(connection);
    } catch (Throwable e) {
      failed(e);
    }
  }

  private void sort(SocketChannel connection) {
    ByteBuffer head = ByteBuffer.allocate(CHANNEL_BYTES);
    int magic = fill(connection, head, Integer.BYTES) ? head.getInt(0) : 0;
    boolean whole = false;
    if (magic == StreamFormat.MAGIC) {
      whole = fill(connection, head, MAIN_BYTES);
    } else if (magic == MultifdFormat.MAGIC) {
      synchronized (signal) {
        begun.put(connection, System.nanoTime());
      }
      whole =
          fill(connection, head, CHANNEL_BYTES)
              && head.getInt(INITIAL_BYTES) == MultifdFormat.MAGIC;
    }
    synchronized (signal) {
      waiting.remove(connection);
      begun.remove(connection);
      boolean greeted =
          magic == StreamFormat.MAGIC && head.position() >= GREETING
              || magic == MultifdFormat.MAGIC && head.position() >= INITIAL_BYTES;
      if (greeted) {
        expected = true;
        signal.arrived();
      }
      if (whole && take(magic, connection, head.flip())) {
        return;
      }
      refuse(magic, whole);
    }
    try {
      connection.close();
    } catch (IOException e) {
      // it is gone already
    }
  }

  private static boolean fill(SocketChannel connection, ByteBuffer head, int length) {
    head.limit(length);
    try {
      while (head.hasRemaining() && connection.read(head) >= 0) {
        // they come at once, or nearly so
      }
    } catch (IOException e) {
      // it is closed as one that said nothing
    }
    return !head.hasRemaining();
  }

  private boolean take(int magic, SocketChannel connection, ByteBuffer head) {
    if (magic == StreamFormat.MAGIC && main == null) {
      main = new Feed(connection, head, signal);
      return true;
    }
    if (magic == MultifdFormat.MAGIC && !enough && channels.size() < MultifdFormat.MOST_CHANNELS) {
      channels.add(new Feed(connection, head, signal));
      return true;
    }
    late |= magic == MultifdFormat.MAGIC && enough;
    return false;
  }

  private void refuse(int magic, boolean whole) {
    String note;
    if (magic == 0 || closed) {
      return;
    } else if (magic >>> 24 == TLS_HANDSHAKE) {
      note = "a connection with TLS was refused; it is not supported";
    } else if (whole && magic == StreamFormat.MAGIC) {
      note = "a second sender was refused: the first one sends already";
    } else if (whole && enough) {
      note = "a channel was refused that came after the first pages";
    } else {
      note = String.format(Locale.ROOT, "a connection was refused that starts with 0x%08x", magic);
      // one is enough, however many strangers there are
      if (!told.add("")) {
        return;
      }
    }
    if (told.add(note)) {
      notes.accept(note);
    }
  }

  /**
   * Waits for the main stream, as long as it takes; for that of a sender of which a channel or a
   * broken start was there, as long as for one that stalls.
   */
  Feed main() throws IOException {
    synchronized (signal) {
      while (main == null) {
        if (failure != null) {
          throw WorkerFailure.of(failure);
        }
        if (expected) {
          signal.await("no main stream came, only parts of a migration,");
        } else {
          signal.await(1000);
        }
      }
      signal.arrived();
      return main;
    }
  }

  /** Reports whether there is a main stream. */
  boolean hasMain() {
    synchronized (signal) {
      return main != null;
    }
  }

  /** Returns the channels that came since the last call. */
  List<Feed> channels() {
    synchronized (signal) {
      // a listener that was closed is no failure any more
      if (failure != null && !(failure instanceof IOException)) {
        WorkerFailure.of(failure);
      }
    }
    return take();
  }

  /** Reports whether a channel came since the last call of {@link #channels}. */
  boolean hasChannels() {
    synchronized (signal) {
      return !channels.isEmpty();
    }
  }

  private List<Feed> take() {
    synchronized (signal) {
      List<Feed> result = new ArrayList<>(channels);
      channels.clear();
      return result;
    }
  }

  /** Reports whether no channel is known that was not handed out, and none has just begun. */
  boolean isQuiet() {
    synchronized (signal) {
      long now = System.nanoTime();
      return channels.isEmpty()
          && begun.values().stream().allMatch(since -> now - since > PATIENCE_NANOS);
    }
  }

  /**
   * Requires that no channel came after all of them seemed to be there.
   *
   * @param proven whether the numbers of packets show that none is missing: it was a stranger's
   */
  void requireAll(boolean proven) throws IOException {
    synchronized (signal) {
      if (late && !proven) {
        throw new ConversionException(
            "a channel came too late; expected all before the first pages");
      }
    }
  }

  /** Refuses all that come from now on. */
  void enough() {
    synchronized (signal) {
      enough = true;
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    List<SocketChannel> left;
    synchronized (signal) {
      closed = true;
      left = new ArrayList<>(waiting);
      waiting.clear();
    }
    for (SocketChannel connection : left) {
      connection.close();
    }
    for (Feed feed : take()) {
      feed.close();
    }
  }
}
