package org.vmstate.analyzer.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.rule.QemuRelease;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.ImageBytes;
import org.vmstate.testkit.Parts;

/** What QEMU 5.2, 7.2, 10.0 and 11.1 printed when they were given such images. */
class ReleaseWordsTest {
  private static final List<String> RELEASES = List.of("5.2", "7.2", "10.0", "11.1");
  private static final String MIGRATION = "load of migration failed: Input/output error";

  private static List<Finding> found(byte[] image, String release) throws IOException {
    QemuRelease loader = QemuRelease.of(release).orElseThrow();
    return new Checker(ParseOptions.DEFAULT, CheckOptions.DEFAULT.with(loader))
        .check(new HeapSource(image, 0, new StructurePath()))
        .findings()
        .list();
  }

  /** Words of all releases before 11.1, and of that. */
  private static void says(byte[] image, Severity severity, String before, String now)
      throws IOException {
    for (String release : RELEASES) {
      QemuRelease loader = QemuRelease.of(release).orElseThrow();
      List<String> words =
          found(image, release).stream()
              .filter(f -> f.severity() == severity)
              .map(f -> f.loader(loader))
              .toList();
      String expected = release.equals("11.1") ? now : before;
      assertTrue(words.contains(expected), release + ": " + words);
    }
  }

  private static byte[] command(String after, int code, int... payload) {
    ImageBytes image = new ImageBytes().u8(8).be16(code).be16(payload.length);
    for (int b : payload) {
      image.u8(b);
    }
    return Parts.sequential().after(after, image.toBytes()).toBytes();
  }

  @Test
  void packageThatPassesTheEndIsCut() throws IOException {
    byte[] image = command("device", 7, 0x10, 0, 0, 0);
    int rest = image.length - Parts.sequential().toBytes().length;
    int after =
        Parts.sequential().part("eof").length + Parts.sequential().part("description").length;
    assertEquals(9, rest);
    String words = "CMD_PACKAGED: Buffer receive fail ret=" + after + " length=268435456";
    says(image, Severity.ERROR, words, words);
  }

  private static byte[] afterDevice(byte[] more) throws IOException {
    return Parts.sequential().after("device", more).toBytes();
  }

  private static void loads(byte[] image, String... releases) throws IOException {
    for (String release : releases.length == 0 ? RELEASES.toArray(String[]::new) : releases) {
      List<Finding> errors =
          found(image, release).stream().filter(f -> f.severity() == Severity.ERROR).toList();
      assertEquals(List.of(), errors, release);
    }
  }

  /** The id is the section's, the payload all of a FULL's. */
  @Test
  void partOfADeviceIsLoadedAsAFullIs() throws IOException {
    Parts good = Parts.sequential();
    byte[] full = good.part("device");
    int id = ByteBuffer.wrap(full).getInt(1);
    int head = StreamFormat.NAME_AT + 1 + full[StreamFormat.NAME_AT] + StreamFormat.AFTER_NAME;
    byte[] state = Arrays.copyOfRange(full, head, full.length);
    for (int type : new int[] {2, 3}) {
      loads(afterDevice(new ImageBytes().again(type, id).raw(state).toBytes()));
      byte[] empty = afterDevice(new ImageBytes().again(type, id).footer(id).toBytes());
      says(empty, Severity.ERROR, "Missing section footer", "Missing section footer");
    }
  }

  /** A device is known by the last id that it was announced with. */
  @Test
  void secondStartOfMemoryChangesItsId() throws IOException {
    Parts good = Parts.sequential();
    byte[] start = good.part("start");
    byte[] again = start.clone();
    int id = ByteBuffer.wrap(start).getInt(1);
    ByteBuffer.wrap(again).putInt(1, 77).putInt(again.length - 4, 77);
    says(
        good.after("start", again).toBytes(),
        Severity.ERROR,
        "Unknown savevm section " + id,
        "Unknown section " + id);
    loads(Parts.sequential().after("end", again).toBytes());
    loads(Parts.sequential().after("end", start).toBytes());
    loads(Parts.sequential().after("start", start).toBytes());
    byte[] bare = new ImageBytes().section(1, id, "ram", 0, 4).eos().footer(id).toBytes();
    loads(Parts.sequential().after("start", bare).toBytes());
    loads(Parts.sequential().after("end", bare).toBytes());
  }

  /** A package is a stream of its own, of which no more than its end mark is read. */
  @Test
  void packageHasAnEnd() throws IOException {
    ImageBytes zeros = new ImageBytes().u8(8).be16(7).be16(4).be32(64).zeros(64);
    for (String place : List.of("start", "part", "end", "device")) {
      loads(Parts.sequential().after(place, zeros.toBytes()).toBytes());
      byte[] none = command(place, 7, 0, 0, 0, 0);
      says(none, Severity.ERROR, MIGRATION, "Failed to load section ID: stream error: -5");
    }
    byte[] twice = new ImageBytes().u8(8).be16(7).be16(4).be32(9).raw(zeros.toBytes()).toBytes();
    String words = "CMD_PACKAGED: Buffer receive fail ret=";
    says(afterDevice(twice), Severity.ERROR, words, words);
  }

  /** QEMU 8.2 and later pass over it where there is no RDMA. */
  @Test
  void hookIsRefusedByOldReleases() throws IOException {
    ImageBytes part = new ImageBytes().again(2, 1).be64(0x80).eos().footer(1);
    byte[] image = Parts.sequential().after("start", part.toBytes()).toBytes();
    loads(image, "10.0", "11.1");
    for (String release : List.of("5.2", "7.2")) {
      QemuRelease loader = QemuRelease.of(release).orElseThrow();
      assertTrue(
          found(image, release).stream()
              .filter(f -> f.severity() == Severity.ERROR)
              .anyMatch(
                  f -> f.loader(loader).equals("error while loading state section id 1(ram)")));
    }
  }

  /** A loader looks at code and length before it reads on. */
  @Test
  void cutCommandIsRefusedByItsHead() throws IOException {
    byte[] good = Parts.sequential().toBytes();
    byte[] head = Arrays.copyOf(good, good.length - endLength());
    byte[] ping = new ImageBytes().raw(head).u8(8).be16(2).be16(0xfff0).u8(1).toBytes();
    String words = "PING received with bad length - expecting 4, got 65520";
    says(ping, Severity.ERROR, words, words);
    byte[] odd = new ImageBytes().raw(head).u8(8).be16(99).be16(0xfff0).u8(1).toBytes();
    words = "MIG_CMD 0x63 unknown (len 0xfff0)";
    says(odd, Severity.ERROR, words, words);
  }

  /** What is missing of the id counts as zeros. */
  @Test
  void cutFooterIsAnother() throws IOException {
    byte[] good = Parts.sequential().toBytes();
    for (int less = 1; less < 5; less++) {
      byte[] image = Arrays.copyOf(good, good.length - endLength() - less);
      says(
          image,
          Severity.ERROR,
          "Mismatched section id in footer",
          "Mismatched section id in footer");
    }
  }

  /** How much follows the memory. */
  private static int endLength() throws IOException {
    Parts good = Parts.sequential();
    return good.part("device").length + good.part("eof").length + good.part("description").length;
  }

  @Test
  void memoryIsInstance0OfVersion4() throws IOException {
    byte[] start = Parts.sequential().part("start");
    byte[] other = start.clone();
    other[StreamFormat.NAME_AT + 4 + 3] = 1;
    says(
        Parts.sequential().with("start", other).toBytes(),
        Severity.ERROR,
        "Unknown savevm section or instance 'ram' 1",
        "Unknown section or instance 'ram' 1");
    byte[] old = start.clone();
    old[StreamFormat.NAME_AT + 4 + 7] = 0;
    String words = "load of migration failed: Invalid argument";
    says(Parts.sequential().with("start", old).toBytes(), Severity.ERROR, words, words);
    byte[] last = start.clone();
    Arrays.fill(last, StreamFormat.NAME_AT + 4 + 4, StreamFormat.NAME_AT + 4 + 8, (byte) 0xff);
    says(
        Parts.sequential().with("start", last).toBytes(),
        Severity.ERROR,
        "savevm: unsupported version -1 for 'ram' v4",
        "unsupported version -1 for 'ram' v4");
  }

  /** A loader looks for the block of a page before it looks at what else is wanted. */
  @Test
  void blockIsLookedForFirst() throws IOException {
    ImageBytes part = new ImageBytes().again(2, 1).be64(0x12).name("odd").eos().footer(1);
    byte[] image = Parts.sequential().after("start", part.toBytes()).toBytes();
    says(image, Severity.ERROR, "Can't find block", "Can't find block");
    part = new ImageBytes().again(2, 1).be64(1).eos().footer(1);
    image = Parts.sequential().after("start", part.toBytes()).toBytes();
    String words = "Unknown combination of migration flags: 0x1";
    says(image, Severity.ERROR, words, words);
  }

  /** QEMU does not read the description. */
  @Test
  void descriptionWithoutDevicesIsNone() throws IOException {
    Parts good = Parts.sequential();
    loads(good.with("description", new ImageBytes().u8(6).be32(2).text("{}").toBytes()).toBytes());
  }

  @Test
  void commandOfColoIsRefusedByItsNumberToday() throws IOException {
    byte[] image = command("part", 8);
    String now = "MIG_CMD 0x8 deprecated (len 0x0)";
    String before =
        "ENABLE_COLO command come in migration stream, but x-colo capability is not set";
    for (String release : RELEASES) {
      QemuRelease loader = QemuRelease.of(release).orElseThrow();
      Finding finding =
          found(image, release).stream()
              .filter(f -> f.rule() == Rule.COMMAND)
              .findFirst()
              .orElseThrow();
      // before 8.1 it waits for the other side, and prints nothing
      boolean waits = !loader.isFrom(8, 1);
      assertEquals(waits ? "" : release.equals("11.1") ? now : before, finding.loader(loader));
      assertEquals(waits ? Severity.WARNING : Severity.ERROR, finding.severity());
    }
    String words = "(null) received with bad length - expecting 0, got 1";
    says(command("part", 8, 0), Severity.ERROR, words, words);
  }

  @Test
  void askedForBitmapIsNamedByWhatFollows() throws IOException {
    String function = "loadvm_handle_recv_bitmap: ";
    String none = "failed to read block name";
    String odd = "invalid payload length (0)";
    String other = "block 'a' not found";
    says(command("device", 10), Severity.ERROR, function + none, none);
    says(command("part", 10), Severity.ERROR, function + odd, odd);
    says(command("part", 10, 0), Severity.ERROR, function + none, none);
    says(command("part", 10, 1, 'a'), Severity.ERROR, function + other, other);
  }

  @Test
  void cutConfigurationIsToldAsSuch() throws IOException {
    byte[] good = Parts.sequential().toBytes();
    String now = "Failed to load configuration state: stream error: -5";
    for (int length : new int[] {9, 11, 15}) {
      says(Arrays.copyOf(good, length), Severity.ERROR, MIGRATION, now);
    }
    String missing = "Configuration section missing";
    says(Arrays.copyOf(good, 8), Severity.ERROR, missing, missing);
    ImageBytes image = new ImageBytes().header().u8(7).be32(0xfffffff0L).raw(good);
    says(image.toBytes(), Severity.ERROR, MIGRATION, now);
    image = new ImageBytes().header().u8(7).be32(300).fill('x', 300).raw(good);
    says(
        image.toBytes(),
        Severity.ERROR,
        "Machine type received is '",
        "Machine type received is '");
  }

  /** QEMU compares as many characters as it received. */
  @Test
  void machineWithoutANameIsAnyMachine() throws IOException {
    byte[] image =
        Parts.sequential()
            .with("configuration", new ImageBytes().u8(7).be32(0).toBytes())
            .toBytes();
    assertEquals(
        List.of("V004 " + Severity.WARNING),
        found(image, "11.1").stream()
            .filter(f -> f.rule() == Rule.MACHINE_NAME || f.severity() == Severity.ERROR)
            .map(f -> f.rule().code() + " " + f.severity())
            .toList());
  }

  @Test
  void libvirtReadsTheXmlBeforeTheCookie() throws IOException {
    String cookie = "failed to read cookie";
    byte[] tail = new byte[100];
    ImageBytes image = ImageBytes.libvirt(false, 2, 0x7fffffff, 1, 0, 16).raw(tail);
    says(image.toBytes(), Severity.ERROR, cookie, cookie);
    String xml = "failed to read domain XML";
    image = ImageBytes.libvirt(false, 2, 0x7fffffff, 1, 0, 200).raw(tail);
    says(image.toBytes(), Severity.ERROR, xml, xml);
    image = ImageBytes.libvirt(false, 2, 0x7fffffff, 1, 0, 0).raw(tail);
    says(image.toBytes(), Severity.ERROR, xml, xml);
  }

  @Test
  void endWhereAFooterIsDueIsTold() throws IOException {
    Parts parts = Parts.sequential();
    int end = 0;
    for (String part : List.of("header", "configuration", "start", "part")) {
      end += parts.part(part).length;
    }
    String words = "Read section footer failed: -5";
    says(Arrays.copyOf(parts.toBytes(), end - 5), Severity.ERROR, words, words);
  }

  @Test
  void flushIsUnknownBefore81() throws IOException {
    byte[] image =
        Parts.sequential().with("part", Parts.part(new ImageBytes().be64(0x200))).toBytes();
    for (String release : RELEASES) {
      QemuRelease loader = QemuRelease.of(release).orElseThrow();
      List<String> words =
          found(image, release).stream()
              .filter(f -> f.severity() == Severity.ERROR)
              .map(f -> f.loader(loader))
              .toList();
      boolean old = release.equals("5.2") || release.equals("7.2");
      assertEquals(
          old ? List.of("Unknown combination of migration flags: 0x200") : List.of(), words);
    }
  }
}
