package org.vmstate.analyzer.convert;

import java.io.IOException;
import java.util.function.Consumer;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.ram.RamFormat;

/**
 * Says that a stream which is copied as it stands lacks the pages of its multifd channels. Source:
 * RAM_SAVE_FLAG_MULTIFD_FLUSH, QEMU 10.0 migration/ram.c; machine types before 8.1 have no such
 * mark.
 */
class ChannelNote extends FrontVisitor {
  private boolean said;

  ChannelNote(Consumer<String> notes) {
    super(notes);
  }

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    if (!said && event instanceof Event.RamMarker e && (e.word() & RamFormat.MULTIFD_FLUSH) != 0) {
      said = true;
      note(
          "pages in multifd channels are in other files, and not in this copy; --channel adds"
              + " them");
    }
  }
}
