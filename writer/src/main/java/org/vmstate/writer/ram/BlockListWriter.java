package org.vmstate.writer.ram;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.vmstate.formats.layout.FixedLayout;
import org.vmstate.formats.ram.MappedBlock;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.spec.QemuRamBlockList;
import org.vmstate.writer.io.ByteSink;
import org.vmstate.writer.io.SpecWriter;

/** Writes the parts of the RAM block list. Source: QEMU 10.0 migration/ram.c. */
public final class BlockListWriter {
  private static final int NAME_AND_LENGTH = 9;

  private final ByteSink sink;

  /** Writes to a sink. */
  public BlockListWriter(ByteSink sink) {
    this.sink = sink;
  }

  /** Writes the word that opens the list; a total has no bits below the page size. */
  public void total(long total) throws IOException {
    word(total | RamFormat.MEM_SIZE);
  }

  /** Writes the word that opens the list as it was read. */
  public void word(long word) throws IOException {
    QemuRamBlockList list = new QemuRamBlockList();
    list.setMemSize(word);
    SpecWriter.write(sink, list, Long.BYTES);
  }

  /** Writes an entry; its page size and address are written where the block has them. */
  public void entry(RamBlock block) throws IOException {
    byte[] name = block.name().getBytes(StandardCharsets.ISO_8859_1);
    boolean hostPage = block.hostPageSize() != 0;
    boolean address = block.address() != -1;
    QemuRamBlockList.Entry entry = new QemuRamBlockList.Entry(hostPage, address);
    entry.setLenIdstr(name.length);
    entry.setIdstr(name);
    entry.setUsedLength(block.usedLength());
    entry.setPageSize(block.hostPageSize());
    entry.setAddress(block.address());
    int extra = (hostPage ? Long.BYTES : 0) + (address ? Long.BYTES : 0);
    SpecWriter.write(sink, entry, NAME_AND_LENGTH + name.length + extra);
  }

  /** Writes the block header of a layout. */
  public void header(FixedLayout layout, MappedBlock place) throws IOException {
    SpecWriter.write(sink, layout.header(place), layout.headerLength());
  }
}
