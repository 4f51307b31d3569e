package org.vmstate.testkit;

/** A small good mapped-ram image of one block of four pages, the first of which holds data. */
public final class MappedParts {
  private static final int MIB = 1 << 20;
  private static final int LENGTH = 0x4000;

  private String[] capabilities = {"mapped-ram"};
  private String machine = "test-1.0";
  private int lead;
  private long version = 1;
  private long pageSize = 4096;
  private int bitmapMoved;
  private int shown;
  private int pagesOffset = MIB;
  private long bitmap = 1;
  private int secondPage;
  private int blocks = 1;
  private boolean bigEndian;
  private boolean ends = true;
  private byte[] inPart = {};

  public MappedParts capabilities(String... names) {
    capabilities = names.clone();
    return this;
  }

  public MappedParts version(long value) {
    version = value;
    return this;
  }

  public MappedParts pageSize(long value) {
    pageSize = value;
    return this;
  }

  /** Puts the bitmap so many bytes after the header's end. */
  public MappedParts bitmapMoved(int by) {
    bitmapMoved = by;
    return this;
  }

  /** Makes the header tell places that are off by so many bytes. */
  public MappedParts shown(int by) {
    shown = by;
    return this;
  }

  public MappedParts pagesOffset(int value) {
    pagesOffset = value;
    return this;
  }

  public MappedParts bitmap(long bits) {
    bitmap = bits;
    return this;
  }

  public MappedParts bigEndian() {
    bigEndian = true;
    return this;
  }

  /** Fills the second page. */
  public MappedParts secondPage(int fill) {
    secondPage = fill;
    return this;
  }

  public MappedParts blocks(int count) {
    blocks = count;
    return this;
  }

  public MappedParts withoutEnd() {
    ends = false;
    return this;
  }

  public MappedParts inPart(ImageBytes words) {
    inPart = words.toBytes();
    return this;
  }

  /** Puts zero bytes in front of the stream without telling its headers. */
  public MappedParts lead(int bytes) {
    lead = bytes;
    return this;
  }

  public byte[] toBytes() {
    ImageBytes image = new ImageBytes().header().configuration(machine, capabilities);
    image.section(1, 1, "ram", 0, 4).be64((long) blocks * LENGTH | 4);
    for (int i = 0; i < blocks; i++) {
      image.name("ram" + i).be64(LENGTH);
      if (capabilities.length > 1) {
        image.be64(i * (long) LENGTH);
      }
      int bitmapOffset = image.size() + 28 + bitmapMoved;
      int pages = pagesOffset + i * MIB;
      image.be32(version).be64(pageSize).be64(bitmapOffset + shown).be64(pages + shown);
      image.padTo(bitmapOffset).be64(bigEndian ? bitmap : Long.reverseBytes(bitmap));
      image.padTo(pages).fill(1, 4096).fill(secondPage, 4096).zeros(2 * 4096);
    }
    image.eos().footer(1);
    image.again(2, 1).raw(inPart).eos().footer(1);
    if (ends) {
      image.again(3, 1).eos().footer(1);
    }
    image.u8(0).description("{\"page_size\": 4096, \"devices\": []}");
    return new ImageBytes().zeros(lead).raw(image.toBytes()).toBytes();
  }
}
