package org.vmstate.writer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.vmstate.writer.xbzrle.DirectMappedCache;
import org.vmstate.writer.xbzrle.LruCache;
import org.vmstate.writer.xbzrle.XbzrleSender;
import org.vmstate.writer.xbzrle.XbzrleSender.Outcome;
import org.vmstate.writer.xbzrle.XbzrleStatistics;

/** Rules of the two page caches, and what a sender counts. */
class XbzrleSenderTest {
  private static final int PAGE = 4096;

  private static byte[] page(int value) {
    byte[] page = new byte[PAGE];
    Arrays.fill(page, (byte) value);
    return page;
  }

  @Test
  void sizeIsRoundedDownToAPowerOfTwoOfPages() {
    assertEquals(4, new DirectMappedCache(7 * PAGE, PAGE).capacity());
    assertThrows(IllegalArgumentException.class, () -> new DirectMappedCache(PAGE - 1, PAGE));
  }

  @Test
  void youngPageKeepsItsSlotForTwoGenerations() {
    DirectMappedCache cache = new DirectMappedCache(4 * PAGE, PAGE);
    assertTrue(cache.insert(0, page(1), 1));
    long sameSlot = 4 * PAGE;
    assertFalse(cache.insert(sameSlot, page(2), 2));
    assertNotNull(cache.find(0, 2));
    assertFalse(cache.insert(sameSlot, page(2), 3), "the hit made it young again");
    assertTrue(cache.insert(sameSlot, page(2), 4));
    assertNull(cache.find(0, 4));
    assertArrayEquals(page(2), cache.find(sameSlot, 4));
  }

  @Test
  void sameAddressIsReplacedAtAnyAge() {
    DirectMappedCache cache = new DirectMappedCache(4 * PAGE, PAGE);
    cache.insert(PAGE, page(1), 5);
    assertTrue(cache.insert(PAGE, page(2), 5));
    assertArrayEquals(page(2), cache.find(PAGE, 5));
  }

  @Test
  void leastRecentlyUsedPageMakesRoom() {
    LruCache cache = new LruCache(2 * PAGE, PAGE);
    cache.insert(0, page(1), 1);
    cache.insert(PAGE, page(2), 1);
    assertNotNull(cache.find(0, 1));
    cache.insert(2 * PAGE, page(3), 1);
    assertNull(cache.find(PAGE, 1));
    assertArrayEquals(page(1), cache.find(0, 1));
    assertArrayEquals(page(3), cache.find(2 * PAGE, 1));
  }

  @Test
  void senderCountsAsQemuDoes() {
    XbzrleSender sender = new XbzrleSender(new DirectMappedCache(16 * PAGE, PAGE), PAGE, false);
    byte[] content = page(1);
    assertEquals(Outcome.PAGE, sender.send(0, content, 2, false));
    assertEquals(Outcome.NOTHING, sender.send(0, content, 2, false));
    content[7] = 9;
    assertEquals(Outcome.DELTA, sender.send(0, content, 3, false));
    assertEquals(3, sender.delta().remaining());
    assertEquals(Outcome.PAGE, sender.send(0, page(8), 3, false), "overflow");
    assertEquals(Outcome.NOTHING, sender.send(0, page(8), 3, false), "the sent page was cached");
    assertEquals(new XbzrleStatistics(5, 1, 4, 1, 3 + 3 + PAGE), sender.statistics());
    assertEquals(4, sender.statistics().hits());
  }

  @Test
  void lastStageLeavesTheCacheAlone() {
    XbzrleSender sender = new XbzrleSender(new DirectMappedCache(16 * PAGE, PAGE), PAGE, false);
    assertEquals(Outcome.PAGE, sender.send(0, page(1), 2, true));
    assertEquals(Outcome.PAGE, sender.send(0, page(1), 2, true), "it was not kept");
  }

  @Test
  void zeroPagesAreRemembered() {
    XbzrleSender sender = new XbzrleSender(new DirectMappedCache(16 * PAGE, PAGE), PAGE, false);
    sender.sendZero(0, page(0), 2);
    byte[] content = page(0);
    content[0] = 1;
    assertEquals(Outcome.DELTA, sender.send(0, content, 3, false));
  }
}
