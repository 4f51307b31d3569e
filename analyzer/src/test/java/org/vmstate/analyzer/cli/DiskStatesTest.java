package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vmstate.analyzer.cli.CommandRun.ok;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.parser.Outcome;

/** States in a disk are changed where they are; outputs go over a part of a file that is there. */
class DiskStatesTest extends TwoStates {
  private void requireSame(String snapshot) {
    ok("compare", "--snapshot", snapshot, disk, stream);
  }

  @Test
  void fieldOfAStateInADiskIsChangedInPlace() {
    CommandRun ran = ok("edit", "--in-place", "-l", "two", "--set", "cpu#0.env.tsc=0x1234", disk);
    assertTrue(ran.err().contains("-loadvm two"), ran.err());
    assertTrue(ok("dump", "-l", "two", "--section", "cpu", disk).out().contains("1234\""));
    requireSame("one");
    assertTrue(
        CommandRun.of("edit", "--in-place", "--set", "cpu#0.env.tsc=0x1", disk)
            .err()
            .contains("-l"));
    assertTrue(
        CommandRun.of("edit", "--in-place", "-l", "two", "--paused", disk)
            .err()
            .contains("no libvirt header"));
    String out = folder.resolve("out").toString();
    ok("edit", "-l", "one", "--set", "cpu#0.env.tsc=0x1234", disk, out);
    ok("compare", "--snapshot", "two", disk, out);
  }

  /** What is wrong with the disk is not said of the image that goes into it. */
  @Test
  void diskThatCannotTakeAStateIsNamed() throws IOException {
    Path target = Files.copy(Path.of(disk), folder.resolve("external.qcow2"));
    byte[] bytes = Files.readAllBytes(target);
    // the bit of an external data file
    bytes[79] |= 4;
    Files.write(target, bytes);
    CommandRun ran = CommandRun.of("convert", "--into", target.toString(), "-l", "new", stream);
    assertEquals(63, ran.code(), ran.toString());
    assertTrue(ran.err().startsWith("vmstate-img: " + target + ": data file: "), ran.err());
    assertArrayEquals(bytes, Files.readAllBytes(target));
  }

  /** Nothing is written into a disk whose tables are not where they must be. */
  @Test
  void diskWithTablesOutsideTakesNoState() throws IOException {
    byte[] good = Files.readAllBytes(Path.of(disk));
    long table = ByteBuffer.wrap(good).getLong(48);
    long l1 = ByteBuffer.wrap(good).getLong((int) ByteBuffer.wrap(good).getLong(64));
    int size = 1 << ByteBuffer.wrap(good).getInt(20);
    // where a word is changed, what it becomes, whether a new snapshot is refused, and an old one
    long[][] changes = {
      {48, 1L << 40, 1, 1},
      {48, table + 8, 1, 1},
      {48, -size, 1, 1},
      {40, 1L << 40, 1, 1},
      {table, 1L << 40, 1, 1},
      {table, 512, 1, 1},
      {l1 + 8, 1L << 40, 0, 1},
    };
    Path target = folder.resolve("tables.qcow2");
    for (long[] change : changes) {
      byte[] bytes = good.clone();
      ByteBuffer.wrap(bytes).putLong((int) change[0], change[1]);
      for (int i = 0; i < 2; i++) {
        if (change[2 + i] == 1) {
          Files.write(target, bytes);
          String name = i == 0 ? "new" : "one";
          CommandRun ran =
              CommandRun.of("convert", "--into", target.toString(), "-l", name, stream);
          assertTrue(ran.code() != 0, change[0] + ": " + ran);
          assertTrue(ran.err().contains("cluster's start inside the file"), ran.err());
          assertArrayEquals(bytes, Files.readAllBytes(target));
        }
      }
    }
  }

  /** To count in a block would overwrite what else lies there. */
  @Test
  void diskWithTablesInOnePlaceTakesNoState() throws IOException {
    byte[] good = Files.readAllBytes(Path.of(disk));
    ByteBuffer image = ByteBuffer.wrap(good);
    int table = (int) image.getLong(48);
    Path target = folder.resolve("shared.qcow2");
    for (long other :
        new long[] {table, image.getLong(40), image.getLong(64), image.getLong(table)}) {
      byte[] bytes = good.clone();
      ByteBuffer.wrap(bytes).putLong(table + 8, other);
      Files.write(target, bytes);
      CommandRun ran = CommandRun.of("convert", "--into", target.toString(), "-l", "new", stream);
      assertEquals(1, ran.code(), ran.toString());
      assertTrue(ran.err().contains("which is something else, too"), ran.err());
      assertArrayEquals(bytes, Files.readAllBytes(target));
    }
    byte[] bytes = good.clone();
    ByteBuffer.wrap(bytes).putLong(48, 0).putInt(56, 0);
    Files.write(target, bytes);
    CommandRun ran = CommandRun.of("convert", "--into", target.toString(), "-l", "one", stream);
    assertTrue(ran.err().contains("refcount table: expected 1 byte to 8 MiB"), ran.err());
    assertArrayEquals(bytes, Files.readAllBytes(target));
  }

  /** A count of a cluster at a petabyte would make the file as long. */
  @Test
  void diskThatCountsFarBehindItsEndTakesNoState() throws IOException {
    byte[] good = Files.readAllBytes(Path.of(disk));
    int size = 1 << ByteBuffer.wrap(good).getInt(20);
    int end = (good.length + size - 1) / size * size;
    byte[] bytes = Arrays.copyOf(good, end + size);
    ByteBuffer image = ByteBuffer.wrap(bytes);
    int table = (int) image.getLong(48);
    // the last block of the table counts one cluster
    image.putLong(table + size - 8, end);
    image.putShort(end, (short) 1);
    Path target = Files.write(folder.resolve("far.qcow2"), bytes);
    CommandRun ran = CommandRun.of("convert", "--into", target.toString(), "-l", "new", stream);
    assertEquals(1, ran.code(), ran.toString());
    assertTrue(ran.err().contains("far behind the end"), ran.err());
    assertArrayEquals(bytes, Files.readAllBytes(target));
  }

  @Test
  void changeThatWouldBeRefusedLeavesTheDiskAsItWas() throws IOException {
    byte[] before = Files.readAllBytes(Path.of(disk));
    CommandRun ran = CommandRun.of("edit", "--in-place", "-l", "two", "--drop", "ram", disk);
    assertEquals(1, ran.code(), ran.toString());
    assertArrayEquals(before, Files.readAllBytes(Path.of(disk)));
  }

  @Test
  void stateIsRepairedAndSalvagedWhereItIs() throws IOException {
    byte[] good = Files.readAllBytes(Path.of(stream));
    Path path = folder.resolve("broken.qcow2");
    try (Destination target = Destination.newDisk(path, false, "odd")) {
      target.append(good);
      target.append("more".getBytes(StandardCharsets.US_ASCII));
      target.commit(Outcome.WHOLE, false);
    }
    assertEquals(3, CommandRun.of("check", path.toString()).code());
    ok("check", "--repair", path.toString(), path.toString());
    ok("check", path.toString());
    Files.delete(path);
    try (Destination target = Destination.newDisk(path, false, "cut")) {
      target.append(Arrays.copyOf(good, good.length / 4));
      target.commit(Outcome.WHOLE, false);
    }
    assertEquals(2, CommandRun.of("check", path.toString()).code());
    CommandRun ran =
        CommandRun.of(
            "convert", "--salvage", "--into", path.toString(), "-l", "cut", path.toString());
    assertEquals(3, ran.code(), ran.toString());
    ok("dump", path.toString());
  }

  /** QEMU finds out when it has reverted other disks. */
  @Test
  void diskThatQemuDoesNotRevertIsNamedByCheck() throws IOException {
    byte[] bytes = Files.readAllBytes(Path.of(disk));
    ByteBuffer header = ByteBuffer.wrap(bytes);
    int headerLength = header.getInt(100);
    // a format's name of five bytes, then bitmaps
    header.putInt(headerLength, 0xe2792aca).putInt(headerLength + 4, 5);
    header.putInt(headerLength + 16, 0x23852875).putInt(headerLength + 20, 24);
    header.putInt(headerLength + 24, 3);
    Files.write(Path.of(disk), bytes);
    ok("check", "-l", "one", disk);
    // the extension counts only with its bit
    header.putLong(88, 1);
    Files.write(Path.of(disk), bytes);
    CommandRun ran = CommandRun.of("check", "-l", "one", disk);
    assertEquals(2, ran.code(), ran.toString());
    assertTrue(ran.out().contains("V206 disk-loads"), ran.out());
    assertTrue(ran.out().contains("found 3"), ran.out());
    assertTrue(ran.out().contains("Device has active dirty bitmaps"), ran.out());
  }

  /** QEMU opens it only to read, and reverts nothing. */
  @Test
  void diskThatIsMarkedAsCorruptIsNamedByCheck() throws IOException {
    byte[] bytes = Files.readAllBytes(Path.of(disk));
    ByteBuffer.wrap(bytes).putLong(72, 2);
    Files.write(Path.of(disk), bytes);
    CommandRun ran = CommandRun.of("check", "-l", "one", disk);
    assertEquals(2, ran.code(), ran.toString());
    assertTrue(ran.out().contains("Image is corrupt; cannot be opened read/write"), ran.out());
  }

  @Test
  void mappedRamInADiskLoadsInNewReleasesOnly() throws IOException {
    String mapped = folder.resolve("mapped.qcow2").toString();
    ok("convert", "-q", "-O", "qcow2", "-o", "layout=qemu-mapped-ram", stream, mapped);
    // QEMU 11.1 leaves a paused guest's pages where the state has zeros
    CommandRun newest = ok("check", "--verbose", mapped);
    assertTrue(newest.out().contains("V206 disk-loads: mapped-ram in a disk"), newest.out());
    CommandRun ran = CommandRun.of("check", "--qemu", "10.0", mapped);
    assertEquals(2, ran.code(), ran.toString());
    assertTrue(ran.out().contains("Error reading dirty bitmap"), ran.out());
    assertEquals(2, CommandRun.of("check", "--qemu", "7.2", mapped).code());
  }

  @Test
  void damagedTablesAreAFindingOfCheck() throws IOException {
    byte[] bytes = Files.readAllBytes(Path.of(disk));
    ByteBuffer all = ByteBuffer.wrap(bytes);
    int l1 = (int) all.getLong((int) all.getLong(64));
    all.putLong(l1 + Long.BYTES, 1L << 40);
    Files.write(Path.of(disk), bytes);
    CommandRun ran = CommandRun.of("check", "--output=json", "-l", "one", disk);
    assertEquals(2, ran.code(), ran.toString());
    assertTrue(ran.out().contains("L2 table: expected it at a cluster's start"), ran.out());
    assertEquals("", ran.err());
    CommandRun info = CommandRun.of("info", "-l", "one", disk);
    assertEquals(2, info.code(), info.toString());
    assertTrue(info.out().contains("    two "), info.out());
    assertTrue(info.err().contains("L2 table: expected"), info.err());
  }

  @Test
  void outputGoesFromAnOffsetOnAndLeavesWhatIsInFront() throws IOException {
    byte[] old = new byte[9_000_000];
    Arrays.fill(old, (byte) 'x');
    Path file = Files.write(folder.resolve("file"), old);
    String[] convert = {"convert", "-O", "qemu", "-o", "offset=5000", stream, file.toString()};
    assertEquals(1, CommandRun.of(convert).code());
    assertArrayEquals(old, Files.readAllBytes(file));
    ok("convert", "--force", "-O", "qemu", "-o", "offset=5000", stream, file.toString());
    byte[] now = Files.readAllBytes(file);
    assertArrayEquals(Arrays.copyOf(old, 5000), Arrays.copyOf(now, 5000));
    assertArrayEquals(
        Files.readAllBytes(Path.of(stream)), Arrays.copyOfRange(now, 5000, now.length));
    Files.write(file, old);
    ok("convert", "--force", "-O", "qemu-mapped-ram", "-o", "offset=64K", stream, file.toString());
    ok("check", "--stream-offset", "64K", file.toString());
    ok("check", "--stream-offset", "0x10000", file.toString());
    for (String wrong : List.of("-1", "64k5", "99999999T", "x")) {
      CommandRun run = CommandRun.of("check", "--stream-offset", wrong, file.toString());
      assertEquals(1, run.code());
      assertTrue(run.err().contains("expected a number of bytes, such as 64K"), run.err());
    }
    long size = Files.size(file);
    for (long beyond : new long[] {size, size + 1, 1L << 40}) {
      for (String verb : List.of("check", "info", "stats")) {
        CommandRun run =
            CommandRun.of(verb, "--stream-offset", String.valueOf(beyond), file.toString());
        String words =
            "stream offset: expected less than the size of the image, " + size + " bytes, found ";
        assertTrue((run.out() + run.err()).contains(words + beyond), run.out() + run.err());
        assertFalse((run.out() + run.err()).contains("--salvage"), run.err());
      }
    }
    String back = folder.resolve("back").toString();
    ok("convert", "-O", "qemu", "--stream-offset", "65536", file.toString(), back);
    ok("compare", back, stream);
    for (String[] wrong :
        new String[][] {
          {"-O", "libvirt-raw", "-o", "offset=1", stream, file.toString()},
          {"-O", "qemu", "-o", "offset=1T", stream, file.toString()},
          {"-O", "qemu", "-o", "offset=1", stream, folder.resolve("none").toString()}
        }) {
      List<String> words = new ArrayList<>(List.of("convert", "--force"));
      words.addAll(List.of(wrong));
      assertEquals(1, CommandRun.of(words).code());
    }
  }

  @Test
  void outputThatFailsLeavesThePlaceAsItWas() throws IOException {
    Path cut = folder.resolve("cut");
    byte[] good = Files.readAllBytes(Path.of(stream));
    Files.write(cut, Arrays.copyOf(good, good.length / 4));
    Path file = Files.write(folder.resolve("file"), good);
    CommandRun ran =
        CommandRun.of(
            "convert", "--force", "-O", "qemu", "-o", "offset=0", cut.toString(), file.toString());
    assertEquals(2, ran.code(), ran.toString());
    assertArrayEquals(good, Files.readAllBytes(file));
  }
}
