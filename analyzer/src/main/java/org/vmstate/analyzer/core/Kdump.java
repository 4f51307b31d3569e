package org.vmstate.analyzer.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vmstate.analyzer.physical.Fields;
import org.vmstate.analyzer.physical.PhysicalRange;

/**
 * The layout of a compressed kdump of version 6 with 64-bit words, in the byte order of the guest:
 *
 * <ol>
 *   <li>block 0: header: signature of 8 bytes, u32 version, six names of 65 bytes, from 424 on u32
 *       compression, u32 block size, u32 blocks of the sub-header, u32 blocks of both bitmaps
 *   <li>from block 1: sub-header of 104 bytes, then the notes
 *   <li>bitmap of pages that exist, bitmap of pages that follow: a bit for each, lowest first
 *   <li>for each page a descriptor of 24 bytes: u64 file offset, u32 length, u32 compression, u64 0
 *   <li>the pages, each compressed for itself, or as it is where that is no longer
 * </ol>
 *
 * Source: makedumpfile IMPLEMENTATION and diskdump_mod.h; QEMU 10.0 include/system/dump.h.
 */
public final class Kdump {
  /** Length of a descriptor. */
  public static final int DESCRIPTOR = 24;

  private static final byte[] SIGNATURE = "KDUMP   ".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 6;
  private static final int NAME = 65;
  private static final int MACHINE = 12 + 4 * NAME;
  private static final int RELEASE = 12 + 2 * NAME;
  private static final int STATUS = 424;
  private static final int CPUS = 460;
  private static final int SUB_HEADER = 104;
  private static final int NOTE_HEADER = 24;
  private static final int PAGE = 4096;
  private static final Pattern LINE = Pattern.compile("(?m)^([A-Z]+(?:\\(\\w+\\))?)=(.*)$");

  /** Names of machines as {@code uname -m} has them, by ELF number. */
  private static final Map<Integer, String> MACHINES =
      Map.of(3, "i686", 21, "ppc64", 22, "s390x", 62, "x86_64", 183, "aarch64", 243, "riscv64");

  private final List<PhysicalRange> ranges;
  private final CoreNotes notes;
  private final int cpus;
  private final byte[] guestNote;
  private final int blockSize;
  private final long pages;

  /** Lays a dump out; the parameters are those of {@link ElfCore}. */
  public Kdump(List<PhysicalRange> ranges, List<Fields> cpus, byte[] vmcoreinfo) {
    this.ranges = ranges;
    this.cpus = cpus.size();
    notes = new CoreNotes(cpus, vmcoreinfo);
    guestNote = vmcoreinfo;
    long size = number("PAGESIZE", PAGE);
    blockSize = size >= PAGE && size <= PAGE << 4 && Long.bitCount(size) == 1 ? (int) size : PAGE;
    pages = (ranges.getLast().end() + blockSize - 1) / blockSize;
  }

  private String text(String key) {
    if (guestNote.length <= NOTE_HEADER) {
      return "";
    }
    Matcher line =
        LINE.matcher(
            new String(
                guestNote,
                NOTE_HEADER,
                guestNote.length - NOTE_HEADER,
                StandardCharsets.ISO_8859_1));
    while (line.find()) {
      if (line.group(1).equals(key)) {
        return line.group(2);
      }
    }
    return "";
  }

  private long number(String key, long otherwise) {
    try {
      String text = text(key);
      return text.isEmpty() ? otherwise : Long.decode(text);
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  /** Returns a line for each CPU whose registers are left out, with the reason. */
  public List<String> omitted() {
    return notes.omitted();
  }

  /** Reports whether the registers are in it. */
  public boolean hasRegisters() {
    return notes.kind().isPresent();
  }

  /** Reports whether words have 64 bits, as only this form has them. */
  public boolean is64() {
    return notes.kind().map(CpuNotes::is64).orElse(true);
  }

  /** Returns the byte order of all that is not memory. */
  public ByteOrder order() {
    return notes.order();
  }

  /** Returns the size of a page, which is the guest's own. */
  public int blockSize() {
    return blockSize;
  }

  private int frontBlocks() {
    return (SUB_HEADER + notes.bytes().length + blockSize - 1) / blockSize;
  }

  private long bitmapBlocks() {
    return ((pages + 7) / 8 + blockSize - 1) / blockSize;
  }

  /** Returns the file offset of the first of both bitmaps. */
  public long bitmapStart() {
    return (1L + frontBlocks()) * blockSize;
  }

  /** Returns the length of a bitmap. */
  public long bitmapLength() {
    return bitmapBlocks() * blockSize;
  }

  /** Returns the file offset of the descriptors. */
  public long descriptorStart() {
    return bitmapStart() + 2 * bitmapLength();
  }

  /** Returns how many pages hold some memory. */
  public long count() {
    long count = 0;
    long next = 0;
    for (PhysicalRange range : ranges) {
      long first = Math.max(next, range.start() / blockSize);
      next = (range.end() + blockSize - 1) / blockSize;
      count += Math.max(0, next - first);
    }
    return count;
  }

  /**
   * Fills a part of a bitmap.
   *
   * @param from byte of the bitmap
   */
  public void bitmap(long from, byte[] part) {
    long start = from * 8;
    long end = start + part.length * 8L;
    for (PhysicalRange range : ranges) {
      long first = Math.max(start, range.start() / blockSize);
      long next = Math.min(end, (range.end() + blockSize - 1) / blockSize);
      for (long page = first; page < next; ) {
        int at = (int) ((page - start) / Byte.SIZE);
        if (page % Byte.SIZE == 0 && next - page >= Byte.SIZE) {
          int whole = (int) ((next - start) / Byte.SIZE);
          Arrays.fill(part, at, whole, (byte) 0xff);
          page = start + (long) whole * Byte.SIZE;
        } else {
          part[at] |= (byte) (1 << page % Byte.SIZE);
          page++;
        }
      }
    }
  }

  /**
   * Returns what stands in front of the bitmaps.
   *
   * @param compression flag of the compression: 1 zlib, 0x20 zstd, 0 none
   */
  public byte[] front(int compression) {
    ByteBuffer out = ByteBuffer.allocate((int) bitmapStart()).order(order());
    out.put(SIGNATURE).putInt(VERSION);
    int machine = notes.kind().map(CpuNotes::machine).orElse(0);
    out.put(RELEASE, name(text("OSRELEASE")));
    out.put(MACHINE, name(MACHINES.getOrDefault(machine, "Unknown")));
    out.position(STATUS).putInt(compression).putInt(blockSize).putInt(frontBlocks());
    out.putInt((int) (2 * bitmapBlocks()));
    out.putInt((int) Math.min(pages, 0xffff_ffffL));
    out.putInt(CPUS, cpus);
    long notesStart = blockSize + SUB_HEADER;
    out.position(blockSize);
    out.putLong(number("NUMBER(phys_base)", number("NUMBER(PHYS_OFFSET)", 0)));
    out.putInt(0).putInt(0).putLong(0).putLong(0);
    boolean has = guestNote.length > NOTE_HEADER;
    out.putLong(has ? notesStart + notes.guestNote() + NOTE_HEADER : 0);
    out.putLong(has ? ByteBuffer.wrap(guestNote).order(order()).getInt(Integer.BYTES) : 0);
    out.putLong(notesStart).putLong(notes.bytes().length);
    out.putLong(0).putLong(0).putLong(0).putLong(0).putLong(pages);
    return out.put(notes.bytes()).array();
  }

  private static byte[] name(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return Arrays.copyOf(bytes, Math.min(bytes.length, NAME - 1));
  }
}
