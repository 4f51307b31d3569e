package org.vmstate.formats.event;

import java.io.IOException;

/**
 * Accepts what a pass over an image finds, in the order of the file. A sink that sends events on to
 * another one is a change of the image. Used by one thread.
 */
@FunctionalInterface
public interface EventSink {

  /** Accepts the next event. */
  void accept(Event event) throws IOException;

  /** Reports whether the pass has to take some trouble for this sink. */
  default boolean wants(Want want) {
    return false;
  }

  /** What costs a pass something, and is done only for those who want it. */
  enum Want {
    /**
     * The bytes of pages and sections are read from an event's content while it is accepted. From a
     * pipe, runs of pages are then short.
     */
    DATA,
    /** {@link Event.MappedPages} of fixed layouts, whose bitmaps are then read. */
    MAPPED_PAGES
  }
}
