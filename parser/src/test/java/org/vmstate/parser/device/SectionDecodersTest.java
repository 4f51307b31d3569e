package org.vmstate.parser.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kaitai.struct.ByteBufferKaitaiStream;
import io.kaitai.struct.KaitaiStruct;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.spec.DirtyBitmap;
import org.vmstate.formats.spec.S390StorageWords;
import org.vmstate.formats.spec.Slirp;
import org.vmstate.formats.spec.SpaprHtab;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.StateNode;

/** Sections without a description, in bytes that QEMU 10.0 wrote where none else are named. */
class SectionDecodersTest {
  private static final String BITMAPS =
      "1c05646e6f6465 05746d70626d 00020000 00" + "1403626d30 00010000 03" + "01";
  private static final String BITS =
      "4605746d70626d 0000000000000000 00020000"
          + "4403626d30 0000000000000000 00020000 0000000000000008 0100030000000000"
          + "2405746d70626d 2403626d30 01";

  private static Optional<StateNode> decode(String name, long version, String hex) {
    return SectionDecoders.decode(new Section(1, name, 0, version), bytes(hex), 100);
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  private static byte[] raw(StateNode node) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (FieldNode field : node.fields()) {
      out.writeBytes(field.raw());
      field.elements().forEach(e -> out.writeBytes(raw(e)));
    }
    return out.toByteArray();
  }

  private static List<String> names(StateNode node) {
    return node.fields().stream().map(f -> f.desc().name()).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "spapr/htab, 1, 00000015",
    "spapr/htab, 1, ffffffff",
    "spapr/htab, 1, 000000000000000000000000",
    // entries are made by hand
    "spapr/htab, 1, 00000000 00000010 0001 0002 0102030405060708 1112131415161718 0000000000000000",
    "s390-storage_attributes, 0, 0000000000000001",
    "s390-storage_attributes, 0, 0000000000001002 0000000000000002 0304 0000000000000008"
        + " 0000000000000001",
    "s390-skeys, 1, 0000000000000001",
    "todclock, 1, 0100e3a33837f51aa800",
    "todclock, 1, 00",
    "slirp, 4, 00 0007 0001 525400123456"
        + "000000000000000000000000000000000000000000000000000000000000"
        + "000000000000000000000000000000000000000000000000000000000000"
        + "000000000000000000000000000000000000000000000000000000000000"
        + "000000000000000000000000000000000000000000000000000000000000"
  })
  void everyByteIsInTheTree(String name, long version, String hex) {
    assertArrayEquals(bytes(hex), raw(decode(name, version, hex).orElseThrow()));
  }

  @Test
  void dirtyBitmapsHaveNamesAndBits() {
    StateNode start = decode("dirty-bitmap", 1, BITMAPS).orElseThrow();
    assertEquals(List.of("chunk", "chunk", "end"), names(start));
    StateNode first = start.fields().getFirst().elements().getFirst();
    assertEquals(List.of("flags", "node", "bitmap", "granularity", "state"), names(first));
    assertEquals(100, first.range().start());
    StateNode end = decode("dirty-bitmap", 1, BITS).orElseThrow();
    assertEquals(5, end.fields().size());
    assertEquals(
        List.of("flags", "bitmap", "first_sector", "sectors", "size", "bits"),
        names(end.fields().get(1).elements().getFirst()));
    assertArrayEquals(bytes(BITMAPS), raw(start));
    assertArrayEquals(bytes(BITS), raw(end));
  }

  @ParameterizedTest
  @CsvSource({
    "spapr/htab, 2, 00000015",
    "spapr/htab, 1, 00000015 00",
    "spapr/htab, 1, 00000000 00000010 ffff 0002 00",
    "dirty-bitmap, 1, 80",
    "dirty-bitmap, 1, 40 0000000000000000 00000000 7fffffffffffffff 01",
    "s390-storage_attributes, 0, 0000000000001002 8000000000000000",
    "todclock, 1, 01",
    "slirp, 4, 00",
    "slirp, 3, 00 0000",
    "slirp, 4, 2a 00000000 0002"
  })
  void anotherFormStaysBytes(String name, long version, String hex) {
    assertTrue(decode(name, version, hex).isEmpty());
  }

  @Test
  void specificationsReadAndWriteTheSameBytes() {
    for (String hex : List.of(BITMAPS, BITS)) {
      DirtyBitmap spec = new DirtyBitmap(new ByteBufferKaitaiStream(bytes(hex)));
      spec._read();
      assertEquals(
          decode("dirty-bitmap", 1, hex).orElseThrow().fields().size(), spec.chunks().size());
      assertArrayEquals(bytes(hex), written(spec, bytes(hex).length));
    }
    String hex = "00000000 00000010 0001 0002 0102030405060708 1112131415161718 0000000000000000";
    SpaprHtab table = new SpaprHtab(new ByteBufferKaitaiStream(bytes(hex)));
    table._read();
    assertEquals(0x1112131415161718L, table.chunks().getFirst().entries().getFirst().pte1());
    assertArrayEquals(bytes(hex), written(table, bytes(hex).length));
    String run = "0000000000001002 0000000000000002 0304 0000000000000008 0000000000000001";
    S390StorageWords words = new S390StorageWords(new ByteBufferKaitaiStream(bytes(run)));
    words._read();
    assertEquals(3, words.words().size());
    assertArrayEquals(bytes(run), written(words, bytes(run).length));
  }

  @Test
  void leasesOfAUserNetworkHaveTheirMacs() {
    String hex = "00 0007 0001 525400123456" + "00".repeat(120);
    Slirp spec = new Slirp(new ByteBufferKaitaiStream(bytes(hex)));
    spec._read();
    assertEquals(7, spec.ipId());
    assertEquals(1, spec.leases().getFirst().allocated());
    assertArrayEquals(bytes(hex), written(spec, bytes(hex).length));
    StateNode state = decode("slirp", 4, hex).orElseThrow();
    assertEquals(List.of("sockets", "ip_id", "bootp_clients", "bootp_clients_rest"), names(state));
  }

  private static byte[] written(KaitaiStruct.ReadWrite spec, int length) {
    byte[] out = new byte[length];
    spec._check();
    spec._write_Seq(new ByteBufferKaitaiStream(out));
    return Arrays.copyOf(out, length);
  }
}
