package org.vmstate.analyzer.dirtylog;

import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * One step of the guest, the emulator or a device.
 *
 * @param kind what happens
 * @param page the page, or the first of a range
 * @param count pages of a range
 */
public record Operation(Kind kind, int page, int count) {
  /** What can happen. */
  public enum Kind {
    /** The guest writes to a page. */
    WRITE,
    /** The emulator asks the kernel for its bitmap. */
    GET,
    /** The migration sends a page. */
    SEND,
    /** The display takes its bits of a range and clears them in the kernel. */
    VGA,
    /** A device writes to a page and sets the users' bits itself. */
    VHOST
  }

  /** Returns any operation on a slot. */
  public static Operation random(RandomGenerator random, int pages) {
    int page = random.nextInt(pages);
    return switch (random.nextInt(10)) {
      case 0, 1, 2 -> new Operation(Kind.WRITE, page, 1);
      case 3 -> new Operation(Kind.GET, 0, pages);
      case 4, 5, 6 -> new Operation(Kind.SEND, page, 1);
      case 7, 8 -> new Operation(Kind.VGA, page, 1 + random.nextInt(pages - page));
      default -> new Operation(Kind.VHOST, page, 1);
    };
  }

  @Override
  public String toString() {
    String name = kind.name().toLowerCase(Locale.ROOT);
    return switch (kind) {
      case GET -> name;
      case VGA -> name + " " + page + "+" + count;
      case WRITE, SEND, VHOST -> name + " " + page;
    };
  }
}
