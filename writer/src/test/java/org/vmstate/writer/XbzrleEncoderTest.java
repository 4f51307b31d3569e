package org.vmstate.writer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;
import org.vmstate.parser.xbzrle.Xbzrle2011Decoder;
import org.vmstate.parser.xbzrle.XbzrleDecoder;
import org.vmstate.writer.xbzrle.Xbzrle2011Encoder;
import org.vmstate.writer.xbzrle.XbzrleEncoder;

/** Both encoders against worked examples, their limits and their decoders. */
class XbzrleEncoderTest {
  private static final int PAGE = 4096;

  /** A page before and after. */
  record Change(byte[] before, byte[] after) {}

  private static byte[] page(int... offsetsAndValues) {
    byte[] page = new byte[PAGE];
    for (int i = 0; i < offsetsAndValues.length; i += 2) {
      page[offsetsAndValues[i]] = (byte) offsetsAndValues[i + 1];
    }
    return page;
  }

  private static String today(byte[] before, byte[] after) {
    byte[] delta = new byte[before.length];
    int length = XbzrleEncoder.encode(before, after, delta);
    return length < 0 ? "overflow" : HexFormat.of().formatHex(delta, 0, length);
  }

  private static List<Long> form2011(byte[] after) {
    byte[] delta = new byte[PAGE];
    int length = Xbzrle2011Encoder.encode(new byte[PAGE], after, ByteOrder.LITTLE_ENDIAN, delta);
    ByteBuffer words = ByteBuffer.wrap(delta).order(ByteOrder.LITTLE_ENDIAN);
    return IntStream.range(0, length / 8).mapToObj(i -> words.getLong(i * 8)).toList();
  }

  @Test
  void workedExamplesOfToday() {
    byte[] zero = new byte[PAGE];
    assertEquals("e80701ab", today(zero, page(1000, 0xab)));
    assertEquals("000101", today(zero, page(0, 1)));
    assertEquals(
        "0003112233c501024455", today(zero, page(0, 0x11, 1, 0x22, 2, 0x33, 200, 0x44, 201, 0x55)));
    assertEquals("ff1f017e", today(zero, page(4095, 0x7e)));
    assertEquals("7f0101", today(zero, page(127, 1)));
    assertEquals("80010101", today(zero, page(128, 1)));
    assertEquals("100101170102", today(zero, page(16, 1, 40, 2)));
    assertEquals("", today(zero, zero));
  }

  @Test
  void workedExamplesOf2011() {
    assertEquals(List.of(0L, 125L, 0xabL, 0L, 386L), form2011(page(1000, 0xab)));
    assertEquals(List.of(0L, 0L, 1L, 0L, 511L), form2011(page(0, 1)));
    assertEquals(
        List.of(0L, 0L, 0x332211L, 0L, 24L, 0x5544L, 0L, 486L),
        form2011(page(0, 0x11, 1, 0x22, 2, 0x33, 200, 0x44, 201, 0x55)));
    assertEquals(List.of(0L, 511L, 0x7e00000000000000L), form2011(page(4095, 0x7e)));
    assertEquals(List.of(0L, 512L), form2011(new byte[PAGE]));
    byte[] all = new byte[PAGE];
    Arrays.fill(all, (byte) 0xff);
    assertEquals(List.of(), form2011(all));
  }

  @Test
  void deltaOfExactlyOnePageIsAllowedIn2011() {
    byte[] after = new byte[PAGE];
    // 2 words of the first run, 510 literals, and nothing after them
    Arrays.fill(after, 16, PAGE, (byte) 1);
    byte[] delta = new byte[PAGE];
    int length = Xbzrle2011Encoder.encode(new byte[PAGE], after, ByteOrder.LITTLE_ENDIAN, delta);
    assertEquals(PAGE, length);
  }

  @Test
  void longestRunThatFits() {
    byte[] zero = new byte[PAGE];
    byte[] after = new byte[PAGE];
    Arrays.fill(after, 0, 4091, (byte) 1);
    assertEquals(4094 * 2, today(zero, after).length());
    after[4091] = 1;
    assertEquals("overflow", today(zero, after));
    Arrays.fill(after, (byte) 0xff);
    assertEquals("overflow", today(zero, after));
  }

  @Test
  void mostSingleBytesThatFit() {
    byte[] zero = new byte[PAGE];
    byte[] after = new byte[PAGE];
    for (int i = 0; i < 1364; i++) {
      after[2 * i + 1] = 1;
    }
    assertEquals(4092 * 2, today(zero, after).length());
    after[2 * 1364 + 1] = 1;
    assertEquals("overflow", today(zero, after));
  }

  /** Pages that look alike in many ways: runs of every length, equal bytes, sparse changes. */
  @Provide
  Arbitrary<Change> changes() {
    Arbitrary<Integer> sizes = Arbitraries.of(256, 1024, 4096, 8192);
    Arbitrary<List<int[]>> edits =
        Combinators.combine(
                Arbitraries.integers().between(0, 8191),
                Arbitraries.frequencyOf(
                    Tuple.of(6, Arbitraries.integers().between(1, 20)),
                    Tuple.of(2, Arbitraries.integers().between(1, 400)),
                    Tuple.of(1, Arbitraries.integers().between(1, 8192))),
                Arbitraries.integers().between(0, 255))
            .as((at, length, value) -> new int[] {at, length, value})
            .list()
            .ofMaxSize(60);
    return Combinators.combine(
            sizes,
            Arbitraries.of(0, 1, 0xff, -1),
            Arbitraries.randomValue(r -> r.nextLong()),
            edits)
        .as(XbzrleEncoderTest::change);
  }

  private static Change change(int size, int fill, long seed, List<int[]> edits) {
    byte[] before = new byte[size];
    if (fill < 0) {
      new Random(seed).nextBytes(before);
    } else {
      Arrays.fill(before, (byte) fill);
    }
    byte[] after = before.clone();
    for (int[] edit : edits) {
      for (int i = edit[0]; i < Math.min(size, edit[0] + edit[1]); i++) {
        after[i] += (byte) edit[2];
      }
    }
    return new Change(before, after);
  }

  @Property(tries = 3000)
  void todaysDecoderInvertsTheEncoder(@ForAll("changes") Change change) {
    byte[] delta = new byte[change.before.length];
    int length = XbzrleEncoder.encode(change.before, change.after, delta);
    assertEquals(length == 0, Arrays.equals(change.before, change.after));
    if (length != XbzrleEncoder.OVERFLOW) {
      byte[] page = change.before.clone();
      assertEquals(Optional.empty(), XbzrleDecoder.apply(Arrays.copyOf(delta, length), page));
      assertArrayEquals(change.after, page);
    }
    assertEquals(reference(change), length < 0 ? "overflow" : hex(delta, length));
  }

  private static String hex(byte[] delta, int length) {
    return HexFormat.of().formatHex(delta, 0, length);
  }

  /** The grammar and its limits again, a byte at a time. */
  private static String reference(Change change) {
    int limit = change.before.length;
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (at < limit) {
      if (out.length() / 2 + 2 > limit) {
        return "overflow";
      }
      int start = at;
      while (at < limit && change.before[at] == change.after[at]) {
        at++;
      }
      if (at == limit) {
        return out.toString();
      }
      out.append(uleb(at - start));
      if (out.length() / 2 + 2 > limit) {
        return "overflow";
      }
      start = at;
      while (at < limit && change.before[at] != change.after[at]) {
        at++;
      }
      out.append(uleb(at - start));
      if (out.length() / 2 + at - start > limit) {
        return "overflow";
      }
      out.append(HexFormat.of().formatHex(change.after, start, at));
    }
    return out.toString();
  }

  private static String uleb(int value) {
    return value < 0x80
        ? "%02x".formatted(value)
        : "%02x%02x".formatted(value & 0x7f | 0x80, value >> 7);
  }

  @Property(tries = 2000)
  void decoderOf2011InvertsTheEncoder(@ForAll("changes") Change change, @ForAll boolean little) {
    ByteOrder order = little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    byte[] delta = new byte[change.before.length];
    int length = Xbzrle2011Encoder.encode(change.before, change.after, order, delta);
    if (length != Xbzrle2011Encoder.OVERFLOW) {
      byte[] page = change.before.clone();
      assertEquals(
          Optional.empty(), Xbzrle2011Decoder.apply(Arrays.copyOf(delta, length), order, page));
      assertArrayEquals(change.after, page);
    } else {
      assertTrue(!Arrays.equals(change.before, change.after));
    }
  }
}
