package org.vmstate.analyzer.change;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.testkit.ImageBytes;

/** Paths of fields in hand-built states, each as a dump prints it. */
class FieldPathsTest {
  private static final String U8 = "{\"name\": \"%s\", \"type\": \"uint8\", \"size\": 1}";
  private static final String MARK = "{\"name\": \"p\", \"type\": \"ptr-marker\", \"size\": 1}";
  private static final String ELEMENT =
      "{\"name\": \"p\", \"type\": \"struct\", \"size\": 1, \"struct\": {\"vmsd_name\": \"s\","
          + " \"version\": 1, \"fields\": ["
          + U8.formatted("x")
          + "]}}";

  @TempDir Path folder;

  private byte[] changed(byte[] image, String... sets) throws IOException {
    List<Change> changes = new ArrayList<>();
    for (String set : sets) {
      changes.add(ChangeText.set(set));
    }
    return changed(image, changes);
  }

  private byte[] changed(byte[] image, List<Change> changes) throws IOException {
    Path in = Files.write(folder.resolve("in"), image);
    Path out = folder.resolve("out");
    try (Destination target = Destination.file(out, true, false)) {
      new ImageChanger(in, ParseOptions.DEFAULT, changes).copy(target, Progress.NONE, note -> {});
      target.commit(Outcome.WHOLE, false);
    }
    return Files.readAllBytes(out);
  }

  /** A device called dev with fields of a description. */
  private static byte[] described(byte[] payload, String... fields) {
    return ImageBytes.withRam("r", 1)
        .section(4, 2, "dev", 0, 1)
        .raw(payload)
        .footer(2)
        .u8(0)
        .description(
            "{\"configuration\": {}, \"page_size\": 4096, \"devices\": [{\"name\": \"dev\","
                + " \"instance_id\": 0, \"vmsd_name\": \"dev\", \"version\": 1, \"fields\": ["
                + String.join(", ", fields)
                + "]}]}")
        .toBytes();
  }

  /** A section that has its own form, in a record of its own. */
  private static byte[] own(String name, long version, byte[] payload) {
    return ImageBytes.withRam("r", 1)
        .section(4, 2, name, 0, version)
        .raw(payload)
        .footer(2)
        .u8(0)
        .toBytes();
  }

  private static byte[] marked(int first, int last) {
    return described(
        new ImageBytes().text("1").u8(first).text("0").text("1").u8(last).toBytes(),
        MARK,
        ELEMENT,
        MARK,
        MARK,
        ELEMENT);
  }

  @Test
  void indexOfAnArrayOfPointersCountsNoMarks() throws IOException {
    assertArrayEquals(marked(7, 9), changed(marked(8, 9), "dev.p[0].x=7"));
    assertArrayEquals(marked(8, 7), changed(marked(8, 9), "dev.p[2].x=7"));
    assertArrayEquals(marked(8, 9), changed(marked(8, 9), "dev.p[1]=null"));
    for (String path : List.of("dev.p[1].x=7", "dev.p[3].x=7", "dev.p[1]=1")) {
      assertThrows(ChangeException.class, () -> changed(marked(8, 9), path), path);
    }
  }

  private static byte[] twice(int alone, int first, int second) {
    return described(
        new ImageBytes().u8(alone).u8(first).u8(second).toBytes(),
        U8.formatted("x[0]"),
        "{\"name\": \"x\", \"array_len\": 2, \"type\": \"uint8\", \"size\": 1}");
  }

  @Test
  void nameInQuotesIsNotThatOfAnotherField() throws IOException {
    byte[] image = twice(1, 2, 3);
    assertArrayEquals(twice(7, 2, 3), changed(image, "dev.x[0]=7"));
    assertArrayEquals(twice(1, 7, 3), changed(image, "dev.\"x\"[0]=7"));
    assertArrayEquals(twice(1, 2, 7), changed(image, "dev.\"x\"[1]=7"));
    assertArrayEquals(twice(7, 2, 3), changed(image, "dev.\"x[0]\"=7"));
    for (String path : List.of("dev.\"x=7", "dev.\"y\"=7", "dev.\"x\"[2]=7", "dev.\"\"=1")) {
      ChangeException e = assertThrows(ChangeException.class, () -> changed(image, path), path);
      assertTrue(e.getMessage().contains("dev."), e.getMessage());
    }
  }

  @Test
  void bytesThatAreNoneAreTakenAsTheyArePrinted() throws IOException {
    byte[] image =
        described(
            new ImageBytes().u8(1).toBytes(),
            "{\"name\": \"b\", \"type\": \"buffer\", \"size\": 0}",
            U8.formatted("a"));
    assertArrayEquals(image, changed(image, "dev.b="));
    assertThrows(ChangeException.class, () -> changed(image, "dev.b=00"));
  }

  private static byte[] slirp(int id, int allocated, int mac) {
    return own(
        "slirp",
        4,
        new ImageBytes().u8(0).be16(id).be16(allocated).fill(mac, 6).zeros(15 * 8).toBytes());
  }

  @Test
  void fieldsOfAUserNetworkChange() throws IOException {
    assertArrayEquals(
        slirp(9, 1, 5),
        changed(
            slirp(7, 0, 4),
            "slirp.ip_id=9",
            "slirp.bootp_clients[0].allocated=1",
            "slirp#0.bootp_clients[0].macaddr=05:05:05:05:05:05"));
    ChangeException e =
        assertThrows(ChangeException.class, () -> changed(slirp(7, 0, 4), "slirp.ipid=1"));
    assertTrue(e.getMessage().contains("ip_id"), e.getMessage());
  }

  @Test
  void leasesThatNobodyHasAreBytes() throws IOException {
    byte[] image = slirp(7, 1, 4);
    image[image.length - 11] = 1;
    assertArrayEquals(
        image,
        changed(slirp(7, 1, 4), "slirp.bootp_clients_rest=" + "00".repeat(115) + "0100000000"));
  }

  @Test
  void indexOutOfRangeIsAnsweredByTheRange() {
    ChangeException e =
        assertThrows(
            ChangeException.class,
            () -> changed(slirp(7, 1, 4), "slirp.bootp_clients[1].macaddr=1"));
    assertEquals(
        "slirp.bootp_clients[1].macaddr: expected an index below 1 in bootp_clients, found 1",
        e.getMessage().replaceFirst("^.*/in: ", ""));
    assertThrows(ChangeException.class, () -> changed(twice(1, 2, 3), "dev.x[2]=7"));
  }

  @Test
  void formOfAUserNetworkStays() {
    for (Change change :
        List.of(
            new Change.SetField("slirp.sockets", Change.Operator.SET, "true"),
            new Change.RemoveField("slirp.ip_id"),
            new Change.InsertField("slirp.ip_id", "x", "uint8", 1))) {
      ChangeException e =
          assertThrows(
              ChangeException.class, () -> changed(slirp(7, 0, 4), List.of(change)), "" + change);
      assertTrue(e.getMessage().startsWith("section slirp: "), e.getMessage());
    }
  }

  private static byte[] table(int shift, int index, int entry) {
    ImageBytes image =
        ImageBytes.withRam("r", 1).section(1, 3, "spapr/htab", 0, 1).be32(shift).footer(3);
    image.again(2, 3).be32(0).be32(index).be16(1).be16(2).fill(entry, 16).be64(0).footer(3);
    return image.again(3, 1).eos().footer(1).again(3, 3).be32(0).be64(0).footer(3).u8(0).toBytes();
  }

  @Test
  void recordsOfATableChange() throws IOException {
    String entry = "07".repeat(16);
    assertArrayEquals(table(20, 4, 1), changed(table(18, 4, 1), "spapr/htab.shift=20"));
    assertArrayEquals(
        table(18, 5, 7),
        changed(
            table(18, 4, 1),
            "spapr/htab.chunk[0].index=5",
            "spapr/htab.chunk[0].entries=" + entry,
            "spapr/htab.end=8 bytes of 0"));
    for (String path :
        List.of(
            "spapr/htab.chunk[0].num_valid=0",
            "spapr/htab.chunk[1].index=0",
            "spapr/htab.end=7 bytes of 0")) {
      assertThrows(ChangeException.class, () -> changed(table(18, 4, 1), path), path);
    }
  }

  private static byte[] keys(int address, int key) {
    return own(
        "s390-skeys", 1, new ImageBytes().be64(address | 2).be64(3).fill(key, 3).be64(1).toBytes());
  }

  @Test
  void runsOfStorageKeysChange() throws IOException {
    byte[] image = keys(0, 6);
    assertArrayEquals(
        keys(4096, 8),
        changed(
            image, "s390-skeys.run[0].word=0x0000000000001002", "s390-skeys.run[0].values=080808"));
    for (String path : List.of("run[0].word=1", "run[0].count=2", "run[0].values=0808")) {
      assertThrows(ChangeException.class, () -> changed(image, "s390-skeys." + path), path);
    }
  }
}
