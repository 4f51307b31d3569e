package org.vmstate.parser.container;

import io.kaitai.struct.ByteBufferKaitaiStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.vmstate.formats.container.VmaFormat;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.spec.VmaExtentHeader;
import org.vmstate.formats.spec.VmaHeader;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.ExtentSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.parser.io.TemporaryFile;

/**
 * A Proxmox VMA archive: a header that names devices, then extents to the end of the file, each a
 * list of clusters and their blocks. The device {@code vmstate} holds a saved state.
 *
 * <p>Source: proxmox/pve-qemu vma_spec.txt.
 */
final class VmaArchive {
  /** What vzdump writes. */
  record Kind() implements Holder.Kind {
    @Override
    public boolean isOne(ByteSource file) throws IOException {
      return VmaArchive.isOne(file);
    }

    @Override
    public Holder open(ByteSource file) throws IOException {
      return VmaArchive.open(file);
    }

    @Override
    public boolean isCompressed() {
      return true;
    }
  }

  private static final int LONGEST_NAME = 255;

  private final ByteSource file;
  private final VmaHeader header;
  private final byte[] blobs;
  private final VmaBlocks blocks;

  private VmaArchive(ByteSource file) throws IOException {
    this.file = file;
    if (!file.has(VmaFormat.HEADER)) {
      throw new TruncatedDataException(
          Reason.DATA_ENDS,
          "VMA header: expected " + VmaFormat.HEADER + " bytes, found the end of the file",
          file.position(),
          file.path().toString());
    }
    long length = file.peek32(VmaFormat.HEADER_LENGTH_AT);
    if (length < VmaFormat.HEADER || length % VmaFormat.SECTOR != 0) {
      throw damaged("header length: expected a multiple of 512, found " + length, 56);
    }
    byte[] bytes = file.bytes(length, VmaFormat.MOST_HEADER, "VMA header");
    header = new VmaHeader(new ByteBufferKaitaiStream(bytes));
    header._read();
    if (header.version() != VmaFormat.VERSION) {
      throw file.unsupported(
          Reason.HOLDER_UNSUPPORTED,
          "VMA archive: expected version 1, found " + header.version(),
          4);
    }
    if (!VmaFormat.isIntact(bytes, VmaFormat.HEADER_MD5_AT)) {
      throw damaged("VMA header: expected bytes of its MD5 sum, found others", 0);
    }
    if (header.blobOffset() > length || header.lenBlob() > length - header.blobOffset()) {
      throw damaged("blobs: expected them inside the header", VmaFormat.BLOBS_AT);
    }
    blobs =
        Arrays.copyOfRange(
            bytes, (int) header.blobOffset(), (int) (header.blobOffset() + header.lenBlob()));
    blocks = new VmaBlocks(file, file.isSeekable() ? null : TemporaryFile.create(".vma"));
  }

  private static boolean isOne(ByteSource file) throws IOException {
    return file.peek32(0) == VmaFormat.MAGIC;
  }

  /** Reads the archive from the cursor to its end; a source that cannot be sought is kept of. */
  private static Holder open(ByteSource file) throws IOException {
    file.path().push("vma");
    VmaArchive archive = new VmaArchive(file);
    try {
      archive.extents(archive.device());
      archive.blocks.requireAll();
      file.path().clear();
      StructurePath path = new StructurePath();
      path.push(VmaFormat.STATE);
      return new Holder(
          "device vmstate of a Proxmox VMA archive"
              + (archive.blocks.isOrdered() ? "" : " (clusters out of order)"),
          new ExtentSource(archive.blocks, archive.blocks.end(), archive.blocks.owner(), path));
    } catch (IOException | RuntimeException | Error e) {
      archive.blocks.discard();
      throw e;
    }
  }

  private MalformedDataException damaged(String words, long at) {
    return file.malformed(Reason.HOLDER_DAMAGED, words, at);
  }

  /** Returns the id of the device with the state. */
  private int device() throws IOException {
    List<String> others = new ArrayList<>();
    for (int id = 1; id < header.devices().size(); id++) {
      VmaHeader.Device device = header.devices().get(id);
      String name = device.size() == 0 ? "" : name(device.name());
      if (name.equals(VmaFormat.STATE)) {
        return id;
      }
      if (!name.isEmpty()) {
        others.add(name);
      }
    }
    throw file.unsupported(
        Reason.HOLDER_UNSUPPORTED,
        "Proxmox VMA archive: expected a device vmstate with a saved state, found "
            + (others.isEmpty() ? "no device" : "only " + String.join(", ", others)),
        VmaFormat.DEVICES_AT);
  }

  /** Returns the text of a blob without the NUL at its end; empty when there is none. */
  private String name(long blob) {
    if (blob == 0 || blob + 2 > blobs.length) {
      return "";
    }
    int at = (int) blob;
    int length = (blobs[at] & 0xff | (blobs[at + 1] & 0xff) << 8) - 1;
    if (length < 0 || length > LONGEST_NAME || length > blobs.length - at - 2) {
      return "";
    }
    return new String(blobs, at + 2, length, StandardCharsets.UTF_8);
  }

  private void extents(int state) throws IOException {
    for (long number = 0; file.has(1); number++) {
      long index = number;
      file.path().setDetail(() -> "extent[" + index + "]");
      long at = file.position();
      if (file.peek32(0) != VmaFormat.EXTENT) {
        throw damaged("extent: expected VMAE, found other bytes", at);
      }
      byte[] bytes = file.bytes(VmaFormat.SECTOR, VmaFormat.SECTOR, "extent");
      VmaExtentHeader extent = new VmaExtentHeader(new ByteBufferKaitaiStream(bytes));
      extent._read();
      if (!Arrays.equals(extent.uuid(), header.uuid())) {
        throw damaged("extent: expected the archive's UUID, found another", at + 8);
      }
      if (!VmaFormat.isIntact(bytes, VmaFormat.EXTENT_MD5_AT)) {
        throw damaged("extent: expected bytes of its MD5 sum, found others", at);
      }
      int stored = 0;
      for (VmaExtentHeader.Slot slot : extent.slots()) {
        stored += slot.device() == 0 ? 0 : Integer.bitCount(slot.mask());
      }
      if (stored != extent.numBlocks()) {
        throw damaged(
            "extent: expected " + stored + " blocks, found " + extent.numBlocks(), at + 6);
      }
      for (int i = 0; i < VmaFormat.SLOTS; i++) {
        VmaExtentHeader.Slot slot = extent.slots().get(i);
        if (slot.device() == state) {
          blocks.add(slot.cluster(), slot.mask(), at + VmaFormat.SLOTS_AT + i * 8L);
        } else if (slot.device() != 0) {
          file.skip((long) Integer.bitCount(slot.mask()) * VmaFormat.BLOCK);
        }
      }
    }
    file.path().setDetail(null);
  }
}
