package org.vmstate.analyzer.extract;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.vmstate.analyzer.core.GuestNote;
import org.vmstate.analyzer.core.NoteChoice;
import org.vmstate.analyzer.memory.PageMover;
import org.vmstate.analyzer.physical.PhysicalRange;
import org.vmstate.analyzer.physical.StateFacts;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.stream.StreamFormat;

/** The pass that finds out where memory lies, and looks for the guest's own note when wanted. */
final class PhysicalFacts extends StateFacts {
  private final boolean wantsNote;
  private final GuestNote note = new GuestNote();
  private final Consumer<String> notes;
  private boolean compressed;
  private boolean ended;

  PhysicalFacts(boolean wantsNote, Consumer<String> notes) {
    this.wantsNote = wantsNote;
    this.notes = notes;
  }

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    switch (event) {
      case Event.SaveImageHeader e when !e.saveHeader().complete() ->
          notes.accept("the save did not finish; memory may be missing");
      case Event.CompressedStream _ -> compressed = true;
      case Event.RamListEnd e -> blocks(e.blocks());
      case Event.RamPages e -> look(e.content(), e.run());
      case Event.MappedPages e -> look(e.content(), e.run());
      case Event.SectionHeader e
          when e.recordType() == StreamFormat.SECTION_END
              && e.section().name().equals(RamFormat.IDSTR) ->
          ended = true;
      default -> {}
    }
  }

  private void blocks(List<RamBlock> found) {
    for (RamBlock block : found) {
      if (block.mapped().isPresent() && block.mapped().get().pagesOffset() == 0) {
        notes.accept("block " + block.name() + " is not in the file: x-ignore-shared");
      }
    }
  }

  private void look(SourceBytes content, PageRun run) throws IOException {
    if (wantsNote) {
      note.look(content, run);
    }
  }

  /** Requires that the bitmaps of a fixed layout were written, which is done at the end. */
  void requireMemory() throws MalformedDataException {
    if (!ended && blocks().stream().anyMatch(block -> block.mapped().isPresent())) {
      throw PageMover.bitmapsMissing();
    }
  }

  /** Returns the guest's own note, empty when there is none. */
  byte[] note(List<PhysicalRange> ranges) {
    return new NoteChoice(note, ranges, notes).choose(device("vmcoreinfo"));
  }

  /** Reports whether offsets of the stream are not those of the file. */
  boolean isCompressed() {
    return compressed;
  }
}
