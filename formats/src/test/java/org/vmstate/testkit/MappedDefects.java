package org.vmstate.testkit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Defects of mapped-ram. */
final class MappedDefects {
  private MappedDefects() {}

  private static MappedParts mapped() {
    return new MappedParts();
  }

  static List<Defect> list() {
    byte[] good = mapped().toBytes();
    int areaEnd = (1 << 20) + 0x4000;
    return List.of(
        new Defect("V013", "mapped-ram that is not announced", mapped().capabilities().toBytes()),
        new Defect(
            "V013",
            "mapped-ram announced for a sequential stream",
            Parts.sequential()
                .with(
                    "configuration",
                    new ImageBytes().configuration("test-1.0", "mapped-ram").toBytes())
                .toBytes()),
        new Defect(
            "V048",
            "a delta in mapped-ram",
            mapped()
                .inPart(new ImageBytes().be64(0x40).name("ram0").u8(1).be16(3).u8(0).u8(1).u8(1))
                .toBytes()),
        new Defect("V050", "a header of version 2", mapped().version(2).toBytes()),
        new Defect("V050", "a header of version 0", mapped().version(0).toBytes()),
        new Defect("V051", "another page size", mapped().pageSize(8192).toBytes()),
        new Defect(
            "V052", "a bitmap 16 bytes after its header", mapped().bitmapMoved(16).toBytes()),
        new Defect("V053", "places before the header", mapped().shown(-64).toBytes()),
        new Defect("V054", "pages on top of the bitmap", pagesOnTheBitmap()),
        new Defect(
            "V055", "pages at an odd offset", mapped().pagesOffset((1 << 20) + 512).toBytes()),
        new Defect(
            "V056", "pages at a multiple of 64 KiB", mapped().pagesOffset(1 << 16).toBytes()),
        new Defect("V057", "the areas of two blocks on one another", overlappingAreas()),
        new Defect("V058", "an area cut off", Arrays.copyOf(good, areaEnd - 100)),
        new Defect(
            "V059", "a stream cut out of an image", mapped().shown(4096).blocks(2).toBytes()),
        new Defect("V060", "a bit after the last page", mapped().bitmap(0x81).toBytes()),
        new Defect("V061", "an empty page that is marked", mapped().bitmap(3).toBytes()),
        new Defect("V062", "data in an unmarked page", mapped().secondPage(5).toBytes()),
        new Defect("V063", "no page marked", mapped().bitmap(0).toBytes()),
        new Defect("V063", "no END", mapped().withoutEnd().toBytes()),
        new Defect("V064", "a bitmap of a big-endian host", mapped().bigEndian().toBytes()),
        new Defect(
            "V065",
            "a zero page record",
            mapped().inPart(new ImageBytes().be64(2).name("ram0").u8(0)).toBytes()),
        new Defect(
            "V066",
            "MULTIFD_FLUSH in a PART",
            mapped().inPart(new ImageBytes().be64(0x200)).toBytes()),
        new Defect(
            "V067",
            "x-ignore-shared",
            mapped().capabilities("x-ignore-shared", "mapped-ram").toBytes()),
        new Defect("V072", "6 MiB of unused space", mapped().pagesOffset(6 << 20).toBytes()));
  }

  private static byte[] pagesOnTheBitmap() {
    byte[] image = mapped().toBytes();
    int name = new String(image, StandardCharsets.ISO_8859_1).indexOf("ram0");
    int header = name + 4 + 8;
    // the pages' offset becomes that of the bitmap
    System.arraycopy(image, header + 12, image, header + 20, 8);
    return image;
  }

  private static byte[] overlappingAreas() {
    byte[] image = mapped().blocks(2).toBytes();
    int header = new String(image, StandardCharsets.ISO_8859_1).indexOf("ram1") + 4 + 8;
    ByteBuffer.wrap(image).putLong(header + 20, (1 << 20) + 0x2000);
    return image;
  }

  static byte[] fixed2022() {
    ImageBytes image = new ImageBytes().header().configuration("test-1.0", "fixed-ram");
    image.section(1, 1, "ram", 0, 4).be64(0x4004).name("ram0").be64(0x4000);
    image.be32(8).be64(1 << 20).be64(Long.reverseBytes(1)).padTo(1 << 20).fill(1, 4096);
    image.zeros(3 * 4096).eos().footer(1).again(2, 1).footer(1).again(3, 1).footer(1);
    return image.u8(0).description("{\"page_size\": 4096, \"devices\": []}").toBytes();
  }
}
