package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.vmstate.parser.xbzrle.Xbzrle2011Decoder;
import org.vmstate.parser.xbzrle.XbzrleDecoder;

/** Both decoders invert encoders that follow the text of the format as simply as possible. */
class XbzrlePropertyTest {
  private static final int PAGE = 1024;

  /** An earlier page and a later one. */
  record Change(byte[] before, byte[] after) {}

  @Provide
  Arbitrary<Change> changes() {
    Arbitrary<byte[]> pages = Arbitraries.bytes().array(byte[].class).ofSize(PAGE);
    Arbitrary<byte[]> edits =
        Arbitraries.of((byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 1, (byte) 0x80)
            .array(byte[].class)
            .ofSize(PAGE);
    return Combinators.combine(pages, edits)
        .as(
            (before, edit) -> {
              byte[] after = before.clone();
              for (int i = 0; i < PAGE; i++) {
                after[i] ^= edit[i];
              }
              return new Change(before, after);
            });
  }

  private static void uleb(ByteArrayOutputStream out, int value) {
    if (value < 128) {
      out.write(value);
    } else {
      out.write(value & 0x7f | 0x80);
      out.write(value >> 7);
    }
  }

  private static byte[] encode(byte[] before, byte[] after) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int at = 0;
    while (at < PAGE) {
      int same = at;
      while (same < PAGE && before[same] == after[same]) {
        same++;
      }
      if (same == PAGE) {
        break;
      }
      int end = same;
      while (end < PAGE && before[end] != after[end]) {
        end++;
      }
      uleb(out, same - at);
      uleb(out, end - same);
      out.write(after, same, end - same);
      at = end;
    }
    return out.toByteArray();
  }

  private static byte[] encode2011(byte[] before, byte[] after, ByteOrder order) {
    ByteBuffer a = ByteBuffer.wrap(before).order(order);
    ByteBuffer b = ByteBuffer.wrap(after).order(order);
    ByteBuffer out = ByteBuffer.allocate(3 * PAGE).order(order);
    int words = PAGE / 8;
    int at = 0;
    while (at < words) {
      int run = at;
      while (run < words && a.getLong(run * 8) == b.getLong(run * 8)) {
        run++;
      }
      if (run > at || at == 0) {
        out.putLong(0).putLong(run - at);
      }
      at = run;
      while (at < words && a.getLong(at * 8) != b.getLong(at * 8)) {
        out.putLong(a.getLong(at * 8) ^ b.getLong(at * 8));
        at++;
      }
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  @Property(tries = 300)
  void currentDecoderInvertsTheEncoder(@ForAll("changes") Change change) {
    byte[] page = change.before().clone();
    assertEquals(
        Optional.empty(), XbzrleDecoder.apply(encode(change.before(), change.after()), page));
    assertArrayEquals(change.after(), page);
  }

  @Property(tries = 300)
  void decoderOf2011InvertsTheEncoder(@ForAll("changes") Change change, @ForAll boolean little) {
    ByteOrder order = little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    byte[] page = change.before().clone();
    byte[] delta = encode2011(change.before(), change.after(), order);
    assertEquals(Optional.empty(), Xbzrle2011Decoder.apply(delta, order, page));
    assertArrayEquals(change.after(), page);
  }

  @Property(tries = 2000)
  void anyBytesGiveAPageOrAReason(@ForAll byte[] delta) {
    byte[] page = new byte[PAGE];
    XbzrleDecoder.apply(delta, page);
    Xbzrle2011Decoder.apply(delta, ByteOrder.BIG_ENDIAN, page);
    assertEquals(PAGE, page.length);
  }
}
