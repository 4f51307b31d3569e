package org.vmstate.analyzer.samples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kaitai.struct.ByteBufferKaitaiStream;
import io.kaitai.struct.KaitaiStruct;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.spec.Block;
import org.vmstate.formats.spec.MultifdDeviceStatePacket;
import org.vmstate.formats.spec.QemuCommandPayload;
import org.vmstate.formats.spec.QemuRamV3Record;
import org.vmstate.formats.spec.QemuStreamV2;
import org.vmstate.formats.spec.Vfio;
import org.vmstate.formats.spec.Xbzrle2011Delta;
import org.vmstate.formats.spec.XbzrleDelta;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.parser.section.SelfDelimited;
import org.vmstate.parser.xbzrle.Xbzrle2011Decoder;
import org.vmstate.parser.xbzrle.XbzrleDecoder;
import org.vmstate.testkit.ImageBytes;
import org.vmstate.writer.xbzrle.Xbzrle2011Encoder;

/**
 * Grammars that our readers walk by hand, for speed or because they have no end of their own, are
 * held to their specification: the same bytes, read by both and written by it again.
 */
class GrammarsTest {
  private static final int PAGE = 4096;

  @TempDir Path folder;

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  private static ByteBufferKaitaiStream stream(byte[] bytes) {
    return new ByteBufferKaitaiStream(bytes);
  }

  private static void writesTheSame(KaitaiStruct.ReadWrite spec, byte[] expected) {
    byte[] out = new byte[expected.length];
    spec._check();
    spec._write(stream(out));
    assertArrayEquals(expected, out);
  }

  /** The deltas of a live save by QEMU. */
  private List<byte[]> deltas() throws IOException {
    Path image = folder.resolve("image");
    Samples.unpack("pc-xbzrle", image);
    List<byte[]> result = new ArrayList<>();
    EventSink sink =
        new EventSink() {
          @Override
          public boolean wants(Want want) {
            return true;
          }

          @Override
          public void accept(Event event) throws IOException {
            if (event instanceof Event.RamPages e && e.run().kind() == PageKind.XBZRLE) {
              ByteBuffer delta = ByteBuffer.allocate(e.run().value());
              e.content().copy(e.run().offset(), delta);
              result.add(delta.array());
            }
          }
        };
    try (ByteSource source = ImageReader.open(image)) {
      ImageReader.read(source, ParseOptions.DEFAULT, sink);
    }
    return result;
  }

  @Test
  void deltasOfALiveSaveAreStepsOfUnchangedAndNewBytes() throws IOException {
    List<byte[]> deltas = deltas();
    assertTrue(deltas.size() > 100, "deltas " + deltas.size());
    Random random = new Random(1);
    for (byte[] delta : deltas) {
      XbzrleDelta spec = new XbzrleDelta(stream(delta));
      spec._read();
      byte[] page = new byte[PAGE];
      random.nextBytes(page);
      byte[] ours = page.clone();
      assertEquals(Optional.empty(), XbzrleDecoder.apply(delta, ours));
      int at = 0;
      for (XbzrleDelta.Step step : spec.steps()) {
        at += step.unchanged().value();
        System.arraycopy(step.bytes(), 0, page, at, step.bytes().length);
        at += step.bytes().length;
      }
      assertArrayEquals(page, ours);
      writesTheSame(spec, delta);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void deltasOf2011AreWordsOfTheDifference(boolean big) {
    ByteOrder order = big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    Random random = new Random(2);
    for (int i = 0; i < 200; i++) {
      byte[] before = new byte[PAGE];
      random.nextBytes(before);
      byte[] after = before.clone();
      for (int k = random.nextInt(20); k > 0; k--) {
        after[random.nextInt(PAGE)] ^= (byte) 1;
      }
      byte[] buffer = new byte[PAGE];
      int length = Xbzrle2011Encoder.encode(before, after, order, buffer);
      byte[] delta = Arrays.copyOf(buffer, length);
      Xbzrle2011Delta spec = new Xbzrle2011Delta(stream(delta), big);
      spec._read();
      ByteBuffer page = ByteBuffer.wrap(before.clone()).order(order);
      int at = 0;
      for (Xbzrle2011Delta.Run run : spec.runs()) {
        if (run.word() == 0) {
          at += Math.toIntExact(run.zeros());
        } else {
          page.putLong(at * 8, page.getLong(at * 8) ^ run.word());
          at++;
        }
      }
      assertEquals(PAGE / 8, at);
      assertArrayEquals(after, page.array());
      assertEquals(Optional.empty(), Xbzrle2011Decoder.apply(delta, order, before));
      assertArrayEquals(after, before);
      writesTheSame(spec, delta);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2, 00000001",
    "3, ''",
    "3, 0000000000001000 0000000000001000",
    "6, 00 0670632e72616d 00 0000000000001000 0000000000002000",
    "7, 00000123",
    "10, 0670632e72616d"
  })
  void commandsCarryWhatTheirNumberSays(int command, String hex) {
    QemuCommandPayload spec = new QemuCommandPayload(stream(bytes(hex)), command);
    spec._read();
    assertTrue(spec._io().isEof());
    writesTheSame(spec, bytes(hex));
  }

  @Test
  void streamOfVersionTwoHasLengths() throws IOException {
    ImageBytes records = new ImageBytes().name("cpu").be32(0).be32(4).be32(3).text("abc");
    records.name("ram").be32(1).be32(2).be32(0);
    byte[] image =
        new ImageBytes().text("QEVM").be32(2).be64(records.size()).raw(records.toBytes()).toBytes();
    List<String> ours = new ArrayList<>();
    try (ByteSource source = ImageReader.open(new ByteArrayInputStream(image))) {
      ImageReader.read(
          source,
          ParseOptions.DEFAULT,
          event -> {
            if (event instanceof Event.Device e) {
              ours.add(e.section().name() + " " + e.section().version() + " " + e.range().length());
            }
          });
    }
    QemuStreamV2 spec = new QemuStreamV2(stream(image));
    spec._read();
    List<String> theirs =
        spec.records().records().stream()
            .map(r -> new String(r.idstr()) + " " + r.versionId() + " " + r.payload().length)
            .toList();
    assertEquals(List.of("cpu 4 3", "ram 2 0"), theirs);
    assertEquals(theirs, ours);
    writesTheSame(spec, image);
  }

  @Test
  void recordsOfRamVersionThreeHaveFlatAddresses() {
    byte[] image =
        new ImageBytes().be64(0x3000 | 2).u8(7).be64(0x4000 | 8).fill(9, PAGE).eos().toBytes();
    ByteBufferKaitaiStream in = stream(image);
    List<String> found = new ArrayList<>();
    while (!in.isEof()) {
      QemuRamV3Record record = new QemuRamV3Record(in, PAGE);
      record._read();
      found.add(Long.toHexString(record.address()) + " " + record.flags());
    }
    assertEquals(List.of("3000 2", "4000 8", "0 16"), found);
  }

  private static long ours(String section, byte[] payload) throws IOException {
    Section of = new Section(1, section, 0, 1);
    try (ByteSource source = new HeapSource(payload, 0, new StructurePath())) {
      SelfDelimited.of(of).orElseThrow().skip(source, 2);
      return source.position();
    }
  }

  @Test
  void blockMigrationEndsAtItsEndFlag() throws IOException {
    byte[] payload =
        new ImageBytes()
            .be64(0x200 | 1)
            .name("hd")
            .fill(3, 1 << 20)
            .be64(0x400 | 9)
            .name("hd")
            .be64(50 << 9 | 4)
            .be64(2)
            .toBytes();
    Block spec = new Block(stream(payload));
    spec._read();
    assertEquals(4, spec.records().size());
    assertEquals(payload.length, ours("block", payload));
    writesTheSame(spec, payload);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ffffffffef100003 ffffffffef100001",
        "ffffffffef100004 0000000000000003 010203 ffffffffef100001",
        "ffffffffef100005"
      })
  void vfioEndsAtItsEndTag(String hex) throws IOException {
    Vfio spec = new Vfio(stream(bytes(hex)));
    spec._read();
    assertEquals(bytes(hex).length, spec._io().pos());
    assertEquals(bytes(hex).length, ours("0000:00:02.0/vfio", bytes(hex)));
    writesTheSame(spec, bytes(hex));
  }

  @Test
  void deviceStateOnAChannelHasAHeaderOf276Bytes() {
    byte[] packet =
        new ImageBytes()
            .be32(0x11223344)
            .be32(1)
            .be32(0x40)
            .text("0000:00:02.0/vfio")
            .zeros(256 - 17)
            .be32(0)
            .be32(4)
            .be32(7)
            .toBytes();
    MultifdDeviceStatePacket spec = new MultifdDeviceStatePacket(stream(packet));
    spec._read();
    assertEquals(276 + 4, packet.length);
    assertEquals(4, spec.data().length);
    writesTheSame(spec, packet);
  }
}
