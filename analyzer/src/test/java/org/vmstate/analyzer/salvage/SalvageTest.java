package org.vmstate.analyzer.salvage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.event.Event;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.parser.memory.FinalMemory;
import org.vmstate.testkit.Corruptor;
import org.vmstate.testkit.Corruptor.Damaged;
import org.vmstate.testkit.ImageBytes;
import org.vmstate.testkit.MappedParts;
import org.vmstate.testkit.Parts;

class SalvageTest {
  private static final int PAGES = 8;

  /** What a salvaged image holds. */
  private static final class Kept extends FinalMemory {
    final List<String> devices = new ArrayList<>();
    boolean finished;
    int ends;

    @Override
    public void accept(Event event) throws IOException {
      super.accept(event);
      switch (event) {
        case Event.Device e -> devices.add(e.section().name());
        case Event.EndOfStream _ -> finished = true;
        case Event.SectionHeader e -> ends += e.recordType() == 3 ? 1 : 0;
        default -> {}
      }
    }

    int page(int number) throws IOException {
      byte[] page = new byte[4096];
      contents().page(blocks().getFirst(), number, page);
      return page[4095] & 0xff;
    }
  }

  /** A stream of a block whose page n is filled with n + 1, and of a device. */
  private static byte[] image() {
    return parts().toBytes();
  }

  private static Parts parts() {
    ImageBytes part = new ImageBytes().again(2, 1);
    for (int i = 0; i < PAGES; i++) {
      part.be64(i * 4096L | (i == 0 ? 8 : 0x28));
      if (i == 0) {
        part.name("pc.ram");
      }
      part.fill(i + 1, 4096);
    }
    ImageBytes start = new ImageBytes().section(1, 1, "ram", 0, 4).be64(PAGES * 4096L | 4);
    start.name("pc.ram").be64(PAGES * 4096L).eos().footer(1);
    return Parts.sequential()
        .with("start", start.toBytes())
        .with("part", part.eos().footer(1).toBytes());
  }

  private static Kept salvage(byte[] damaged, List<String> losses) throws IOException {
    try (Salvage salvage = new Salvage(ParseOptions.DEFAULT)) {
      ByteSource whole = salvage.salvage(new HeapSource(damaged, 0, new StructurePath()));
      losses.addAll(salvage.losses());
      Kept kept = new Kept();
      ImageReader.read(whole, ParseOptions.DEFAULT, kept);
      return kept;
    }
  }

  @Test
  void wholeImageLosesNothing() throws IOException {
    List<String> losses = new ArrayList<>();
    Kept kept = salvage(image(), losses);
    assertEquals(List.of(), losses);
    assertEquals(List.of("timer"), kept.devices);
  }

  @Test
  void cutImageKeepsThePagesInFrontOfTheCut() throws IOException {
    byte[] image = image();
    List<String> losses = new ArrayList<>();
    Kept kept = salvage(Arrays.copyOf(image, indexOfPage(image, 5) + 100), losses);
    assertTrue(kept.finished);
    assertEquals(5, kept.page(4));
    assertEquals(0, kept.page(5));
    assertTrue(losses.toString().contains("all devices"), losses.toString());
  }

  /** Streams of machine types before 2.4 have neither a configuration record nor footers. */
  @Test
  void noFooterIsAddedWhereTheStreamHasNone() throws IOException {
    ImageBytes image =
        new ImageBytes().be32(0x5145564d).be32(3).section(1, 1, "ram", 0, 4).be64(0x2004);
    image.name("pc.ram").be64(0x2000).eos().again(2, 1).be64(8).name("pc.ram").fill(7, 4096);
    try (Salvage salvage = new Salvage(ParseOptions.DEFAULT)) {
      ByteSource whole = salvage.salvage(new HeapSource(image.toBytes(), 0, new StructurePath()));
      List<Event> elements = new ArrayList<>();
      ImageReader.read(
          whole,
          ParseOptions.DEFAULT,
          event -> {
            if (event.covers()) {
              elements.add(event);
            }
          });
      assertTrue(elements.getLast() instanceof Event.EndOfStream, elements.toString());
      assertTrue(
          elements.stream().noneMatch(Event.SectionFooter.class::isInstance), elements.toString());
    }
  }

  @Test
  void damagedRecordCostsItsPageOnly() throws IOException {
    byte[] image = image();
    image[indexOfPage(image, 3) - 1] = 0x7f;
    List<String> losses = new ArrayList<>();
    Kept kept = salvage(image, losses);
    assertEquals(1, losses.size(), losses.toString());
    for (int i = 0; i < PAGES; i++) {
      assertEquals(i == 3 ? 0 : i + 1, kept.page(i), "page " + i);
    }
    assertEquals(List.of("timer"), kept.devices);
  }

  /** The first of the zeros looks like the end mark; what comes after them is kept. */
  @Test
  void zerosOverTheStartOfMemoryCostTheirPagesOnly() throws IOException {
    byte[] image = image();
    int part = indexOfPart(image);
    Arrays.fill(image, part, indexOfPage(image, 3) - 5, (byte) 0);
    // the first page after them has no name, so that only the section can be found again
    List<String> losses = new ArrayList<>();
    Kept kept = salvage(image, losses);
    assertEquals(List.of("timer"), kept.devices);
    assertEquals(1, losses.size(), losses.toString());
    image = image();
    ImageBytes more = new ImageBytes().again(2, 1).be64(8).name("pc.ram").fill(1, 4096).eos();
    more.footer(1).zeros(30).be64(0x5008).name("pc.ram").fill(6, 4096);
    more.be64(0x6028).fill(7, 4096).eos().footer(1);
    kept = salvage(parts().with("part", more.toBytes()).toBytes(), losses);
    assertEquals(1, kept.page(0));
    assertEquals(6, kept.page(5));
    assertEquals(7, kept.page(6));
    assertEquals(List.of("timer"), kept.devices);
    assertEquals(2, losses.size(), losses.toString());
  }

  @Test
  void streamThatSeemsToEndInItsMemoryIsEnded() throws IOException {
    byte[] image = image();
    int part = indexOfPart(image);
    Arrays.fill(image, part, indexOfPage(image, 3) - 5, (byte) 0);
    List<String> losses = new ArrayList<>();
    Kept kept = salvage(Arrays.copyOf(image, part + 1), losses);
    assertTrue(kept.finished);
    assertTrue(losses.toString().contains("all devices"), losses.toString());
    assertTrue(losses.toString().contains("expected an END of section ram"), losses.toString());
  }

  /** A stream of an old machine type, one of whose records is damaged. */
  @Test
  void damageInAStreamWithoutFootersCostsItsSectionOnly() throws IOException {
    for (int at : new int[] {0, 8 + 7 + 4096}) {
      ImageBytes image =
          new ImageBytes().be32(0x5145564d).be32(3).section(1, 1, "ram", 0, 4).be64(0x4004);
      image.name("pc.ram").be64(0x4000).eos().again(2, 1);
      ImageBytes part = new ImageBytes().be64(8).name("pc.ram").fill(7, 4096).eos();
      byte[] damaged = part.toBytes();
      damaged[at + 6] = 0x7f;
      image.raw(damaged).again(2, 1).be64(0x2008).name("pc.ram").fill(9, 4096).eos();
      image.again(3, 1).eos().u8(0);
      List<String> losses = new ArrayList<>();
      Kept kept = salvage(image.toBytes(), losses);
      assertEquals(1, losses.size(), losses.toString());
      assertEquals(at == 0 ? 0 : 7, kept.page(0), "page 0, damage at " + at);
      assertEquals(9, kept.page(2));
    }
  }

  /** The END of its memory is followed by a device at once. */
  @Test
  void cutDevicesOfAStreamWithoutFootersCostNoSecondEnd() throws IOException {
    ImageBytes image =
        new ImageBytes().be32(0x5145564d).be32(3).section(1, 1, "ram", 0, 4).be64(0x1004);
    image.name("pc.ram").be64(0x1000).eos().again(2, 1);
    image.be64(8).name("pc.ram").fill(7, 4096).eos().again(3, 1).eos();
    image.section(4, 2, "timer", 0, 2).zeros(5);
    List<String> losses = new ArrayList<>();
    Kept kept = salvage(image.toBytes(), losses);
    assertEquals(7, kept.page(0));
    assertEquals(1, kept.ends, "ENDs of the memory");
    assertFalse(losses.toString().contains("inside its memory"), losses.toString());
  }

  @Test
  void missingBytesCostTheirPageOnly() throws IOException {
    byte[] image = image();
    int at = indexOfPage(image, 3) + 50;
    byte[] less = Arrays.copyOf(image, image.length - 1000);
    System.arraycopy(image, at + 1000, less, at, image.length - at - 1000);
    List<String> losses = new ArrayList<>();
    Kept kept = salvage(less, losses);
    assertFalse(losses.isEmpty());
    assertEquals(3, kept.page(2));
    assertEquals(6, kept.page(5));
    assertEquals(List.of("timer"), kept.devices);
  }

  @Test
  void cutMappedImageKeepsWhatIsThere() throws IOException {
    byte[] image = new MappedParts().bitmap(3).secondPage(9).toBytes();
    List<String> losses = new ArrayList<>();
    Kept kept = salvage(Arrays.copyOf(image, (1 << 20) + 4096 + 100), losses);
    assertEquals(1, kept.page(0));
    assertEquals(0, kept.page(1));
    assertTrue(kept.finished);
    assertEquals(2, losses.size(), losses.toString());
  }

  /** The list says where a block's pages are, which is after the end of the file. */
  @Test
  void aBlockWithoutPagesInTheFileIsLeftOut() throws IOException {
    byte[] image = new MappedParts().blocks(3).bitmap(3).secondPage(9).toBytes();
    List<String> losses = new ArrayList<>();
    for (int end : new int[] {(2 << 20) - 10, 2 << 20}) {
      Kept kept = salvage(Arrays.copyOf(image, end), losses);
      assertEquals(1, kept.blocks().size());
      assertEquals(9, kept.page(1));
      assertTrue(kept.finished);
      String first = losses.removeFirst();
      assertTrue(first.startsWith("a block that the file has no page of"), first);
      losses.clear();
    }
  }

  /** Entries of x-ignore-shared have an address between the length and the block's header. */
  @Test
  void cutMappedImageWithAddressesKeepsWhatIsThere() throws IOException {
    byte[] image =
        new MappedParts()
            .capabilities("mapped-ram", "x-ignore-shared")
            .blocks(3)
            .bitmap(3)
            .secondPage(9)
            .toBytes();
    List<String> losses = new ArrayList<>();
    for (int block = 0; block < 3; block++) {
      Kept kept = salvage(Arrays.copyOf(image, (block + 1 << 20) + 4096 + 100), losses);
      assertEquals(block + 1, kept.blocks().size());
      assertEquals(1, kept.page(0));
      assertEquals(block == 0 ? 0 : 9, kept.page(1));
      assertTrue(kept.finished);
      String missing = 0x4000 - 4096 - 100 + " bytes at the end of a block's pages";
      assertTrue(losses.removeFirst().startsWith(missing), missing);
      losses.clear();
    }
  }

  @Test
  void headIsNeeded() {
    byte[] head = Arrays.copyOf(image(), 30);
    assertThrows(StateFormatException.class, () -> salvage(head, new ArrayList<>()));
  }

  /** Whatever is damaged: what comes out can be read, and sound images come out as they were. */
  @Test
  void everyDamageIsSurvived() throws IOException {
    byte[] image = Parts.sequential().toBytes();
    Iterator<Damaged> all = Corruptor.flips(image);
    int kept = 0;
    int refused = 0;
    while (all.hasNext()) {
      byte[] damaged = all.next().bytes();
      try {
        Kept result = salvage(damaged, new ArrayList<>());
        assertTrue(result.finished);
        kept++;
      } catch (StateFormatException headLost) {
        refused++;
      }
    }
    // four damages of each byte of the head
    assertTrue(refused < 4 * 150, "refused " + refused);
    assertTrue(kept > 1000, "kept " + kept);
    assertArrayEquals(image, Parts.sequential().toBytes());
  }

  private static int indexOfPart(byte[] image) {
    return indexOfPage(image, 1) - 8 - 4096 - 7 - 8 - 5;
  }

  private static int indexOfPage(byte[] image, int number) {
    for (int i = 0; i < image.length - 100; i++) {
      if (image[i] == number + 1 && image[i + 100] == number + 1) {
        return i;
      }
    }
    throw new IllegalArgumentException("page " + number);
  }
}
