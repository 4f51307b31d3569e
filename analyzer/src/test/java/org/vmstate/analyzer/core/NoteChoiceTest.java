package org.vmstate.analyzer.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.vmstate.analyzer.physical.Fields;
import org.vmstate.analyzer.physical.PhysicalRange;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;

/** Of several VMCOREINFO notes in memory the guest's own is the one its device names. */
class NoteChoiceTest {
  private static final int PAGE = 4096;
  private static final long BASE = 0x100000;
  private static final RamBlock BLOCK =
      new RamBlock(0, "pc.ram", 16 * PAGE, PAGE, 0, -1, Optional.empty());
  private static final List<PhysicalRange> RANGES =
      List.of(new PhysicalRange(BASE, 16 * PAGE, BLOCK, 0, false));

  private final List<String> told = new ArrayList<>();
  private final ByteBuffer memory = ByteBuffer.allocate(16 * PAGE).order(ByteOrder.LITTLE_ENDIAN);
  private final GuestNote found = new GuestNote();

  private NoteChoiceTest note(int page, String release) {
    byte[] text = ("OSRELEASE=" + release + "\n").getBytes(StandardCharsets.US_ASCII);
    memory.position(page * PAGE).putInt(11).putInt(text.length).putInt(0);
    memory.put("VMCOREINFO\0\0".getBytes(StandardCharsets.US_ASCII)).put(text);
    return this;
  }

  private static Optional<Fields> device(long format, long size, long address) {
    States state = new States().with("has_vmcoreinfo", 1);
    state.with("vmcoreinfo.guest_format", format).with("vmcoreinfo.size", size);
    return Optional.of(state.with("vmcoreinfo.paddr", address).fields());
  }

  private void look(PageKind kind, int page, int count) throws IOException {
    try (ByteSource source = new HeapSource(memory.array(), 0, new StructurePath())) {
      found.look(source, new PageRun(BLOCK, page, count, kind, 0, (long) page * PAGE, PAGE));
    }
  }

  private String chosen(Optional<Fields> device) throws IOException {
    look(PageKind.DATA, 0, 16);
    return release(device);
  }

  private String release(Optional<Fields> device) {
    byte[] note = new NoteChoice(found, RANGES, told::add).choose(device);
    return note.length == 0
        ? ""
        : new String(note, 24, note.length - 24, StandardCharsets.US_ASCII).trim();
  }

  @Test
  void deviceNamesTheGuestsOwn() throws Exception {
    note(2, "first").note(5, "own").note(9, "last");
    assertEquals("OSRELEASE=own", chosen(device(1, PAGE, BASE + 5 * PAGE)));
    assertEquals(List.of(), told);
  }

  @Test
  void withoutDeviceTheLowestCountsAndThatTheyDifferIsTold() throws Exception {
    note(2, "first").note(5, "own");
    assertEquals("OSRELEASE=first", chosen(Optional.empty()));
    assertEquals(
        List.of(
            "memory has 2 VMCOREINFO notes that differ, as with guests of the guest; the one at"
                + " 0x102000 is taken"),
        told);
  }

  @Test
  void copiesOfOneNoteAreNotWorthALine() throws Exception {
    note(2, "same").note(5, "same");
    assertEquals("OSRELEASE=same", chosen(Optional.empty()));
    assertEquals(List.of(), told);
  }

  @Test
  void deviceThatNamesNoValidNoteIsNotBelieved() throws Exception {
    note(2, "only");
    look(PageKind.DATA, 0, 16);
    long own = BASE + 2 * PAGE;
    assertEquals("OSRELEASE=only", release(device(1, PAGE, own + PAGE)), "no note is there");
    assertEquals("OSRELEASE=only", release(device(1, PAGE, own + 8)), "in the middle");
    assertEquals("OSRELEASE=only", release(device(1, PAGE, -1)), "no memory is there");
    assertEquals("OSRELEASE=only", release(device(1, 30, own)), "longer than its place");
    assertEquals("OSRELEASE=only", release(device(1, 2 << 20, own)), "too long");
    assertEquals("OSRELEASE=only", release(device(7, PAGE, own)), "no ELF note");
    assertEquals(6, told.size());
    assertTrue(
        told.getFirst().startsWith("the device vmcoreinfo names a note at 0x103000, where no"));
  }

  @Test
  void deviceThatTheGuestDidNotUseNamesNothing() throws Exception {
    note(2, "only");
    assertEquals("OSRELEASE=only", chosen(device(0, 0, 0)));
    assertEquals(List.of(), told);
  }

  @Test
  void pageThatBecomesZeroHasNoNote() throws Exception {
    note(2, "old").note(5, "new");
    look(PageKind.DATA, 0, 16);
    look(PageKind.ZERO, 2, 1);
    assertEquals("OSRELEASE=new", release(Optional.empty()));
    assertEquals(List.of(), told);
  }
}
