package org.vmstate.formats.spec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kaitai.struct.ByteBufferKaitaiStream;
import io.kaitai.struct.KaitaiStream;
import io.kaitai.struct.KaitaiStruct;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.vmstate.testkit.ImageBytes;

/** Each generated structure reads what the format says, and writes the same bytes again. */
class RoundTripTest {

  private static <T extends KaitaiStruct.ReadWrite> T roundTrip(
      ImageBytes image, Function<KaitaiStream, T> constructor) {
    byte[] bytes = image.toBytes();
    T read = constructor.apply(new ByteBufferKaitaiStream(bytes));
    read._read();
    read._check();
    ByteBufferKaitaiStream out = new ByteBufferKaitaiStream(bytes.length);
    read._write(out);
    assertArrayEquals(bytes, out.toByteArray());
    return read;
  }

  @Test
  void libvirtHeaderInBothByteOrders() {
    for (boolean big : new boolean[] {false, true}) {
      LibvirtSaveHeader header =
          roundTrip(ImageBytes.libvirt(big, 2, 70_000, 1, 6, 749), LibvirtSaveHeader::new);
      assertEquals(!big, header.isLe());
      assertEquals(70_000, header.body().dataLen());
      assertEquals(6, header.body().format());
      assertEquals(749, header.body().cookieOffset());
    }
  }

  @Test
  void streamHeader() {
    assertEquals(3, roundTrip(new ImageBytes().header(), QemuStreamHeader::new).version());
    assertThrows(
        KaitaiStream.ValidationFailedError.class,
        () -> roundTrip(new ImageBytes().text("QEVN").be32(3), QemuStreamHeader::new));
  }

  @Test
  void configurationAndItsSubsections() {
    QemuConfiguration head =
        roundTrip(new ImageBytes().configuration("pc-q35-10.0"), QemuConfiguration::new);
    assertEquals(11, head.lenMachine());
    QemuConfiguration.CapabilityList list =
        roundTrip(
            new ImageBytes().be32(2).name("x-ignore-shared").name("mapped-ram"),
            QemuConfiguration.CapabilityList::new);
    assertEquals(2, list.capabilities().size());
    assertEquals(
        16, roundTrip(new ImageBytes().be32(16), QemuConfiguration.TargetPageBits::new).bits());
    assertEquals(
        16, roundTrip(new ImageBytes().zeros(16), QemuConfiguration.Uuid::new).uuid().length);
    roundTrip(
        new ImageBytes().u8(5).name("configuration/uuid").be32(1),
        QemuConfiguration.SubsectionHeader::new);
  }

  @Test
  void sectionHeadersAndReferences() {
    QemuSectionHeader full =
        roundTrip(new ImageBytes().section(4, 7, "cpu", 0x80000000L, 12), QemuSectionHeader::new);
    assertEquals(0x80000000L, full.instanceId());
    assertEquals(7, roundTrip(new ImageBytes().again(2, 7), QemuSectionRef::new).sectionId());
    assertEquals(7, roundTrip(new ImageBytes().footer(7), QemuSectionRef::new).sectionId());
  }

  @Test
  void commandsAndDescriptionFrame() {
    QemuCommand command =
        roundTrip(new ImageBytes().u8(8).be16(2).be16(4).be32(1), QemuCommand::new);
    assertEquals(2, command.command());
    assertEquals(
        98918, roundTrip(new ImageBytes().u8(6).be32(98918), QemuVmdescription::new).lenJson());
  }

  @Test
  void ramBlockEntryWithEveryOptionalField() {
    ImageBytes bytes = new ImageBytes().name("pc.ram").be64(1 << 20);
    roundTrip(bytes, io -> new QemuRamBlockList.Entry(io, false, false));
    bytes.be64(2 << 20);
    assertEquals(
        2 << 20, roundTrip(bytes, io -> new QemuRamBlockList.Entry(io, true, false)).pageSize());
    assertEquals(
        2 << 20, roundTrip(bytes, io -> new QemuRamBlockList.Entry(io, false, true)).address());
    roundTrip(bytes.be64(0), io -> new QemuRamBlockList.Entry(io, true, true));
    roundTrip(new ImageBytes().be64(0x1082004), QemuRamBlockList::new);
  }

  @Test
  void ramRecordsOfEveryKind() {
    ImageBytes zero = new ImageBytes().be64(0x1002).name("r").u8(0);
    assertEquals(0x1000, roundTrip(zero, io -> new QemuRamRecord(io, 4096)).address());
    ImageBytes page = new ImageBytes().be64(0x1028).fill(3, 4096);
    assertTrue(roundTrip(page, io -> new QemuRamRecord(io, 4096)).isContinue());
    ImageBytes delta = new ImageBytes().be64(0x60).u8(1).be16(2).u8(0).u8(1);
    assertEquals(2, roundTrip(delta, io -> new QemuRamRecord(io, 4096)).xbzrle().lenDelta());
    ImageBytes compressed = new ImageBytes().be64(0x120).be32(3).text("abc");
    assertEquals(
        3, roundTrip(compressed, io -> new QemuRamRecord(io, 4096)).compressed().lenDeflated());
    assertTrue(roundTrip(new ImageBytes().eos(), io -> new QemuRamRecord(io, 4096)).isEnd());
  }

  @Test
  void headersOfFixedLayouts() {
    MappedRamHeader mapped =
        roundTrip(
            new ImageBytes().be32(1).be64(4096).be64(142).be64(1 << 20), MappedRamHeader::new);
    assertEquals(1 << 20, mapped.pagesOffset());
    FixedRam2022Header old =
        roundTrip(new ImageBytes().be32(512).be64(4096), FixedRam2022Header::new);
    assertEquals(512, old.lenBitmap());
  }

  @Test
  void xbzrlePageHeaders() {
    assertEquals(9, roundTrip(new ImageBytes().u8(1).be16(9), XbzrlePageHeader::new).lenDelta());
    Xbzrle2011PageHeader old =
        roundTrip(
            new ImageBytes().be32(0).u8(0x23).u8(0x01).be16(40).u8(1), Xbzrle2011PageHeader::new);
    assertTrue(old.isLittleEndian());
    assertEquals(40, old.lenDelta());
  }

  @Test
  void multifdPackets() {
    ImageBytes first = new ImageBytes().be32(0x11223344).be32(1).zeros(16).u8(3).zeros(39);
    assertEquals(64, first.size());
    assertEquals(3, roundTrip(first, MultifdInitialPacket::new).channel());
    ImageBytes packet = new ImageBytes().be32(0x11223344).be32(1).be32(5).be32(128).be32(2);
    packet.be32(777).be64(9).be32(1).zeros(28).text("pc.ram").zeros(250).be64(0).be64(4096);
    packet.be64(8192).zeros(125 * 8);
    assertEquals(1344, packet.size());
    MultifdPacket read = roundTrip(packet, io -> new MultifdPacket(io, 128));
    assertTrue(read.isSync());
    assertEquals(4, read.compression());
    assertEquals(1, read.zeroPages());
    assertEquals(8192, read.offsets().get(2));
  }
}
