package org.vmstate.parser.ram;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.ram.BitmapOrder;
import org.vmstate.formats.ram.MappedBlock;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;

class BitmapReaderTest {
  /** 64 KiB of a bitmap are read at a time; runs go on from one part to the next. */
  @Test
  void bitmapMayBeLongerThanWhatIsReadAtATime() throws IOException {
    int length = 3 * 65536 + 8;
    byte[] image = new byte[16 + length];
    for (int at = 65536 - 8; at < 65536 + 8; at++) {
      image[16 + at] = (byte) 0xff;
    }
    image[16 + 2 * 65536] = 2;
    image[16 + length - 1] = (byte) 0x80;
    long pages = length * 8L;
    MappedBlock place = new MappedBlock(1, 1024, 0, 16, length, 1 << 20, BitmapOrder.LITTLE);
    RamBlock block = new RamBlock(0, "r", pages * 1024, 1024, 0, -1, Optional.of(place));
    List<String> runs = new ArrayList<>();
    new BitmapReader(new HeapSource(image, 0, new StructurePath()), block)
        .forEachRun(run -> runs.add(run.kind() + " " + run.firstPage() + "+" + run.count()));
    assertEquals(
        List.of(
            "ZERO 0+524224",
            "DATA 524224+128",
            "ZERO 524352+524225",
            "DATA 1048577+1",
            "ZERO 1048578+524349",
            "DATA 1572927+1"),
        runs);
  }
}
