package org.vmstate.parser.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.Deflater;
import org.vmstate.formats.ram.MappedBlock;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.ImageBytes;

/** Memory of pages of 1 KiB that a test writes and then asks for. */
abstract class RamContentsFixture {
  static final int PAGE = 1024;
  static final int STRIDE = PAGE + 8;

  final ImageBytes image = new ImageBytes().fill(0x99, 16);
  final RamContents contents = new RamContents();
  RamBlock block;

  static RamBlock block(int index, long length, long address, MappedBlock mapped) {
    return new RamBlock(index, "b" + index, length, PAGE, 0, address, Optional.ofNullable(mapped));
  }

  RamContentsFixture of(int pages) throws IOException {
    block = block(0, (long) pages * PAGE, -1, null);
    contents.blocks(List.of(block));
    return this;
  }

  RamContentsFixture add(PageKind kind, long page, long count, int value, long offset, long step)
      throws IOException {
    contents.add(new PageRun(block, page, count, kind, value, offset, step));
    return this;
  }

  RamContentsFixture zero(long page, long count) throws IOException {
    return add(PageKind.ZERO, page, count, 0, 0, 0);
  }

  RamContentsFixture fill(long page, long count, int value) throws IOException {
    return add(PageKind.FILL, page, count, value, 0, 0);
  }

  /** Pages of data at an offset that is not looked at. */
  RamContentsFixture data(long page, long count, long offset, long step) throws IOException {
    return add(PageKind.DATA, page, count, 0, offset, step);
  }

  /** One page of data, all of one byte, that stands in the image. */
  RamContentsFixture page(long page, int value) throws IOException {
    long at = image.size();
    image.fill(value, PAGE);
    return data(page, 1, at, STRIDE);
  }

  /** A delta that changes one byte. */
  RamContentsFixture delta(long page, int at, int value) throws IOException {
    image.u8(1).be16(at < 128 ? 3 : 4);
    int data = image.size();
    if (at < 128) {
      image.u8(at);
    } else {
      image.u8(at & 0x7f | 0x80).u8(at >> 7);
    }
    image.u8(1).u8(value);
    return add(PageKind.XBZRLE, page, 1, image.size() - data, data, 0);
  }

  RamContentsFixture compressed(long page, int value) throws IOException {
    byte[] content = new byte[PAGE];
    Arrays.fill(content, (byte) value);
    byte[] out = new byte[PAGE];
    try (Deflater deflater = new Deflater()) {
      deflater.setInput(content);
      deflater.finish();
      int length = deflater.deflate(out);
      image.be32(length);
      int at = image.size();
      image.raw(Arrays.copyOf(out, length));
      return add(PageKind.ZLIB, page, 1, length, at, 0);
    }
  }

  void done() {
    contents.setSource(new HeapSource(image.toBytes(), 0, new StructurePath()));
  }

  String runs() throws IOException {
    done();
    StringBuilder text = new StringBuilder();
    contents.forEachRun(
        block,
        run -> {
          assertEquals(block, run.block());
          text.append(text.isEmpty() ? "" : ", ");
          text.append(run.firstPage()).append('+').append(run.count()).append(' ');
          text.append(
              switch (run) {
                case MemoryRun.Data d ->
                    d.kind().label() + " " + d.offset() + (d.stride() == 0 ? "" : "/" + d.stride());
                case MemoryRun.Fill f -> "fill " + f.value();
                case MemoryRun.NeverSent _ -> "never";
                case MemoryRun.LeftOut _ -> "left out";
              });
        });
    return text.toString();
  }

  /** What is read of pages, from one to the one before another: each answer of a sink. */
  String read(long from, long to) throws IOException {
    done();
    List<String> parts = new ArrayList<>();
    contents.read(
        block,
        from,
        to,
        new RamContents.Sink() {
          @Override
          public void bytes(ByteBuffer data) {
            parts.add("bytes " + data.remaining() + " of " + (data.get(0) & 0xff));
          }

          @Override
          public void zeros(long count) {
            parts.add("zeros " + count);
          }

          @Override
          public void absent(long count) {
            parts.add("absent " + count);
          }
        });
    return String.join(", ", parts);
  }

  byte[] bytes(long page) throws IOException {
    done();
    return ((Page.Data) contents.page(block, page)).bytes();
  }
}
