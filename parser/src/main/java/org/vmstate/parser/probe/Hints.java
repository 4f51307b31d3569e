package org.vmstate.parser.probe;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.vmstate.formats.container.VmaFormat;
import org.vmstate.formats.qcow2.Qcow2Format;
import org.vmstate.formats.ram.MultifdFormat;

/** Names files that people take for saved state, and says what to do with them. */
final class Hints {
  private record Hint(String hexMagic, String text) {}

  private static final List<Hint> HINTS =
      List.of(
          new Hint(
              hex(Qcow2Format.MAGIC), "a qcow2 disk image inside something else; unpack it first"),
          new Hint(
              hex(VmaFormat.MAGIC),
              "a Proxmox VMA archive in a pipe or inside something else; store it as a file, or"
                  + " unpack it, first"),
          new Hint("514649", "a qcow disk image; see qemu-img info"),
          new Hint("7f454c46", "an ELF file; a core of dump-guest-memory holds no device state"),
          new Hint("4b44554d50202020", "a kdump file; it holds memory but no device state"),
          new Hint("6d616b6564756d7066696c65", "a makedumpfile dump; it holds no device state"),
          new Hint("4b444d56", "a VMDK disk image; see qemu-img info"),
          new Hint("76686478", "a VHDX disk image; see qemu-img info"),
          new Hint("636f6e6563746978", "a VHD disk image; see qemu-img info"),
          new Hint("454d694c", "a LiME memory dump; it holds no device state"),
          new Hint("d0bed2be", "a VMware state file"),
          new Hint("d1bad1ba", "a VMware state file"),
          new Hint("d2bed2be", "a VMware state file"),
          new Hint("d3bed3be", "a VMware state file"),
          new Hint(hex("PAGEDUMP"), "a Windows crash dump"),
          new Hint(hex("PAGEDU64"), "a Windows crash dump"),
          new Hint(hex("LinuxGuestRecord"), "a Xen save record of libxl"),
          new Hint("ffffffffffffffff58454e46", "a Xen domain save stream"),
          new Hint(hex("<domain"), "a domain XML, not a save image; see virsh save-image-dumpxml"),
          new Hint(hex("<?xml"), "an XML file, not a save image"),
          new Hint("7b", "a JSON text; the output of a dump cannot be read back"),
          new Hint("504b0304", "a zip archive"),
          new Hint("377abcaf271c", "a 7z archive; unpack it first"),
          new Hint("04224d18", "lz4 data; unpack it first"),
          new Hint("4c5a4950", "lzip data; unpack it first"),
          new Hint(hex("QCPR"), "the CPR channel of QEMU; the main stream is in another file"),
          new Hint(
              hex(MultifdFormat.MAGIC),
              "a recorded multifd channel; the main stream is in another file"));

  private Hints() {}

  private static String hex(long magic) {
    return HexFormat.of().toHexDigits((int) magic);
  }

  private static String hex(String ascii) {
    return HexFormat.of().formatHex(ascii.getBytes(StandardCharsets.US_ASCII));
  }

  /** Describes the file with the given first bytes, in hex. */
  static String describe(String hexHead) {
    for (Hint hint : HINTS) {
      if (hexHead.startsWith(hint.hexMagic)) {
        return "this is " + hint.text;
      }
    }
    return "";
  }
}
