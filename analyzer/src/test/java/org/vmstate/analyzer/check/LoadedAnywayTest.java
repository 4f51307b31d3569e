package org.vmstate.analyzer.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.rule.QemuRelease;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Severity;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.ImageBytes;
import org.vmstate.testkit.Parts;

/** Odd streams that real QEMUs were given: which of them they load, and which not. */
class LoadedAnywayTest {
  private static List<Finding> found(byte[] image, QemuRelease release) throws IOException {
    return new Checker(ParseOptions.DEFAULT, CheckOptions.DEFAULT.with(release))
        .check(new HeapSource(image, 0, new StructurePath()))
        .findings()
        .list();
  }

  /** All releases load it, and it is told that it is odd. */
  private static void loads(byte[] image) throws IOException {
    for (QemuRelease release : QemuRelease.KNOWN) {
      List<Finding> findings = found(image, release);
      assertEquals(
          List.of(), findings.stream().filter(f -> f.severity() == Severity.ERROR).toList());
      assertFalse(findings.isEmpty(), release.toString());
    }
  }

  private static void refused(byte[] image, String before, String now) throws IOException {
    for (QemuRelease release : QemuRelease.KNOWN) {
      List<String> words =
          found(image, release).stream()
              .filter(f -> f.severity() == Severity.ERROR)
              .map(f -> f.loader(release))
              .toList();
      assertTrue(words.contains(release.isFrom(11, 1) ? now : before), release + ": " + words);
    }
  }

  private static byte[] part(ImageBytes payload) {
    return new ImageBytes().again(2, 1).raw(payload.toBytes()).eos().footer(1).toBytes();
  }

  private static byte[] afterEnd(ImageBytes payload) throws IOException {
    return Parts.sequential().after("end", part(payload)).toBytes();
  }

  private static ImageBytes list(long total, String... blocks) {
    ImageBytes image = new ImageBytes().be64(total | 4);
    for (String block : blocks) {
      image.name(block).be64(0x4000);
    }
    return image;
  }

  @Test
  void listOfBlocksMayComeAgain() throws IOException {
    loads(afterEnd(list(0x4000, "pc.ram")));
    byte[] image = Parts.sequential().after("start", part(list(0x4000, "pc.ram"))).toBytes();
    loads(image);
  }

  @Test
  void blockMayStandInTheListTwice() throws IOException {
    ImageBytes start = new ImageBytes().section(1, 1, "ram", 0, 4);
    start.raw(list(0x8000, "pc.ram", "pc.ram").toBytes()).eos().footer(1);
    loads(Parts.sequential().with("start", start.toBytes()).toBytes());
  }

  @Test
  void memoryMayStartAsADevice() throws IOException {
    byte[] start = Parts.sequential().part("start");
    start[0] = StreamFormat.SECTION_FULL;
    loads(Parts.sequential().with("start", start).toBytes());
  }

  /** The number that says that a device has none of old. */
  @Test
  void deviceIsFoundByNoNumber() throws IOException {
    byte[] device = Parts.sequential().part("device");
    byte[] other = device.clone();
    int at = StreamFormat.NAME_AT + 1 + device[StreamFormat.NAME_AT];
    Arrays.fill(other, at, at + Integer.BYTES, (byte) 0xff);
    loads(Parts.sequential().with("device", other).toBytes());
  }

  /** QEMU reads one after the other, and keeps the last. */
  @Test
  void subsectionOfTheConfigurationMayComeAgain() throws IOException {
    byte[] good = Parts.sequential().part("configuration");
    ImageBytes twice = new ImageBytes().raw(good);
    for (int i = 0; i < 2; i++) {
      twice.u8(5).name("configuration/capabilities").be32(1).be32(1).name("xbzrle");
    }
    loads(Parts.sequential().with("configuration", twice.toBytes()).toBytes());
  }

  @Test
  void flushMayHaveAnAddress() throws IOException {
    byte[] image = afterEnd(new ImageBytes().be64(0x3200));
    for (QemuRelease release : QemuRelease.KNOWN) {
      List<Finding> findings = found(image, release);
      assertEquals(
          release.isFrom(8, 1) ? Severity.WARNING : Severity.ERROR,
          findings.stream().map(Finding::severity).max(Severity::compareTo).orElseThrow());
    }
  }

  @Test
  void deltaMayHaveNoPage() throws IOException {
    ImageBytes delta = new ImageBytes().be64(0x40).name("pc.ram").u8(1).be16(3);
    delta.u8(5).u8(1).u8('A');
    byte[] image = Parts.sequential().after("start", part(delta)).toBytes();
    loads(image);
  }

  private static byte[] described(String from, String to) throws IOException {
    byte[] text = Parts.sequential().part("description");
    String json = new String(text, 5, text.length - 5, StandardCharsets.ISO_8859_1);
    String other = json.replace(from, to);
    ImageBytes image = new ImageBytes().u8(6).be32(other.length()).text(other);
    return image.toBytes();
  }

  /** No loader reads the description. */
  @Test
  void pageSizeOfTheDescriptionDoesNotCount() throws IOException {
    Parts image = Parts.sequential();
    image.with("description", described("4096", "8192"));
    image.with("configuration", new ImageBytes().configuration("pc-q35-5.2").toBytes());
    loads(image.toBytes());
    ImageBytes bits = new ImageBytes().raw(Parts.sequential().part("configuration"));
    bits.u8(5).name("configuration/target-page-bits").be32(1).be32(12);
    image.with("configuration", bits.toBytes());
    loads(image.toBytes());
  }

  /** All of the text is there; where it is cut, the file is damaged, although QEMU loads it. */
  @Test
  void lengthOfTheDescriptionDoesNotCount() throws IOException {
    byte[] good = Parts.sequential().toBytes();
    int at = good.length - Parts.sequential().part("description").length + 1;
    ByteBuffer.wrap(good).putInt(at, ByteBuffer.wrap(good).getInt(at) + 9);
    loads(good);
    byte[] cut = Arrays.copyOf(good, good.length - 1);
    assertTrue(
        found(cut, QemuRelease.DEFAULT).stream().anyMatch(f -> f.severity() == Severity.ERROR));
  }

  private static byte[] device(String name, long version, String described) throws IOException {
    ImageBytes section = new ImageBytes().section(4, 2, name, 0, version).be32(0).footer(2);
    Parts image = Parts.sequential().with("device", section.toBytes());
    return image
        .with("description", described("\"timer\"", '"' + name + '"'))
        .with(
            "description",
            new ImageBytes()
                .raw(replaced(image.part("description"), "\"version\": 1", described))
                .toBytes())
        .toBytes();
  }

  private static byte[] replaced(byte[] description, String from, String to) {
    String json = new String(description, 5, description.length - 5, StandardCharsets.ISO_8859_1);
    String other = json.replace(from, to);
    return new ImageBytes().u8(6).be32(other.length()).text(other).toBytes();
  }

  /** The description says what was written; what a loader takes, a table of the releases. */
  @Test
  void versionThatIsTooOldIsRefused() throws IOException {
    refused(
        device("pckbd", 2, "\"version\": 3"),
        "pckbd: incoming version_id 2 is too old for local minimum version_id  3",
        "pckbd: incoming version_id 2 is too old for local minimum version_id 3");
    String footer = "Missing section footer";
    refused(device("timer", 1, "\"version\": 2"), footer, footer);
    loads(device("ioapic", 2, "\"version\": 3"));
  }

  /** Machine types without a configuration have no footers either. */
  @Test
  void streamWithFootersNeedsAConfiguration() throws IOException {
    Parts image = Parts.sequential().with("configuration", new byte[0]);
    image.with("description", described("\"configuration\": {}, ", ""));
    String words = "Configuration section missing";
    refused(image.toBytes(), words, words);
  }

  /** A loader knows more subsections than the description of a stream names. */
  @Test
  void subsectionThatIsNotDescribedMayBeKnown() throws IOException {
    loads(subsection("pckbd_outport", 1));
    String words = "error while loading state for instance 0x0 of device 'pckbd'";
    refused(subsection("pckbd_outport", 9), words, words);
    refused(
        subsection("pckbd_odd", 1),
        "load of migration failed: No such file or directory",
        "VM subsection 'pckbd_odd' in 'pckbd' does not exist");
  }

  private static byte[] subsection(String name, long version) throws IOException {
    ImageBytes section = new ImageBytes().section(4, 2, "pckbd", 0, 3).be32(0);
    section.u8(5).name(name).be32(version).u8(1).footer(2);
    Parts image = Parts.sequential().with("device", section.toBytes());
    byte[] text = replaced(image.part("description"), "\"timer\"", "\"pckbd\"");
    return image.with("description", replaced(text, "\"version\": 1", "\"version\": 3")).toBytes();
  }

  @Test
  void versionOfAPciFunctionHasALimit() throws IOException {
    for (int version : new int[] {2, 0x7e000000}) {
      ImageBytes section = new ImageBytes().section(4, 2, "timer", 0, 1).be32(version).footer(2);
      Parts image = Parts.sequential().with("device", section.toBytes());
      byte[] text =
          replaced(
              image.part("description"),
              "{\"name\": \"b\", \"type\": \"buffer\", \"size\": 4}",
              "{\"name\": \"parent_obj\", \"type\": \"struct\", \"size\": 4, \"struct\":"
                  + " {\"vmsd_name\": \"PCIDevice\", \"version\": 2, \"fields\": [{\"name\":"
                  + " \"version_id\", \"type\": \"int32 le\", \"size\": 4}]}}");
      byte[] bytes = image.with("description", text).toBytes();
      String words = "Invalid value 2113929216 expecting positive value <= 2";
      if (version > 2) {
        refused(bytes, words, words);
      } else {
        assertFalse(
            found(bytes, QemuRelease.DEFAULT).stream()
                .anyMatch(f -> f.severity() == Severity.ERROR));
      }
    }
  }

  @Test
  void numberOfCapabilitiesIsCountedWithASign() throws IOException {
    byte[] good = Parts.sequential().part("configuration");
    String unknown = "Received unknown capability";
    for (long count : new long[] {2000, 0xffffffffL}) {
      ImageBytes list = new ImageBytes().raw(good).u8(5).name("configuration/capabilities");
      byte[] image =
          Parts.sequential().with("configuration", list.be32(1).be32(count).toBytes()).toBytes();
      refused(image, count > Integer.MAX_VALUE ? "failed to allocate" : unknown, unknown);
    }
  }

  @Test
  void reasonOfTheListIsTold() throws IOException {
    List<Reason> reasons =
        found(afterEnd(list(0x4000, "pc.ram")), QemuRelease.DEFAULT).stream()
            .flatMap(f -> f.cause().stream())
            .map(Finding.Cause::reason)
            .toList();
    assertTrue(reasons.contains(Reason.RAM_TOTAL_AGAIN), reasons.toString());
  }
}
