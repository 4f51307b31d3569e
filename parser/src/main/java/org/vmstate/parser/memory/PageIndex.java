package org.vmstate.parser.memory;

import java.io.IOException;
import org.vmstate.formats.ram.PageKind;

/** How the final content of each page of a block is found. */
sealed interface PageIndex permits PageTable, BitmapIndex, NoPages {
  /** Entry of a page that was never sent. */
  long NEVER_SENT = 0;

  /** Entry of a page of a block that x-ignore-shared left out. */
  long LEFT_OUT = 1;

  /** Bits of an entry below its kind. */
  int KIND_SHIFT = 60;

  /** Fills in what is known of a page and of those after it that are alike. */
  void find(long page, Extent into) throws IOException;

  /** Joins a kind and a number below 2^60: an offset, a fill byte or a cell. */
  static long entry(PageKind kind, long value) {
    return (kind.ordinal() + 1L) << KIND_SHIFT | value;
  }

  /** Reports whether an entry is one of a page that the image has. */
  static boolean isSent(long entry) {
    return entry >>> KIND_SHIFT != 0;
  }

  /** Returns the kind of an entry of a page that was sent. */
  static PageKind kind(long entry) {
    return Kinds.ALL[(int) (entry >>> KIND_SHIFT) - 1];
  }

  /** Returns the number of an entry. */
  static long value(long entry) {
    return entry & (1L << KIND_SHIFT) - 1;
  }

  /** The kinds by their number. */
  final class Kinds {
    private static final PageKind[] ALL = PageKind.values();

    private Kinds() {}
  }
}
