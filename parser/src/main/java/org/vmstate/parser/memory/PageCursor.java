package org.vmstate.parser.memory;

import java.io.IOException;
import org.vmstate.formats.ram.PageKind;

/** Looks at the pages of a block in any order, as many at a time as are alike. */
public final class PageCursor {
  private final PageIndex index;
  private final Extent extent = new Extent();

  PageCursor(PageIndex index) {
    this.index = index;
  }

  /** Moves to a page of the block. */
  public void moveTo(long page) throws IOException {
    index.find(page, extent);
  }

  /** Returns the state of the page. */
  public PageState state() {
    if (!PageIndex.isSent(extent.entry)) {
      return extent.entry == PageIndex.LEFT_OUT ? PageState.LEFT_OUT : PageState.NEVER_SENT;
    }
    return switch (PageIndex.kind(extent.entry)) {
      case ZERO, FILL -> PageState.FILL;
      case DATA, XBZRLE, XBZRLE_2011, ZLIB -> PageState.DATA;
    };
  }

  /** Reports whether the image says that the page is zero. */
  public boolean isZero() {
    return PageIndex.isSent(extent.entry) && PageIndex.kind(extent.entry) == PageKind.ZERO;
  }

  /** Returns the first page that may be in another state, or of another value. */
  public long end() {
    return extent.end;
  }

  long entry() {
    return extent.entry;
  }
}
