package org.vmstate.analyzer.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.rule.Rule;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.ImageBytes;

/** Recordings of two channels, each with one packet and a SYNC, and what can be wrong with them. */
class ChannelCheckerTest {
  private static final int PAGE = 4096;

  /** A packet with its variable parts. */
  record Packet(
      int version,
      int flags,
      int alloc,
      int normal,
      int size,
      long number,
      int zero,
      String block,
      long offset) {
    byte[] bytes() {
      ImageBytes image = new ImageBytes().be32(0x11223344).be32(version).be32(flags).be32(alloc);
      image.be32(normal).be32(size).be64(number).be32(zero).zeros(28);
      image.text(block).zeros(256 - block.length()).be64(offset).zeros(127 * 8);
      return image.zeros(size).toBytes();
    }
  }

  private static ImageBytes initial(int channel) {
    return new ImageBytes().be32(0x11223344).be32(1).zeros(16).u8(channel).zeros(7 + 32);
  }

  private static Packet pages(long number) {
    return new Packet(1, 0, 128, 1, PAGE, number, 0, "pc.ram", 0x1000);
  }

  private static Packet sync(long number) {
    return new Packet(1, 1, 0, 0, 0, number, 0, "", 0);
  }

  private static byte[] channel(int id, Packet... packets) {
    ImageBytes image = initial(id);
    for (Packet packet : packets) {
      image.raw(packet.bytes());
    }
    return image.toBytes();
  }

  private static Set<Rule> check(byte[]... channels) throws IOException {
    return check(new ArrayList<>(), channels);
  }

  private static Set<Rule> check(List<Long> arrived, byte[]... channels) throws IOException {
    RamBlock block = new RamBlock(0, "pc.ram", 4 * PAGE, PAGE, 0, -1, Optional.empty());
    Findings findings = new Findings();
    ChannelChecker checker =
        new ChannelChecker(
            findings, Map.of("pc.ram", block), PAGE, 1, (b, page) -> arrived.add(page));
    for (byte[] channel : channels) {
      checker.channel("channel", new HeapSource(channel, 0, new StructurePath()));
    }
    checker.finish();
    return findings.list().stream().map(Finding::rule).collect(Collectors.toSet());
  }

  @Test
  void pagesOfAllChannelsArrive() throws IOException {
    List<Long> arrived = new ArrayList<>();
    Packet zero = new Packet(1, 0, 128, 0, 0, 1, 1, "pc.ram", 0x3000);
    check(arrived, channel(0, pages(0), sync(2)), channel(1, zero, sync(3)));
    assertEquals(List.of(1L, 3L), arrived);
  }

  @Test
  void nothingIsFoundInGoodRecordings() throws IOException {
    assertEquals(Set.of(), check(channel(0, pages(0), sync(2)), channel(1, pages(1), sync(3))));
  }

  /** A first channel that is wrong beside a good second one. */
  record Wrong(Rule rule, byte[] channel) {}

  static Stream<Wrong> wrong() {
    Packet good = pages(0);
    byte[] magic = channel(0, good, sync(2));
    magic[64] = 0;
    byte[] first = channel(0, good, sync(2));
    first[0] = 0;
    return Stream.of(
        new Wrong(Rule.MULTIFD_INITIAL, channel(1, good, sync(2))),
        new Wrong(Rule.MULTIFD_INITIAL, first),
        new Wrong(Rule.MULTIFD_MAGIC, magic),
        new Wrong(
            Rule.MULTIFD_COUNTS,
            channel(0, new Packet(1, 0, 129, 1, PAGE, 0, 0, "pc.ram", 0), sync(2))),
        new Wrong(
            Rule.MULTIFD_COUNTS,
            channel(0, new Packet(1, 0, 128, 1, 0, 0, 0, "pc.ram", 0), sync(2))),
        new Wrong(
            Rule.MULTIFD_SIZE,
            channel(0, new Packet(1, 0, 128, 1, 100, 0, 0, "pc.ram", 0), sync(2))),
        new Wrong(
            Rule.MULTIFD_BLOCK,
            channel(0, new Packet(1, 0, 128, 1, PAGE, 0, 0, "vga", 0), sync(2))),
        new Wrong(
            Rule.MULTIFD_BLOCK,
            channel(0, new Packet(1, 0, 128, 1, PAGE, 0, 0, "pc.ram", 0x4000), sync(2))),
        new Wrong(
            Rule.MULTIFD_COMPRESSION,
            channel(0, good, new Packet(1, 4, 128, 1, 50, 2, 0, "pc.ram", 0), sync(4))),
        new Wrong(Rule.MULTIFD_SYNC, channel(0, good)),
        new Wrong(Rule.MULTIFD_NUMBER, channel(0, good, sync(0))));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void defectIsFound(Wrong wrong) throws IOException {
    Set<Rule> found = check(wrong.channel(), channel(1, pages(1), sync(3)));
    List<Rule> others =
        found.stream()
            // a recording that was given up has no number of SYNCs, or none of its id
            .filter(
                r ->
                    r != wrong.rule() && r != Rule.MULTIFD_INITIAL && r != Rule.MULTIFD_COMPRESSION)
            .toList();
    assertEquals(List.of(), others);
    assertEquals(true, found.contains(wrong.rule()), wrong.rule() + ": " + found);
  }
}
