package org.vmstate.parser.container;

import java.io.IOException;
import java.util.Optional;
import org.vmstate.formats.ByteRange;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.ExtentSource;

/**
 * Another program's file, or its own bytes in front, around a QEMU stream.
 *
 * @param label what it is, for people
 * @param state the stream, whose end closes the file
 */
public record Holder(String label, ByteSource state) {

  /** Reports whether one starts at the cursor, without moving it. */
  static boolean isOne(ByteSource file) throws IOException {
    return XemuState.isOne(file)
        || LibxlStream.isOne(file)
        || DeviceModelRecord.isOne(file)
        || VmaArchive.isOne(file)
        || PandaRecording.isOne(file);
  }

  /**
   * Finds the stream in one that starts at the cursor of a source in which seeking works.
   *
   * @return nothing when the file is none
   */
  static Optional<Holder> find(ByteSource file) throws IOException {
    if (!isOne(file)) {
      return CompressedHolder.find(file);
    }
    long start = file.position();
    Holder found = open(file);
    file.seek(start);
    return Optional.of(found);
  }

  private static Holder open(ByteSource file) throws IOException {
    if (XemuState.isOne(file)) {
      return XemuState.open(file);
    }
    if (LibxlStream.isOne(file)) {
      return LibxlStream.open(file);
    }
    if (DeviceModelRecord.isOne(file)) {
      return DeviceModelRecord.open(file);
    }
    return VmaArchive.isOne(file) ? VmaArchive.open(file) : PandaRecording.open(file);
  }

  /** Makes one of a stream that lies in one piece. */
  static Holder of(String label, ByteSource file, ByteRange range) {
    return new Holder(label, ExtentSource.part(file, range.start(), range.end()));
  }
}
