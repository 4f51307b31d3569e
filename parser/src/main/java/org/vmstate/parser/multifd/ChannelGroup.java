package org.vmstate.parser.multifd;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.spec.MultifdInitialPacket;

/**
 * The channels of one save. Pages of an interval, which ends with a SYNC on every channel, may be
 * placed in any order, but before those of the next. Packets are numbered over all channels from 0,
 * so that a missing one shows; those of QEMU up to 8.2 are not reliable.
 */
public final class ChannelGroup implements Closeable {
  private final List<ChannelReader> channels = new ArrayList<>();
  private final Map<Integer, ChannelReader> numbers = new HashMap<>();
  private final boolean accepting;
  private final Set<ChannelReader> synced = new HashSet<>();
  private final Set<ChannelReader> ended = new HashSet<>();
  private Map<String, RamBlock> blocks = Map.of();
  private int pageSize;
  private long placed = -1;
  private byte[] uuid;

  /**
   * Makes a group without channels.
   *
   * @param accepting whether packets may be missing and channels end early
   */
  public ChannelGroup(boolean accepting) {
    this.accepting = accepting;
  }

  /**
   * Adds a channel, which must be of the same guest as those before, with another number; one that
   * is refused stays the caller's.
   */
  public void add(ChannelReader channel) throws IOException {
    MultifdInitialPacket initial = channel.initial();
    if (uuid != null && !Arrays.equals(uuid, initial.uuid())) {
      throw channel
          .source()
          .malformed(
              Reason.MULTIFD_CHANNEL_OF_ANOTHER,
              "UUID: expected that of the first channel, found another",
              8);
    }
    if (numbers.containsKey(initial.channel())) {
      throw channel
          .source()
          .malformed(
              Reason.MULTIFD_CHANNEL_OF_ANOTHER,
              "channel: expected each once, found number " + initial.channel() + " again",
              24);
    }
    uuid = initial.uuid();
    numbers.put(initial.channel(), channel);
    channels.add(channel);
  }

  /**
   * Adds a channel that came late, and places what it has of intervals that ended already; one that
   * is refused stays the caller's.
   */
  public void addLate(ChannelReader channel, int intervals, PageSink sink) throws IOException {
    add(channel);
    try {
      for (int i = 0; i < intervals; i++) {
        while (!synced.contains(channel)) {
          place(channel, sink);
        }
        synced.remove(channel);
      }
    } catch (StateFormatException e) {
      channels.remove(channel);
      numbers.remove(channel.initial().channel());
      throw e;
    }
  }

  /**
   * Reports, where an interval ends, whether no channel is missing: then all numbers up to the last
   * one were used. A missing channel whose SYNC of the first interval has the last number of that
   * shows with the second.
   */
  public boolean isComplete() {
    return numbersUsed() == lastNumber() + 1;
  }

  private long numbersUsed() {
    return channels.stream().mapToLong(ChannelReader::numbersUsed).sum();
  }

  private long lastNumber() {
    return channels.stream().mapToLong(ChannelReader::lastNumber).max().orElse(-1);
  }

  /** Takes the blocks of the main stream. */
  public void begin(List<RamBlock> list) {
    blocks = new HashMap<>();
    list.forEach(block -> blocks.put(block.name(), block));
    pageSize = list.isEmpty() ? 0 : list.getFirst().pageSize();
  }

  /** Requires all numbers up to that of the last channel. */
  public void requireNumbers() throws IOException {
    for (int i = 0; i < channels.size() && !accepting; i++) {
      if (!numbers.containsKey(i)) {
        throw channels
            .getFirst()
            .source()
            .malformed(
                Reason.MULTIFD_CHANNEL_MISSING,
                "channels: expected number " + i + " among " + channels.size() + ", found none",
                24);
      }
    }
  }

  /** Returns the number of channels. */
  public int size() {
    return channels.size();
  }

  /**
   * Returns how many channels there must be when some are known, which need not be in the group
   * yet: the first packets of all are numbered from 0.
   */
  public long expected(List<ChannelReader> known) throws IOException {
    long most = known.size();
    for (ChannelReader channel : known) {
      most = Math.max(most, channel.packets() == 0 ? next(channel) + 1 : 0);
    }
    return most;
  }

  /** Returns the channels that may still bring pages of the interval of the moment. */
  public List<ChannelReader> open() {
    List<ChannelReader> result = new ArrayList<>(channels);
    result.removeAll(synced);
    result.removeAll(ended);
    return result;
  }

  /** Places one packet of an open channel. */
  public void place(ChannelReader channel, PageSink sink) throws IOException {
    long number;
    try {
      number = header(channel);
      if (number >= 0) {
        if (channel.place(blocks, pageSize, sink)) {
          synced.add(channel);
        }
        return;
      }
    } catch (TruncatedDataException e) {
      if (!accepting) {
        throw e;
      }
    }
    if (!accepting) {
      throw new TruncatedDataException(
          Reason.MULTIFD_CHANNEL_CUT,
          "channel: expected another SYNC, found the end",
          channel.source().position(),
          channel.source().path().toString());
    }
    ended.add(channel);
  }

  /** Places what recorded channels have of the interval of the moment, by packet number. */
  public void interval(PageSink sink) throws IOException {
    for (List<ChannelReader> left = open(); !left.isEmpty(); left = open()) {
      ChannelReader first = null;
      long lowest = Long.MAX_VALUE;
      for (ChannelReader channel : left) {
        long number = next(channel);
        // a number may be the largest there is
        if (first == null || number < lowest) {
          first = channel;
          lowest = number;
        }
      }
      if (lowest >= 0 && lowest <= placed && isNumbered() && !accepting) {
        throw first
            .source()
            .malformed(
                Reason.MULTIFD_CHANNEL_OF_ANOTHER,
                "packet number: expected each once in all channels, found " + lowest + " again",
                first.source().position());
      }
      placed = lowest;
      place(first, sink);
    }
    requireComplete();
    next();
  }

  /** Requires, where an interval ends, that no packet was missing. */
  private void requireComplete() throws IOException {
    if (!channels.isEmpty() && !isComplete() && !accepting) {
      throw channels
          .getFirst()
          .source()
          .malformed(
              Reason.MULTIFD_PACKET_MISSING,
              "packets: expected "
                  + (lastNumber() + 1)
                  + " in all channels, found "
                  + numbersUsed(),
              channels.getFirst().source().position());
    }
  }

  /** Returns the number of a channel's next packet; less than any other at its end. */
  private long next(ChannelReader channel) throws IOException {
    try {
      return header(channel);
    } catch (TruncatedDataException e) {
      if (accepting) {
        ended.add(channel);
        return -1;
      }
      throw e;
    }
  }

  /** Reads the header of the next packet, which has room for pages of the main stream. */
  private long header(ChannelReader channel) throws IOException {
    if (pageSize == 0) {
      throw channel
          .source()
          .malformed(
              Reason.MULTIFD_CHANNEL_OF_ANOTHER,
              "channel: expected a main stream with memory, found none",
              channel.source().position());
    }
    return channel.next(pageSize);
  }

  /** Begins the next interval. */
  public void next() {
    synced.clear();
  }

  /** Reports whether there are channels, and their packets' numbers show whether one is missing. */
  public boolean isNumbered() {
    return !channels.isEmpty() && channels.stream().allMatch(ChannelReader::isNumbered);
  }

  /** Requires that nothing is left, and that no packet was missing. */
  public void end() throws IOException {
    for (ChannelReader channel : channels) {
      while (!ended.contains(channel) && next(channel) >= 0) {
        // up to QEMU 8.2 a packet without pages may follow the last SYNC
        if (channel.hasPages() && !accepting) {
          throw channel
              .source()
              .malformed(
                  Reason.MULTIFD_CHANNEL_LONG,
                  "channel: expected its end with the main stream's, found more pages",
                  channel.source().position());
        }
        channel.skip();
      }
    }
    if (isNumbered()) {
      requireComplete();
    }
  }

  @Override
  public void close() throws IOException {
    for (ChannelReader channel : channels) {
      channel.close();
    }
  }
}
