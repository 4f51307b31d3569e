package org.vmstate.analyzer.change;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.analyzer.compare.Comparison;
import org.vmstate.analyzer.compare.Difference;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.ImageSource;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.analyzer.samples.Samples;
import org.vmstate.analyzer.upgrade.ChangeCheck;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/** Changes of samples: what was asked for differs afterwards, nothing else, and check agrees. */
class ImageChangerTest {
  private static final String PC = "pc";
  private static final String LONGER = "pc-i440fx-10.0-of-another-vendor";

  @TempDir Path scratch;

  private Path sample(String name) throws IOException {
    Path file = scratch.resolve(name);
    if (!Files.exists(file)) {
      Samples.unpack(name, file);
    }
    return file;
  }

  /**
   * Writes a changed copy that passes check, and leaves the input alone. It is the same whether all
   * of the input was copied before the first change was known, for a machine type that comes or for
   * another, or nothing.
   */
  private Path changed(Path file, Change... changes) throws IOException {
    byte[] before = Files.readAllBytes(file);
    Path out = scratch.resolve("out");
    try (Destination target = Destination.file(out, true, false)) {
      new ImageChanger(withoutFile(file), ParseOptions.DEFAULT, List.of(changes))
          .copy(target, Progress.NONE, note -> {});
      target.commit(Outcome.WHOLE, false);
    }
    byte[] expected = Files.readAllBytes(out);
    ImageSource image = ImageSource.of(file);
    for (String machine : List.of("", LONGER, "x")) {
      try (Destination target = Destination.file(out, true, false);
          HeadStart start =
              HeadStart.of(image, target, Optional.of(machine).filter(m -> !m.isEmpty()))) {
        start.await();
        new ImageChanger(image, ParseOptions.DEFAULT, List.of(changes))
            .copy(start, Progress.NONE, note -> {}, Optional.empty(), changed -> {});
        target.commit(Outcome.WHOLE, false);
      }
      assertArrayEquals(expected, Files.readAllBytes(out), machine);
    }
    try (Destination target = Destination.file(out, true, false)) {
      new ImageChanger(file, ParseOptions.DEFAULT, List.of(changes))
          .copy(target, Progress.NONE, note -> {});
      target.sink().flush();
      ChangeCheck.require(file, target.temporary().orElseThrow(), ParseOptions.DEFAULT);
      target.commit(Outcome.WHOLE, false);
    }
    assertArrayEquals(before, Files.readAllBytes(file));
    return out;
  }

  private static ImageSource withoutFile(Path file) {
    return new ImageSource() {
      @Override
      public ByteSource open() throws IOException {
        return ImageReader.open(file);
      }

      @Override
      public Optional<Path> file() {
        return Optional.empty();
      }
    };
  }

  private static List<String> differences(Path one, Path other) throws IOException {
    try (ByteSource a = ImageReader.open(one);
        ByteSource b = ImageReader.open(other);
        Comparison comparison = new Comparison(false, Progress.NONE)) {
      comparison.readFirst(a, ParseOptions.DEFAULT);
      comparison.readSecond(b, ParseOptions.DEFAULT);
      comparison.compare();
      return comparison.differences().stream().map(Difference::path).toList();
    }
  }

  private static ImageFacts facts(Path file) throws IOException {
    try (ByteSource source = ImageReader.open(file)) {
      return ImageFacts.read(source, ParseOptions.DEFAULT);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"pc", "pc-mapped", "pc-xbzrle", "libvirt-zstd", "libvirt-sparse"})
  void onlyTheFieldsAskedForDiffer(String name) throws IOException {
    Path out =
        changed(
            sample(name),
            ChangeText.set("cpu#0.env.tsc=0x1234"),
            ChangeText.set("cpu.env.regs[3]=77"),
            ChangeText.set("mc146818rtc.irq_coalesced=3"));
    assertEquals(
        List.of("cpu 0.env.regs[3]", "cpu 0.env.tsc", "mc146818rtc 0.irq_coalesced"),
        differences(sample(name), out).stream().sorted().toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"pc", "pc-mapped"})
  void longerMachineNameMovesWhatFollows(String name) throws IOException {
    Path out = changed(sample(name), new Change.SetMachine(LONGER));
    assertEquals(List.of("machine type"), differences(sample(name), out));
  }

  @ParameterizedTest
  @ValueSource(strings = {"pc", "pc-mapped"})
  void sectionsAreDroppedAndRenamedWithTheirDescription(String name) throws IOException {
    Path out =
        changed(
            sample(name),
            new Change.DropSection("vmmouse"),
            new Change.RenameSection("port92", "port93"),
            new Change.SetInstance("port92", 7),
            new Change.SetVersion("hpet", 1));
    assertTrue(facts(out).sections().containsKey("port93#7"));
    assertTrue(facts(out).sections().get("port93#7").state().isPresent());
    assertFalse(facts(out).sections().containsKey("vmmouse#0"));
    assertEquals(1, facts(out).sections().get("hpet#0").section().version());
  }

  @ParameterizedTest
  @ValueSource(strings = {"pc", "pc-mapped"})
  void blocksAreResizedRenamedAndDropped(String name) throws IOException {
    RamBlock rom =
        facts(sample(name)).blocks().stream()
            .filter(b -> b.name().equals("pc.rom"))
            .findFirst()
            .orElseThrow();
    for (long length : new long[] {rom.usedLength() * 2, rom.usedLength() / 2}) {
      Path out = changed(sample(name), new Change.ResizeBlock("pc.rom", length));
      assertEquals(List.of("pc.rom length"), differences(sample(name), out));
    }
    Path renamed = changed(sample(name), new Change.RenameBlock("pc.rom", "longer.name.of.pc.rom"));
    assertEquals(2, differences(sample(name), renamed).size());
    Path back = scratch.resolve("renamed");
    Files.move(renamed, back);
    renamed = changed(back, new Change.RenameBlock("longer.name.of.pc.rom", "pc.rom"));
    assertEquals(List.of(), differences(sample(name), renamed));
    Path dropped = changed(sample(name), new Change.DropBlock("pc.rom"));
    assertEquals(List.of("pc.rom"), differences(sample(name), dropped));
  }

  @Test
  void fieldsAreRemovedAndInsertedWithTheirDescription() throws IOException {
    Path without = changed(sample(PC), new Change.RemoveField("pcspk.data_on"));
    assertEquals(List.of("pcspk 0.data_on"), differences(sample(PC), without));
    Path with =
        changed(sample(PC), new Change.InsertField("pcspk.data_on", "more", "uint16", 0x1234));
    assertEquals(List.of("pcspk 0.more"), differences(sample(PC), with));
  }

  @Test
  void oneValueOfAnArrayIsRemoved() throws IOException {
    refused("expected an array of plain values", new Change.RemoveField("cpu.env.fpregs[3]"));
    Path without = changed(sample(PC), new Change.RemoveField("cpu.env.regs[3]"));
    assertEquals(8, Files.size(sample(PC)) - Files.size(without));
    assertTrue(differences(sample(PC), without).stream().allMatch(d -> d.contains("env.regs")));
  }

  @Test
  void commandIsTakenOut() throws IOException {
    Path out = changed(sample(PC), new Change.DropCommand("switchover-start"));
    assertEquals(5, Files.size(sample(PC)) - Files.size(out));
  }

  @Test
  void changeInPlaceIsTheSameAsACopy() throws IOException {
    Change change = ChangeText.set("cpu.env.eip=0xfff0");
    byte[] copy = Files.readAllBytes(changed(sample(PC), change));
    new ImageChanger(sample(PC), ParseOptions.DEFAULT, List.of(change)).inPlace(_ -> {});
    assertArrayEquals(copy, Files.readAllBytes(sample(PC)));
    byte[] before = Files.readAllBytes(sample(PC));
    ImageChanger longer =
        new ImageChanger(
            sample(PC), ParseOptions.DEFAULT, List.of(new Change.DropSection("vmmouse")));
    assertThrows(ChangeException.class, () -> longer.inPlace(_ -> {}));
    assertArrayEquals(before, Files.readAllBytes(sample(PC)));
  }

  /** A field that is changed lies far from the memory that is gone: all the same. */
  @Test
  void imageWithDamagedMemoryIsNotChanged() throws IOException {
    Change change = ChangeText.set("cpu.env.eip=0xfff0");
    byte[] before = Files.readAllBytes(sample(PC));
    byte[] damaged = before.clone();
    Arrays.fill(damaged, 20_000, 40_000, (byte) 0);
    Files.write(sample(PC), damaged);
    assertThrows(StateFormatException.class, () -> changed(sample(PC), change));
    assertFalse(Files.exists(scratch.resolve("out")));
    ImageChanger inPlace = new ImageChanger(sample(PC), ParseOptions.DEFAULT, List.of(change));
    assertThrows(StateFormatException.class, () -> inPlace.inPlace(_ -> {}));
    assertArrayEquals(damaged, Files.readAllBytes(sample(PC)));
  }

  @Test
  void changeInPlaceIsLookedAtBeforeItIsWritten() throws IOException {
    Change change = ChangeText.set("cpu.env.eip=0xfff0");
    byte[] copy = Files.readAllBytes(changed(sample(PC), change));
    byte[] before = Files.readAllBytes(sample(PC));
    ImageChanger changer = new ImageChanger(sample(PC), ParseOptions.DEFAULT, List.of(change));
    ImageChanger.Proof proof =
        changed -> {
          try (ByteSource source = changed.open()) {
            ByteBuffer all = ByteBuffer.allocate(copy.length);
            source.copy(0, all);
            assertArrayEquals(copy, all.array());
          }
          throw new ChangeException("refused");
        };
    assertThrows(ChangeException.class, () -> changer.inPlace(proof));
    assertArrayEquals(before, Files.readAllBytes(sample(PC)));
  }

  private void refused(String expected, Change... changes) throws IOException {
    Path file = sample(PC);
    ChangeException e = assertThrows(ChangeException.class, () -> changed(file, changes));
    assertTrue(e.getMessage().contains(expected), e.getMessage());
    assertFalse(Files.exists(scratch.resolve("out")));
  }

  @Test
  void whatIsNotPossibleIsRefusedBeforeAnythingIsWritten() throws IOException {
    refused("nearest are cpu.env.", ChangeText.set("cpu.env.tcs=1"));
    refused("nearest are ", ChangeText.set("cqu.env.tsc=1"));
    refused("expected 0 to 4294967295", ChangeText.set("cpu.env.mxcsr=0x1ffffffff"));
    refused("expected an index below 16", ChangeText.set("cpu.env.regs=1"));
    refused(
        "expected an index below 16 in env.regs, found 16", ChangeText.set("cpu.env.regs[16]=1"));
    refused("expected a number, found x", ChangeText.set("cpu.env.tsc=x"));
    refused("bits of this field have no names", ChangeText.set("cpu.env.tsc+=X"));
    refused("no machine goes on", new Change.DropSection("cpu"));
    refused("is there already", new Change.RenameSection("port92", "vmmouse"));
    refused("expected a multiple of 4096", new Change.ResizeBlock("pc.rom", 5000));
    refused("is there already", new Change.RenameBlock("pc.rom", "pc.bios"));
    refused("convert changes it", new Change.SetCapability("mapped-ram", true));
    refused("nearest are switchover-start", new Change.DropCommand("switchover"));
    refused(
        "as its fields change",
        new Change.DropSection("vmmouse"),
        ChangeText.set("vmmouse.status=0"));
  }

  @Test
  void randomChangesAreRefusedOrGiveAnImageThatCheckAccepts() throws IOException {
    Path file = sample(PC);
    Random random = new Random(17);
    List<String> names = new ArrayList<>(facts(file).sections().keySet());
    int written = 0;
    for (int i = 0; i < 60; i++) {
      String section = names.get(random.nextInt(names.size()));
      Change change =
          switch (random.nextInt(6)) {
            case 0 -> new Change.DropSection(section);
            case 1 -> new Change.RenameSection(section, "x" + random.nextInt(3));
            case 2 -> new Change.SetInstance(section, random.nextLong(1L << 33));
            case 3 -> new Change.SetVersion(section, random.nextInt(20));
            case 4 -> new Change.SetMachine("m".repeat(1 + random.nextInt(300)));
            default -> new Change.ResizeBlock("pc.bios", 4096L * random.nextInt(200));
          };
      try {
        changed(file, change);
        written++;
      } catch (ChangeException e) {
        assertFalse(e.getMessage().isEmpty());
      } catch (StateFormatException e) {
        throw new AssertionError(change + " escaped: " + Arrays.toString(e.getStackTrace()), e);
      }
    }
    assertTrue(written > 10, "written " + written);
  }
}
