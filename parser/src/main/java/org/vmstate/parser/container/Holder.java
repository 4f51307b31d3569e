package org.vmstate.parser.container;

import java.io.IOException;
import java.util.List;
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
  /** Every kind: a class for each, all of them named here. */
  private static final List<Kind> KINDS =
      List.of(
          new XemuState(),
          new XlSave(),
          new LibxlStream(),
          new DeviceModelRecord(),
          new VmaArchive.Kind(),
          new PandaRecording());

  /** What one program puts around a stream. */
  interface Kind {
    /** Reports whether one starts at the cursor, without moving it. */
    boolean isOne(ByteSource file) throws IOException;

    /** Finds the stream in one that starts at the cursor. */
    Holder open(ByteSource file) throws IOException;

    /** Reports whether its program compresses the whole of it. */
    default boolean isCompressed() {
      return false;
    }
  }

  /** Returns the kind of what starts at the cursor, without moving it. */
  static Optional<Kind> kind(ByteSource file) throws IOException {
    for (Kind kind : KINDS) {
      if (kind.isOne(file)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  /**
   * Finds the stream in one that starts at the cursor of a source in which seeking works.
   *
   * @return nothing when the file is none
   */
  static Optional<Holder> find(ByteSource file) throws IOException {
    Optional<Kind> kind = kind(file);
    if (kind.isEmpty()) {
      return CompressedHolder.find(file);
    }
    long start = file.position();
    Holder found = kind.get().open(file);
    file.seek(start);
    return Optional.of(found);
  }

  /** Makes one of a stream that lies in one piece. */
  static Holder of(String label, ByteSource file, ByteRange range) {
    return new Holder(label, ExtentSource.part(file, range.start(), range.end()));
  }
}
