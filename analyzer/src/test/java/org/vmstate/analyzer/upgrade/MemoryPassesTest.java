package org.vmstate.analyzer.upgrade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.analyzer.change.Change;
import org.vmstate.analyzer.change.ChangeException;
import org.vmstate.analyzer.change.HeadStart;
import org.vmstate.analyzer.change.ImageChanger;
import org.vmstate.analyzer.check.Target;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.ImageSource;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.analyzer.samples.Samples;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.SplicedSource;
import org.vmstate.parser.io.SplicedSource.Segment;

/** The memory of an image is read once to see that it is whole, and once to copy it. */
class MemoryPassesTest {
  private static final int MEMORY = 32 << 20;

  @TempDir Path scratch;

  private Counted image;

  /** An image that counts which of its bytes are read. */
  private static final class Counted implements ImageSource, SourceBytes {
    private final byte[] bytes;
    private long read;

    Counted(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public ByteSource open() {
      return new SplicedSource(List.of(new Segment(this, 0, bytes.length)));
    }

    @Override
    public Optional<Path> file() {
      return Optional.empty();
    }

    @Override
    public synchronized void copy(long offset, ByteBuffer target) {
      read += target.remaining();
      target.put(bytes, (int) offset, target.remaining());
    }
  }

  /** Makes a sample's memory long by sending one of its pages again and again. */
  @BeforeEach
  void unpack() throws IOException {
    Path file = scratch.resolve("sample");
    Samples.unpack("pc", file);
    byte[] sample = Files.readAllBytes(file);
    List<ByteRange> pages = new ArrayList<>();
    try (ByteSource source = ImageReader.open(file)) {
      ImageReader.read(
          source,
          ParseOptions.DEFAULT,
          event -> {
            if (event instanceof Event.RamPages e && e.run().kind() == PageKind.DATA) {
              pages.add(e.range());
            }
          });
    }
    ByteRange page = pages.getFirst();
    ByteArrayOutputStream grown = new ByteArrayOutputStream();
    grown.write(sample, 0, (int) page.start());
    while (grown.size() < MEMORY) {
      grown.write(sample, (int) page.start(), (int) page.length());
    }
    grown.write(Arrays.copyOfRange(sample, (int) page.start(), sample.length));
    image = new Counted(grown.toByteArray());
  }

  private void copy(ImageChanger changer, Optional<ImageChanger.Reading> reading, UpgradePlan plan)
      throws IOException {
    Path out = scratch.resolve("out");
    try (Destination target = Destination.file(out, true, false);
        HeadStart start = HeadStart.of(image, target, Optional.empty())) {
      Outcome outcome =
          changer.copy(
              start,
              Progress.NONE,
              note -> {},
              reading,
              changed -> {
                ChangeCheck.require(image, changed, changer.extent());
                if (plan != null) {
                  plan.require(changed, changer.extent());
                }
              });
      target.commit(outcome, false);
    }
    assertTrue(Files.size(out) > MEMORY);
  }

  private void assertPasses(int passes) {
    long length = image.bytes.length;
    assertEquals(passes, Math.round((double) image.read / length), image.read + " of " + length);
  }

  @Test
  void editReadsTheMemoryOnceAndCopiesItOnce() throws IOException {
    List<Change> changes =
        List.of(
            new Change.SetField("timer.cpu_ticks_offset", Change.Operator.SET, "7"),
            new Change.SetMachine("pc-i440fx-9.2"),
            new Change.DropCommand("switchover-start"));
    copy(new ImageChanger(image, ParseOptions.DEFAULT, changes), Optional.empty(), null);
    assertPasses(2);
  }

  @Test
  void blocksThatChangeAreReadOnceMoreAsTheyWillBe() throws IOException {
    List<Change> changes = List.of(new Change.RenameBlock("pc.ram", "ram"));
    copy(new ImageChanger(image, ParseOptions.DEFAULT, changes), Optional.empty(), null);
    assertPasses(3);
  }

  private UpgradePlan plan() throws IOException {
    String facts =
        """
        {"format": "vmstate-img target", "version": 1, "qemu": "7.2.0", "arch": "x86_64",
         "machine": "pc-i440fx-7.2", "machines": ["pc-i440fx-7.2"], "ram_blocks": {},
         "ram_block_limits": {}, "capabilities": [], "known_capabilities": [],
         "cpu": {"type": "", "offered": [], "missing": []}, "devices": [], "virtio": [],
         "sections": [], "pci": {}, "description": "", "types": {}}
        """;
    Path file = Files.writeString(scratch.resolve("target.json"), facts);
    return new UpgradePlan(Target.read(file, null), false, note -> {});
  }

  @Test
  void upgradeReadsTheMemoryOnceAndCopiesItOnce() throws IOException {
    UpgradePlan plan = plan();
    List<Change> changes = plan.likely(image, ParseOptions.DEFAULT).changes();
    assertEquals(2, changes.size(), changes.toString());
    copy(
        new ImageChanger(image, ParseOptions.DEFAULT, changes),
        Optional.of(plan.confirming(changes, ParseOptions.DEFAULT)),
        plan);
    assertPasses(2);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void damagedMemoryIsFoundByThePassThatIsCopied(boolean upgraded) throws IOException {
    UpgradePlan plan = plan();
    List<Change> changes = plan.likely(image, ParseOptions.DEFAULT).changes();
    Arrays.fill(image.bytes, MEMORY / 2, MEMORY / 2 + 10_000, (byte) 0x55);
    assertEquals(changes, plan.likely(image, ParseOptions.DEFAULT).changes());
    Optional<ImageChanger.Reading> reading =
        upgraded ? Optional.of(plan.confirming(changes, ParseOptions.DEFAULT)) : Optional.empty();
    ImageChanger changer = new ImageChanger(image, ParseOptions.DEFAULT, changes);
    IOException e = assertThrows(IOException.class, () -> copy(changer, reading, plan));
    assertFalse(e instanceof OtherChangesException || e instanceof ChangeException, e.toString());
    assertFalse(Files.exists(scratch.resolve("out")));
  }
}
