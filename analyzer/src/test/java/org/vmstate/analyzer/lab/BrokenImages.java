package org.vmstate.analyzer.lab;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.ImageBytes;

/** Breaks a real image of a q35 machine with a virtio-rng in one way each. */
final class BrokenImages {
  private static final int FOOTER = 5;

  private final byte[] good;
  private final List<Event> elements = new ArrayList<>();
  private final Map<String, byte[]> all = new LinkedHashMap<>();

  private BrokenImages(byte[] good) throws IOException {
    this.good = good;
    ImageReader.read(
        new HeapSource(good, 0, new StructurePath()),
        ParseOptions.DEFAULT,
        event -> {
          if (event.covers()) {
            elements.add(event);
          }
        });
  }

  /** Returns broken images by what was done. */
  static Map<String, byte[]> of(byte[] sequential) throws IOException {
    BrokenImages images = new BrokenImages(sequential);
    images.container();
    images.sections();
    images.memory();
    images.devices();
    images.again();
    return images.all;
  }

  /** Returns broken images of a mapped-ram one. */
  static Map<String, byte[]> ofMapped(byte[] mapped) throws IOException {
    BrokenImages images = new BrokenImages(mapped);
    int header = BrokenImages.at(images.first(Event.MappedHeader.class));
    images.set("mapped header of version 2", header + 3, 2);
    int marker = BrokenImages.at(images.first(Event.RamMarker.class));
    images.set("page record in mapped-ram", marker + 7, 0x08);
    images.set("pages at an odd place", header + 27, 1);
    return images.all;
  }

  private <T extends Event> T first(Class<T> type) {
    return elements.stream().filter(type::isInstance).map(type::cast).findFirst().orElseThrow();
  }

  private static int at(Event element) {
    return (int) element.range().start();
  }

  private static int end(Event element) {
    return (int) (element.range().start() + element.range().length());
  }

  private Event.SectionHeader section(String name) {
    return elements.stream()
        .filter(Event.SectionHeader.class::isInstance)
        .map(Event.SectionHeader.class::cast)
        .filter(s -> s.section().name().endsWith(name))
        .findFirst()
        .orElseThrow();
  }

  private Event.Device payload(String name) {
    return elements.stream()
        .filter(Event.Device.class::isInstance)
        .map(Event.Device.class::cast)
        .filter(s -> s.section().name().endsWith(name))
        .findFirst()
        .orElseThrow();
  }

  private void set(String what, int at, int... values) {
    byte[] image = good.clone();
    for (int i = 0; i < values.length; i++) {
      image[at + i] = (byte) values[i];
    }
    all.put(what, image);
  }

  private void splice(String what, int from, int to, byte... replacement) {
    all.put(
        what,
        new ImageBytes()
            .raw(Arrays.copyOf(good, from))
            .raw(replacement)
            .raw(Arrays.copyOfRange(good, to, good.length))
            .toBytes());
  }

  private void cut(String what, int at) {
    all.put(what, Arrays.copyOf(good, at));
  }

  private void container() {
    Event.Configuration configuration = first(Event.Configuration.class);
    set("magic", 3, 'N');
    set("version 2", 7, 2);
    set("version 4", 7, 4);
    set("version 0x1000003", 4, 1);
    splice("no configuration", at(configuration), end(configuration));
    set("machine", at(configuration) + 5, 'x');
    splice(
        "page bits",
        end(configuration),
        end(configuration),
        new ImageBytes().u8(5).name("configuration/target-page-bits").be32(1).be32(14).toBytes());
    for (String capability : List.of("x-ignore-shared", "mapped-ram", "fixed-ram")) {
      byte[] list = new ImageBytes().configuration("", capability).toBytes();
      splice(
          "capability " + capability,
          end(configuration),
          end(configuration),
          Arrays.copyOfRange(list, FOOTER, list.length));
    }
    splice(
        "unknown subsection of the configuration",
        end(configuration),
        end(configuration),
        new ImageBytes().u8(5).name("configuration/odd").be32(1).toBytes());
    int eof = at(first(Event.EndOfStream.class));
    Event.Description description = first(Event.Description.class);
    cut("no description", at(description));
    cut("cut in the description", at(description) + 100);
    cut("no end mark", eof);
    splice("second configuration", eof, eof, new ImageBytes().configuration("x").toBytes());
    splice("command 99", eof, eof, new ImageBytes().u8(8).be16(99).be16(0).toBytes());
    splice("command 0", eof, eof, new ImageBytes().u8(8).be16(0).be16(0).toBytes());
    splice("ping", eof, eof, new ImageBytes().u8(8).be16(2).be16(4).be32(7).toBytes());
    splice("short ping", eof, eof, new ImageBytes().u8(8).be16(2).be16(3).zeros(3).toBytes());
  }

  private void sections() {
    Event.SectionHeader timer = section("timer");
    int footer = end(payload("timer"));
    set("record type 12", at(timer), 12);
    set("section", at(timer) + 6, 'T');
    set("instance", at(timer) + 6 + 5 + 3, 9);
    set("new version", end(timer) - 1, 99);
    set("old version", end(section("mc146818rtc")) - 1, 0);
    splice("section without a name", at(timer) + 5, at(timer) + 11, new byte[1]);
    splice("part of no section", at(timer), at(timer), new ImageBytes().again(2, 21845).toBytes());
    set("footer id", footer + 3, 1);
    set("no footer", footer, 0x7f);
    int next = footer + FOOTER;
    splice("section dropped", at(timer), next);
    splice("section twice", next, next, Arrays.copyOfRange(good, at(timer), next));
    cut("cut in a device", at(payload("cpu")) + 200);
    cut("cut in a header", at(timer) + 8);
    splice(
        "unknown subsection",
        footer,
        footer,
        new ImageBytes().u8(5).name("timer/xyz").be32(1).toBytes());
  }

  /** Devices that are loaded again, and what is read as a stream of its own. */
  private void again() {
    Event.SectionHeader timer = section("timer");
    int id = (int) timer.section().id();
    int next = end(payload("timer")) + FOOTER;
    byte[] state = Arrays.copyOfRange(good, end(timer), next);
    for (int type : new int[] {2, 3}) {
      splice("device again by " + type, next, next, again(type, id).raw(state).toBytes());
      splice("no device by " + type, next, next, again(type, id).footer(id).toBytes());
    }
    Event.SectionHeader ram = section("ram");
    int ramId = (int) ram.section().id();
    int started = end(first(Event.SectionFooter.class));
    byte[] start = Arrays.copyOfRange(good, at(ram), started);
    byte[] other = start.clone();
    ByteBuffer.wrap(other).putInt(1, 21845).putInt(start.length - Integer.BYTES, 21845);
    byte[] bare = new ImageBytes().section(1, ramId, "ram", 0, 4).eos().footer(ramId).toBytes();
    splice("ram started again", started, started, start);
    splice("ram started again without a list", started, started, bare);
    splice("ram started with another id", started, started, other);
    splice("ram started with another id at last", next, next, other);
    ImageBytes hook = again(2, ramId).be64(0x80).eos().footer(ramId);
    splice("hook", started, started, hook.toBytes());
    for (int at : new int[] {started, next}) {
      splice("empty package at " + at, at, at, packaged(0));
      splice("package of zeros at " + at, at, at, packaged(64));
    }
    byte[] twice = new ImageBytes().u8(8).be16(7).be16(4).be32(9).raw(packaged(0)).toBytes();
    splice("package in a package", next, next, twice);
  }

  private static ImageBytes again(int type, int id) {
    return new ImageBytes().again(type, id);
  }

  private static byte[] packaged(int zeros) {
    return new ImageBytes().u8(8).be16(7).be16(4).be32(zeros).zeros(zeros).toBytes();
  }

  private void memory() {
    Event.RamTotal total = first(Event.RamTotal.class);
    Event.RamBlockEntry entry = first(Event.RamBlockEntry.class);
    String name = entry.block().name();
    long length = entry.block().usedLength();
    ByteBuffer half = ByteBuffer.wrap(good.clone());
    half.putLong(at(total), total.word() - length / 2);
    half.putLong(at(entry) + 1 + name.length(), length / 2);
    all.put("block of half the length", half.array());
    set("ram of version 5", end(section("ram")) - 1, 5);
    ByteBuffer less = ByteBuffer.wrap(good.clone());
    less.putLong(at(total), total.word() - 4096);
    all.put("total too small", less.array());
    set("block of another name", at(entry) + 2, 'X');
    ByteRange pages = first(Event.RamPages.class).range();
    Event.RamPages fill =
        elements.stream()
            .filter(Event.RamPages.class::isInstance)
            .map(Event.RamPages.class::cast)
            .filter(p -> p.run().kind() == PageKind.ZERO)
            .findFirst()
            .orElseThrow();
    int word = (int) pages.start();
    set("page of another block", word + 10, 'X');
    set("page outside", word + 1, 1);
    set("flags 0x100", word + 6, 1, 0);
    set("flags 0x400", word + 6, 4, 0);
    set("no flags", word + 7, 0);
    set("continue before a name", word + 7, good[word + 7] | 0x20);
    cut("cut in pages", word + 3);
    int value = at(fill) + Long.BYTES;
    if ((good[value - 1] & 0x20) == 0) {
      value += 1 + good[value];
    }
    set("fill byte 1", value, 1);
  }

  private void devices() {
    int virtio = at(payload("virtio-rng"));
    set("pci id", virtio + 4, 0x86);
    set("pci class", virtio + 4 + 0xb, good[virtio + 4 + 0xb] + 1);
    int capability = good[virtio + 4 + 0x34] & 0xff;
    set("pci capability", virtio + 4 + capability, 0x12);
    set("pci command", virtio + 4 + 4, good[virtio + 4 + 4] ^ 4);
    set("pci function", bus(), 0x55);
    set("interrupt level", virtio + 4 + 256 + 3, 2);
    int common = virtio + 4 + 256 + 16;
    set("selected queue", common + 2, 4, 0);
    set("queues", common + 12, 0, 0, 7, 0xd0);
    set("feature", common + 7, good[common + 7] | 0x40);
    // be32 count, then be32 size, be64 address, be16 index
    set("queue larger than the device's", common + 16 + 3, 16);
    set("index without an address", common + 16 + 12, 0, 5);
    int features = find("virtio/64bit_features", virtio) + "virtio/64bit_features".length();
    set("feature of the upper word", features + 4 + 2, 1);
    set("feature that none offers", features + 4 + 2, good[features + 4 + 2] | 2);
    set("feature in both words", features + 4 + 4, 0x40);
    splice("virtio subsection dropped", features - 23, features + 12);
    set("virtio subsection unknown", features - 1, 'z');
    set("virtio subsection of version 9", features + 3, 9);
  }

  /** Returns where the vendor of the host bridge stands. */
  private int bus() {
    return at(payload("mch")) + 4;
  }

  private int find(String text, int from) {
    byte[] wanted = text.getBytes(StandardCharsets.ISO_8859_1);
    for (int at = from; at + wanted.length <= good.length; at++) {
      if (Arrays.equals(good, at, at + wanted.length, wanted, 0, wanted.length)) {
        return at;
      }
    }
    throw new AssertionError(text);
  }
}
