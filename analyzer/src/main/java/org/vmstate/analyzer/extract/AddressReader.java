package org.vmstate.analyzer.extract;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.OptionalLong;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.paging.AddressSpace;
import org.vmstate.analyzer.physical.PhysicalMap;
import org.vmstate.analyzer.physical.PhysicalRange;

/** Reads memory by the guest's addresses, physical or those that a CPU sees. */
final class AddressReader {
  private static final int PAGE = 4096;

  private final BlockReader blocks;
  private final PhysicalMap map;

  AddressReader(BlockReader blocks, PhysicalMap map) {
    this.blocks = blocks;
    this.map = map;
  }

  /** Copies physical memory. */
  void physical(long from, long length, WritableByteChannel out) throws IOException {
    for (long at = from; at - from < length; ) {
      long here = at;
      PhysicalRange range =
          map.ranges().stream()
              .filter(r -> r.start() <= here && here < r.end())
              .findFirst()
              .orElseThrow(
                  () ->
                      new ConversionException(
                          "physical address 0x"
                              + Long.toHexString(here)
                              + ": no memory of the image; info --memory lists what is"));
      long count = Math.min(length - (at - from), range.end() - at);
      long offset = range.offset() + at - range.start();
      blocks.require(range.block(), offset, count, "--physical");
      blocks.copy(range.block(), offset, count, out);
      at += count;
    }
  }

  /** Copies memory by the addresses of a CPU. */
  void virtual(AddressSpace space, long from, long length, OutputStream stream) throws IOException {
    WritableByteChannel out = Channels.newChannel(stream);
    for (long at = from; at - from < length; ) {
      OptionalLong physical = translate(space, at);
      if (physical.isEmpty()) {
        throw new ConversionException(
            "virtual address 0x" + Long.toHexString(at) + ": not mapped; --cpu N asks another CPU");
      }
      long count = Math.min(length - (at - from), PAGE - (at & PAGE - 1));
      physical(physical.getAsLong(), count, out);
      at += count;
    }
  }

  /** Returns the physical address of a virtual one, nothing where none is mapped. */
  OptionalLong translate(AddressSpace space, long virtual) throws IOException {
    return space.translate(virtual, (address, size) -> word(space, address, size));
  }

  private long word(AddressSpace space, long address, int size) throws IOException {
    ByteBuffer word =
        ByteBuffer.allocate(size)
            .order(space.isBigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    physical(
        address,
        size,
        new WritableByteChannel() {
          @Override
          public int write(ByteBuffer source) {
            int count = source.remaining();
            word.put(source);
            return count;
          }

          @Override
          public boolean isOpen() {
            return true;
          }

          @Override
          public void close() {}
        });
    return size == Long.BYTES ? word.getLong(0) : word.getInt(0) & 0xffff_ffffL;
  }
}
