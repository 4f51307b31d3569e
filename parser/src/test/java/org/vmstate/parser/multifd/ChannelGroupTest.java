package org.vmstate.parser.multifd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.rule.Reason;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.ImageBytes;

/** Two channels of a guest with one block of four pages, and what can be wrong with them. */
class ChannelGroupTest {
  private static final int PAGE = 4096;
  private static final int SLOTS = 128;
  private static final int SYNC = 1;
  private static final int ZLIB = 2;

  private final List<String> placed = new ArrayList<>();
  private final PageSink sink =
      new PageSink() {
        @Override
        public void data(RamBlock block, long first, ByteBuffer pages) {
          placed.add(first + "+" + pages.remaining() / PAGE + "=" + pages.get(pages.position()));
        }

        @Override
        public void zero(RamBlock block, long page) {
          placed.add(page + " zero");
        }
      };

  private static ImageBytes channel(int id, int uuid) {
    return new ImageBytes().be32(0x11223344).be32(1).u8(uuid).zeros(15).u8(id).zeros(39);
  }

  /** A packet: its flags, number, data, and page numbers of which the last ones are zero. */
  private static byte[] packet(int flags, long number, int normal, byte[] data, int... pages) {
    ImageBytes image = new ImageBytes().be32(0x11223344).be32(1).be32(flags);
    image.be32(pages.length == 0 ? 0 : SLOTS).be32(normal).be32(data.length).be64(number);
    image.be32(pages.length - normal).zeros(28).text("pc.ram").zeros(250);
    for (int page : pages) {
      image.be64((long) page * PAGE);
    }
    return image.zeros((SLOTS - pages.length) * 8).raw(data).toBytes();
  }

  private static byte[] sync(long number) {
    return packet(SYNC, number, 0, new byte[0]);
  }

  private static byte[] filled(int count, int value) {
    byte[] result = new byte[count * PAGE];
    Arrays.fill(result, (byte) value);
    return result;
  }

  private static byte[] deflated(Deflater deflater, byte[] data) {
    byte[] result = new byte[PAGE];
    deflater.setInput(data);
    int n = deflater.deflate(result, 0, result.length, Deflater.SYNC_FLUSH);
    return Arrays.copyOf(result, n);
  }

  private void run(int intervals, byte[]... channels) throws IOException {
    RamBlock block = new RamBlock(0, "pc.ram", 4 * PAGE, PAGE, 0, -1, Optional.empty());
    try (ChannelGroup group = new ChannelGroup(false)) {
      for (byte[] bytes : channels) {
        group.add(new ChannelReader(new HeapSource(bytes, 0, new StructurePath()), "channel"));
      }
      group.requireNumbers();
      group.begin(List.of(block));
      for (int i = 0; i < intervals; i++) {
        group.interval(sink);
        placed.add("|");
      }
      group.end();
    }
  }

  private void refused(Reason reason, byte[]... channels) {
    StateFormatException e = assertThrows(StateFormatException.class, () -> run(1, channels));
    assertEquals(reason, e.problem().reason(), e.getMessage());
  }

  @Test
  void intervalsAreKeptAndPagesComeByNumber() throws IOException {
    run(
        2,
        channel(0, 7)
            .raw(packet(0, 1, 2, filled(2, 5), 0, 1, 3))
            .raw(sync(2))
            .raw(packet(0, 5, 1, filled(1, 8), 2))
            .raw(sync(6))
            .toBytes(),
        channel(1, 7)
            .raw(packet(0, 0, 1, filled(1, 6), 0))
            .raw(sync(3))
            .raw(packet(0, 4, 2, filled(2, 9), 1, 3))
            .raw(sync(7))
            .toBytes());
    assertEquals(List.of("0+1=6", "0+2=5", "3 zero", "|", "1+1=9", "3+1=9", "2+1=8", "|"), placed);
  }

  @Test
  void zlibIsOneStreamOverAllPacketsOfAChannel() throws IOException {
    Deflater deflater = new Deflater();
    byte[] first = deflated(deflater, filled(1, 3));
    byte[] second = deflated(deflater, filled(1, 4));
    run(
        1,
        channel(0, 0)
            .raw(packet(ZLIB, 0, 1, first, 0))
            .raw(packet(ZLIB, 1, 1, second, 1))
            .raw(sync(2))
            .toBytes());
    assertEquals(List.of("0+1=3", "1+1=4", "|"), placed);
    refused(
        Reason.MULTIFD_DATA_DAMAGED,
        channel(0, 0).raw(packet(ZLIB, 0, 1, second, 0)).raw(sync(1)).toBytes());
  }

  @Test
  void channelsThatDoNotBelongTogetherAreRefused() {
    byte[] good = channel(0, 7).raw(sync(0)).toBytes();
    refused(Reason.MULTIFD_CHANNEL_OF_ANOTHER, good, channel(1, 8).raw(sync(1)).toBytes());
    refused(Reason.MULTIFD_CHANNEL_OF_ANOTHER, good, channel(0, 7).raw(sync(1)).toBytes());
    refused(Reason.MULTIFD_CHANNEL_MISSING, good, channel(2, 7).raw(sync(1)).toBytes());
    refused(Reason.MULTIFD_PACKET_MISSING, channel(0, 7).raw(sync(1)).toBytes());
    refused(Reason.MULTIFD_INITIAL_MAGIC, new byte[64]);
  }

  @Test
  void channelOfAnotherSaveOfTheGuestIsRefused() {
    byte[] one = channel(0, 0).raw(sync(0)).raw(packet(0, 2, 1, filled(1, 1), 0)).toBytes();
    byte[] another = channel(1, 0).raw(sync(1)).raw(packet(0, 2, 1, filled(1, 2), 1)).toBytes();
    StateFormatException e =
        assertThrows(
            StateFormatException.class,
            () ->
                run(
                    2,
                    new ImageBytes().raw(one).raw(sync(3)).toBytes(),
                    new ImageBytes().raw(another).raw(sync(4)).toBytes()));
    assertEquals(Reason.MULTIFD_CHANNEL_OF_ANOTHER, e.problem().reason(), e.getMessage());
  }

  /** Up to QEMU 8.2 a SYNC has a capacity and may come with pages, whose number it takes. */
  private static byte[] earlySync(long number, int... pages) {
    byte[] packet = packet(SYNC, number, pages.length, filled(pages.length, 1), pages);
    packet[14] = 0;
    packet[15] = (byte) SLOTS;
    return packet;
  }

  @Test
  void missingChannelOfAnEarlySaveIsRefused() throws IOException {
    byte[] first = channel(0, 0).raw(earlySync(0)).raw(packet(0, 2, 1, filled(1, 5), 2)).toBytes();
    byte[] rest = earlySync(4);
    byte[] second = channel(1, 0).raw(earlySync(1)).raw(earlySync(5, 3)).toBytes();
    first = new ImageBytes().raw(first).raw(rest).toBytes();
    run(2, first, second);
    assertEquals(List.of("|", "2+1=5", "3+1=1", "|"), placed);
    byte[] alone = first;
    StateFormatException e = assertThrows(StateFormatException.class, () -> run(2, alone));
    assertEquals(Reason.MULTIFD_PACKET_MISSING, e.problem().reason(), e.getMessage());
  }

  @Test
  void aChannelThatIsCutOrTooLongIsRefused() {
    byte[] page = packet(0, 0, 1, filled(1, 1), 0);
    byte[] cut = channel(0, 7).raw(page).toBytes();
    refused(Reason.MULTIFD_CHANNEL_CUT, cut);
    refused(Reason.DATA_ENDS, Arrays.copyOf(cut, cut.length - 1));
    refused(
        Reason.MULTIFD_CHANNEL_LONG,
        channel(0, 7).raw(sync(0)).raw(packet(0, 1, 1, filled(1, 1), 0)).toBytes());
  }

  @Test
  void impossiblePacketsAreRefused() {
    byte[] data = filled(1, 1);
    refused(Reason.MULTIFD_PAGE_OUTSIDE, channel(0, 7).raw(packet(0, 0, 1, data, 4)).toBytes());
    refused(
        Reason.MULTIFD_DATA_SIZE,
        channel(0, 7).raw(packet(0, 0, 1, new byte[PAGE + 1], 0)).toBytes());
    refused(Reason.MULTIFD_METHOD, channel(0, 7).raw(packet(8, 0, 1, data, 0)).toBytes());
    refused(
        Reason.MULTIFD_METHOD_CHANGED,
        channel(0, 7).raw(packet(0, 0, 1, data, 0)).raw(packet(ZLIB, 1, 1, data, 0)).toBytes());
    refused(Reason.MULTIFD_DEVICE_STATE, channel(0, 7).raw(packet(0x40, 0, 1, data, 0)).toBytes());
    refused(
        Reason.MULTIFD_NUMBER_ORDER,
        channel(0, 7).raw(packet(0, 5, 1, data, 0)).raw(packet(0, 5, 1, data, 0)).toBytes());
    byte[] name = packet(0, 0, 1, data, 0);
    name[64] = 'x';
    refused(Reason.MULTIFD_BLOCK_UNKNOWN, channel(0, 7).raw(name).toBytes());
    byte[] counts = packet(0, 0, 1, data, 0);
    counts[14] = 1;
    refused(Reason.MULTIFD_PAGES, channel(0, 7).raw(counts).toBytes());
    byte[] version = packet(0, 0, 1, data, 0);
    version[7] = 2;
    refused(Reason.MULTIFD_VERSION, channel(0, 7).raw(version).toBytes());
  }
}
