package org.vmstate.analyzer.extract;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.vmstate.analyzer.core.GuestNote;
import org.vmstate.analyzer.physical.StateFacts;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.libvirt.Envelope;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;

/** The pass that finds out where memory lies, and looks for the guest's own note when wanted. */
final class PhysicalFacts extends StateFacts {
  private final boolean wantsNote;
  private final GuestNote note = new GuestNote();
  private final Consumer<String> notes;
  private boolean packed;

  PhysicalFacts(boolean wantsNote, Consumer<String> notes) {
    this.wantsNote = wantsNote;
    this.notes = notes;
  }

  @Override
  public void envelope(Envelope found, String xml, String cookie) {
    super.envelope(found, xml, cookie);
    if (!found.complete()) {
      notes.accept("the save did not finish; memory may be missing");
    }
  }

  @Override
  public void unpacking(Compression compression) {
    packed = true;
  }

  @Override
  public void ramBlocks(List<RamBlock> found) {
    super.ramBlocks(found);
    for (RamBlock block : found) {
      if (block.mapped().isPresent() && block.mapped().get().pagesOffset() == 0) {
        notes.accept("block " + block.name() + " is not in the file: x-ignore-shared");
      }
    }
  }

  @Override
  public void pages(PageRun run) throws IOException {
    super.pages(run);
    if (wantsNote) {
      note.look(source(), run);
    }
  }

  byte[] note() {
    return note.note();
  }

  /** Tells whether offsets of the stream are not those of the file. */
  boolean isPacked() {
    return packed;
  }
}
