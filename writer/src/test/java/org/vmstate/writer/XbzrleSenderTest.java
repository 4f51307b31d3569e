package org.vmstate.writer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.vmstate.writer.xbzrle.Codec2011;
import org.vmstate.writer.xbzrle.CurrentCodec;
import org.vmstate.writer.xbzrle.DeltaCodec;
import org.vmstate.writer.xbzrle.DeltaEncoder;
import org.vmstate.writer.xbzrle.DirectMappedCache;
import org.vmstate.writer.xbzrle.LruCache;
import org.vmstate.writer.xbzrle.XbzrleEncoder;
import org.vmstate.writer.xbzrle.XbzrleSender;
import org.vmstate.writer.xbzrle.XbzrleSender.Outcome;
import org.vmstate.writer.xbzrle.XbzrleStatistics;

/** Rules of the two page caches, and what a sender counts. */
class XbzrleSenderTest {
  private static final int PAGE = 4096;

  private final byte[] delta = new byte[PAGE];

  private static byte[] page(int value) {
    byte[] page = new byte[PAGE];
    Arrays.fill(page, (byte) value);
    return page;
  }

  private static XbzrleSender sender(DeltaCodec codec) {
    return new XbzrleSender(codec, 16 * PAGE, PAGE);
  }

  private int encode(byte[] before, byte[] after) {
    return XbzrleEncoder.encode(before, after, delta);
  }

  @Test
  void sizeIsRoundedDownToAPowerOfTwoOfPages() {
    assertEquals(4, new DirectMappedCache(7 * PAGE, PAGE).capacity());
    assertThrows(IllegalArgumentException.class, () -> new DirectMappedCache(PAGE - 1, PAGE));
    assertThrows(IllegalArgumentException.class, () -> new LruCache(PAGE - 1, PAGE));
  }

  @Test
  void youngPageKeepsItsSlotForTwoGenerations() {
    DirectMappedCache cache = new DirectMappedCache(4 * PAGE, PAGE);
    assertTrue(cache.insert(0, 1));
    long sameSlot = 4 * PAGE;
    assertFalse(cache.insert(sameSlot, 2));
    assertTrue(cache.find(0, 2));
    assertFalse(cache.insert(sameSlot, 3), "the hit made it young again");
    assertTrue(cache.insert(sameSlot, 4));
    assertFalse(cache.find(0, 4));
    assertTrue(cache.find(sameSlot, 4));
  }

  @Test
  void sameAddressIsReplacedAtAnyAge() {
    DirectMappedCache cache = new DirectMappedCache(4 * PAGE, PAGE);
    cache.insert(PAGE, 5);
    assertTrue(cache.insert(PAGE, 5));
    cache.remove(5 * PAGE);
    assertTrue(cache.find(PAGE, 5), "another page of the slot left");
    cache.remove(PAGE);
    assertFalse(cache.find(PAGE, 5));
  }

  @Test
  void leastRecentlyInsertedPageMakesRoom() {
    LruCache cache = new LruCache(2 * PAGE, PAGE);
    cache.insert(0, 1);
    cache.insert(PAGE, 1);
    assertTrue(cache.find(0, 1), "which does not make it younger");
    cache.insert(2 * PAGE, 1);
    assertFalse(cache.find(0, 1));
    cache.insert(PAGE, 1);
    cache.insert(3 * PAGE, 1);
    assertTrue(cache.find(PAGE, 1), "inserted again it is the youngest");
    assertFalse(cache.find(2 * PAGE, 1));
  }

  @Test
  void senderCountsAsQemuDoes() {
    XbzrleSender sender = sender(new CurrentCodec());
    byte[] before = page(1);
    byte[] after = page(1);
    after[7] = 9;
    sender.first(0, 1);
    assertFalse(sender.isKept(0, 2, false), "the first round leaves nothing in the cache");
    assertTrue(sender.isKept(0, 2, false));
    assertEquals(Outcome.NOTHING, sender.encoded(0, encode(before, before), 2, false));
    assertTrue(sender.isKept(0, 3, false));
    assertEquals(Outcome.DELTA, sender.encoded(0, encode(before, after), 3, false));
    assertTrue(sender.isKept(0, 3, false));
    assertEquals(Outcome.PAGE, sender.encoded(0, encode(after, page(8)), 3, false), "overflow");
    assertTrue(sender.isKept(0, 3, true), "the sent page was cached");
    assertEquals(Outcome.NOTHING, sender.encoded(0, encode(before, before), 3, true));
    assertEquals(new XbzrleStatistics(5, 1, 4, 1, 3 + 3 + PAGE), sender.statistics());
    assertEquals(4, sender.statistics().hits());
  }

  @Test
  void senderOf2011CountsAsTheProposalDid() {
    XbzrleSender sender = sender(new Codec2011());
    sender.first(0, 0);
    assertTrue(sender.isKept(0, 1, false), "the first round fills the cache");
    assertEquals(Outcome.DELTA, sender.encoded(0, 16, 1, false));
    assertTrue(sender.isKept(0, 1, false));
    assertEquals(Outcome.PAGE, sender.encoded(0, DeltaEncoder.OVERFLOW, 1, false));
    assertFalse(sender.isKept(0, 2, true), "no deltas while the guest is stopped");
    assertEquals(new XbzrleStatistics(2, 0, 1, 1, 16 + 12), sender.statistics());
    sender.zero(0, 2, false);
    assertFalse(sender.isKept(0, 3, false), "the receiver has zeros now");
  }

  @Test
  void guestSmallerThanTheCacheOf2011NeverMisses() {
    XbzrleSender sender = sender(new Codec2011());
    for (int page = 0; page < 16; page++) {
      sender.first(page * PAGE, 0);
    }
    for (int i = 0; i < 853; i++) {
      assertTrue(sender.isKept(i * 7 % 16 * PAGE, 1, false));
      sender.encoded(i * 7 % 16 * PAGE, 40, 1, false);
    }
    assertEquals(0, sender.statistics().misses());
  }

  @Test
  void lastStageLeavesTheCacheAlone() {
    XbzrleSender sender = sender(new CurrentCodec());
    assertFalse(sender.isKept(0, 2, true));
    assertFalse(sender.isKept(0, 2, true), "it was not kept");
  }

  @Test
  void zeroPagesAreRemembered() {
    XbzrleSender sender = sender(new CurrentCodec());
    sender.zero(PAGE, 1, true);
    assertFalse(sender.isKept(PAGE, 2, false), "not those of the first round");
    sender.zero(0, 2, false);
    assertTrue(sender.isKept(0, 3, false));
  }

  @Test
  void codecsAreFoundByName() {
    assertEquals("2011", DeltaCodec.named("2011").orElseThrow().name());
    assertEquals("current", DeltaCodec.all().getFirst().name());
    assertTrue(DeltaCodec.named("lzop").isEmpty());
    assertThrows(IllegalArgumentException.class, () -> new CurrentCodec().encoder(16384));
  }
}
