package org.vmstate.analyzer.channel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vmstate.parser.multifd.ChannelReader;

/** Channels by the guest that they say they are of; the main stream does not say which it is. */
final class Candidates {
  private final Map<ByteBuffer, List<ChannelReader>> guests = new LinkedHashMap<>();

  /** Adds a channel by the UUID of its initial packet. */
  void add(ChannelReader channel) throws IOException {
    ByteBuffer uuid = ByteBuffer.wrap(channel.initial().uuid());
    guests.computeIfAbsent(uuid, _ -> new ArrayList<>()).add(channel);
  }

  private int most() {
    return guests.values().stream().mapToInt(List::size).max().orElse(0);
  }

  /** Reports whether two guests have as many channels as each other, and no other has more. */
  boolean isTied() {
    return guests.values().stream().filter(some -> some.size() == most()).count() > 1;
  }

  /** Returns the channels of the guest with most of them; of all such guests. */
  List<ChannelReader> likeliest() {
    return guests.values().stream()
        .filter(some -> some.size() == most())
        .flatMap(List::stream)
        .toList();
  }

  /** Returns the other channels. */
  List<ChannelReader> others() {
    return guests.values().stream()
        .filter(some -> some.size() < most())
        .flatMap(List::stream)
        .toList();
  }
}
