package org.vmstate.parser.compress;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmstate.testkit.ImageBytes;

/** Members of every shape are read to their end, and each damage is told. */
class GzipInputStreamTest {
  private static byte[] member(byte... data) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(data);
    }
    return out.toByteArray();
  }

  /** Returns a member with all optional fields. */
  private static byte[] withFields(byte... data) throws IOException {
    byte[] head =
        new ImageBytes()
            .raw((byte) 0x1f, (byte) 0x8b)
            .u8(8)
            .u8(0x1e)
            .raw(new byte[6])
            .raw((byte) 3, (byte) 0, (byte) 1, (byte) 2, (byte) 3)
            .text("name\0comment\0")
            .toBytes();
    CRC32 sum = new CRC32();
    sum.update(head);
    byte[] rest = member(data);
    return new ImageBytes()
        .raw(head)
        .u8((int) sum.getValue() & 0xff)
        .u8((int) sum.getValue() >> 8 & 0xff)
        .raw(Arrays.copyOfRange(rest, 10, rest.length))
        .toBytes();
  }

  private static byte[] read(byte[] file) throws IOException {
    try (GzipInputStream in = new GzipInputStream(new ByteArrayInputStream(file))) {
      return in.readAllBytes();
    }
  }

  private static byte[] join(byte[]... parts) {
    ImageBytes all = new ImageBytes();
    Arrays.stream(parts).forEach(all::raw);
    return all.toBytes();
  }

  @Property(tries = 100)
  void membersAreOneStream(@ForAll @Size(max = 5) byte[][] data) throws IOException {
    byte[][] members = new byte[data.length + 1][];
    members[0] = withFields((byte) 5);
    for (int i = 0; i < data.length; i++) {
      members[i + 1] = i % 2 == 0 ? member(data[i]) : withFields(data[i]);
    }
    assertArrayEquals(join(new byte[] {5}, join(data)), read(join(members)));
  }

  @Test
  void emptyMembersBeyondAllBuffersAreRead() throws IOException {
    byte[] empty = member();
    byte[] file = new byte[empty.length * 10_000];
    for (int i = 0; i < file.length; i += empty.length) {
      System.arraycopy(empty, 0, file, i, empty.length);
    }
    assertArrayEquals(new byte[] {7}, read(join(file, member((byte) 7))));
  }

  @Test
  void dataBeyondAllBuffersIsRead() throws IOException {
    byte[] data = new byte[300_000];
    new java.util.Random(1).nextBytes(data);
    assertArrayEquals(join(data, data), read(join(member(data), withFields(data))));
  }

  @Test
  void cutAnywhereIsTheEnd() throws IOException {
    byte[] file = join(member((byte) 1, (byte) 2), withFields((byte) 3));
    for (int i = 0; i < file.length; i++) {
      byte[] cut = Arrays.copyOf(file, i);
      if (i != member((byte) 1, (byte) 2).length) {
        assertThrows(EOFException.class, () -> read(cut), "at " + i);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, gzip: wrong magic",
    "1, gzip: wrong magic",
    "2, gzip: unknown method 9",
    "3, gzip: reserved flags are set",
    "12, gzip: wrong checksum of the header",
    "-8, gzip: wrong checksum",
    "-4, gzip: wrong length",
  })
  void damageIsTold(int place, String message) throws IOException {
    byte[] file = withFields((byte) 1, (byte) 2, (byte) 3);
    int at = place < 0 ? file.length + place : place;
    file[at] ^= (byte) (place == 3 ? 0x80 : 1);
    assertEquals(message, assertThrows(IOException.class, () -> read(file)).getMessage());
  }

  @Test
  void whatFollowsTheLastMemberIsTold() throws IOException {
    byte[] file = join(member((byte) 1), new byte[] {7});
    assertEquals(
        "gzip: expected another member, found 7",
        assertThrows(IOException.class, () -> read(file)).getMessage());
  }
}
