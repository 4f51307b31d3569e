package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vmstate.analyzer.cli.CommandRun.ok;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.parser.Outcome;

/** By which name QEMU loads a state in a disk, and how a disk with states is described. */
class SnapshotNamesTest extends TwoStates {
  /** Changes the first entry of the snapshot table. */
  private void entry(Entry change) throws IOException {
    byte[] bytes = Files.readAllBytes(Path.of(disk));
    ByteBuffer all = ByteBuffer.wrap(bytes);
    change.make(all, (int) all.getLong(64));
    Files.write(Path.of(disk), bytes);
  }

  /** What is done to an entry at an offset. */
  private interface Entry {
    void make(ByteBuffer file, int at);
  }

  /** The first snapshot has the second one's name for its id: id "two", name "e". */
  private void nameBecomesAnId() throws IOException {
    entry(
        (file, at) ->
            file.putShort(at + 12, (short) 3)
                .putShort(at + 14, (short) 1)
                .put(at + 64, "twoe".getBytes(StandardCharsets.US_ASCII)));
  }

  @Test
  void commandHasTheNameOfASnapshotThatWasChosenByItsId() {
    assertTrue(ok("convert", "--into", disk, "-l", "2", stream).err().contains("-loadvm two,"));
    CommandRun named = ok("convert", "--into", disk, "-l", "snapshot.name=two", stream);
    assertTrue(named.err().contains("-loadvm two,"), named.err());
    assertTrue(named.err().contains("\"tag\": \"two\""), named.err());
    assertFalse(ok("info", disk).out().contains("snapshot.name"));
    CommandRun none = CommandRun.of("convert", "--into", disk, "-l", "snapshot.id=7", stream);
    assertEquals(1, none.code());
    assertTrue(none.err().contains("disk.qcow2: -l snapshot.id=7: no such"), none.err());
  }

  @Test
  void nameThatIsAnotherSnapshotsIdLoadsThatOne() throws IOException {
    nameBecomesAnId();
    for (CommandRun ran :
        List.of(
            ok("convert", "--into", disk, "-l", "2", stream),
            ok("edit", "--in-place", "-l", "2", "--set", "cpu#0.env.tsc=0x1234", disk))) {
      assertTrue(ran.err().contains("of the name two it loads snapshot two (e)"), ran.err());
      assertTrue(ran.err().contains("convert -O qcow2 -l snapshot.id=2 "), ran.err());
      assertFalse(ran.err().contains("-loadvm"), ran.err());
    }
    assertTrue(ok("convert", "--into", disk, "-l", "e", stream).err().contains("-loadvm e,"));
    CommandRun odd = CommandRun.of("check", "-l", "2", disk);
    assertEquals(3, odd.code(), odd.toString());
    assertTrue(odd.out().contains("warning V208 snapshot-name: name: expected"), odd.out());
    assertTrue(odd.out().contains("(qcow2.snapshot[1])"), odd.out());
    ok("check", "-l", "e", disk);
    assertTrue(ok("info", disk).out().contains("of the name two QEMU loads snapshot two (e), not"));
    String json = ok("info", "--output=json", disk).out();
    JsonNode tree = SchemaTest.JSON.readTree(json);
    assertEquals(Set.of(), SchemaTest.schema("info").validate(tree));
    JsonNode list = tree.get("qcow2").get("snapshots");
    assertEquals("two", list.get(1).get("loaded_instead").asText(), json);
    assertNull(list.get(0).get("loaded_instead"), json);
  }

  @Test
  void secondOfTwoWithOneNameIsNotLoaded() throws IOException {
    entry((file, at) -> file.put(at + 65, "two".getBytes(StandardCharsets.US_ASCII)));
    ok("check", "-l", "1", disk);
    assertTrue(
        CommandRun.of("check", "-l", "snapshot.id=2", disk).out().contains("snapshot 1 (two)"));
  }

  @Test
  void newSnapshotsIdIsNoNameThatIsThere() throws IOException {
    entry((file, at) -> file.putShort(at + 14, (short) 1).put(at + 65, (byte) '3'));
    ok("convert", "--into", disk, "-o", "snapshot=new", stream);
    ok("check", "-l", "snapshot.name=3", disk);
    ok("check", "-l", "snapshot.id=4", disk);
  }

  @Test
  void listSaysOfWhatMachineAStateWithPlacesForItsPagesIs() {
    ok("convert", "--into", disk, "-o", "snapshot=fixed,layout=qemu-mapped-ram", stream);
    String list = ok("info", disk).out();
    assertFalse(list.contains("not readable"), list);
    assertTrue(list.matches("(?s).* 3 +fixed .*pc-i440fx.*"), list);
  }

  @Test
  void listSaysOfWhatMachineAStateOfXemuIs() throws IOException {
    Path path = folder.resolve("xemu.qcow2");
    // longer than what is read of a head
    byte[] picture = new byte[2 << 20];
    try (Destination target = Destination.newDisk(path, false, "game")) {
      target.append("xemu".getBytes(StandardCharsets.US_ASCII));
      target.append(ByteBuffer.allocate(8).putInt(1).putInt(picture.length).array());
      target.append(picture);
      target.append(Files.readAllBytes(Path.of(stream)));
      target.commit(Outcome.WHOLE, false);
    }
    String list = ok("info", path.toString()).out();
    assertTrue(list.contains("pc-i440fx-10.0, pages of 4096"), list);
    assertTrue(list.contains("holder: state saved by xemu"), list);
  }

  @Test
  void snapshotWithoutAStateIsKnown() throws IOException {
    entry((file, at) -> file.putInt(at + 32, 0).putLong(at + 40, 0));
    for (String wanted : List.of("1", "one", "snapshot.id=1", "snapshot.name=one")) {
      CommandRun ran = CommandRun.of("info", "-l", wanted, disk);
      assertEquals(1, ran.code());
      assertEquals("", ran.out());
      assertTrue(ran.err().contains("disk.qcow2: -l " + wanted + ": snapshot 1 (one) has no VM"));
    }
    assertTrue(CommandRun.of("info", "-l", "x", disk).err().contains("disk.qcow2: -l x: no such"));
  }

  @Test
  void migrationIsReceivedIntoANewDisk() throws Exception {
    for (String layout : List.of("qemu", "qemu-mapped-ram")) {
      Path socket = folder.resolve("socket");
      String out = folder.resolve(layout + ".qcow2").toString();
      Thread sender = Thread.ofPlatform().start(() -> send(socket));
      String options = "snapshot=r,layout=" + layout;
      CommandRun ran = ok("receive", "-O", "qcow2", "-o", options, "unix:" + socket, out);
      sender.join();
      assertTrue(ran.err().contains("-loadvm r"), ran.err());
      ok("compare", "--snapshot", "r", out, stream);
      assertTrue(ok("info", out).out().contains("state format: " + layout + "\n"));
    }
  }

  /** Sends the stream as soon as somebody listens. */
  private void send(Path socket) {
    ByteBuffer bytes;
    try {
      bytes = ByteBuffer.wrap(Files.readAllBytes(Path.of(stream)));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    for (int i = 0; i < 600; i++) {
      try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        channel.connect(UnixDomainSocketAddress.of(socket));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        return;
      } catch (IOException e) {
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** In a volume an older state may be left. */
  @Test
  void olderStreamAfterAStreamIsToldOf() throws IOException {
    byte[] one = Files.readAllBytes(Path.of(stream));
    ByteBuffer both = ByteBuffer.allocate(1024 + 2 * one.length).put(one);
    Path volume = folder.resolve("volume");
    Files.write(volume, both.position(one.length + 1024).put(one).array());
    String told = ok("info", volume.toString()).out();
    assertTrue(told.contains("after the stream: "), told);
    assertTrue(told.contains("(" + (one.length + 1024) + " bytes), which no loader"), told);
  }
}
