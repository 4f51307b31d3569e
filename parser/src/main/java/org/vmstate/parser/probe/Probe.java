package org.vmstate.parser.probe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.error.UnrecognizedFormatException;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.libvirt.SaveFormat;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.io.ByteSource;

/** Looks at the bytes under the cursor without moving it. */
public final class Probe {
  private static final int HEAD = 16;

  private Probe() {}

  /** What a file can start with. */
  public enum Start {
    /** A QEMU stream. */
    STREAM,
    /** A libvirt header, whole or partial. */
    LIBVIRT,
    /** Data of a compression program. */
    COMPRESSED,
    /** A zero byte: a stream may follow after unused space. */
    ZERO
  }

  /** Returns the first bytes in hex, fewer when the source is shorter. */
  private static String head(ByteSource source) throws IOException {
    StringBuilder hex = new StringBuilder();
    for (int i = 0; i < HEAD && source.has(i + 1); i++) {
      hex.append(HexFormat.of().toHexDigits((byte) source.peek(i)));
    }
    return hex.toString();
  }

  /** Reports what starts at the cursor; anything unknown is an error with a hint. */
  public static Start start(ByteSource source) throws IOException {
    String head = head(source);
    if (head.isEmpty()) {
      throw new TruncatedDataException(
          Reason.IMAGE_EMPTY,
          "image: expected a saved state, found an empty file",
          source.position(),
          source.path().toString());
    }
    if (source.peek32(0) == StreamFormat.MAGIC) {
      return Start.STREAM;
    }
    if (head.equals(hex(SaveFormat.MAGIC)) || head.equals(hex(SaveFormat.MAGIC_PARTIAL))) {
      return Start.LIBVIRT;
    }
    if (compression(source).isPresent()) {
      return Start.COMPRESSED;
    }
    if (head.startsWith("00") && (head.length() < HEAD || head.matches("(00){8}.*"))) {
      return Start.ZERO;
    }
    String hint = Hints.describe(head);
    throw new UnrecognizedFormatException(
        Reason.IMAGE_UNKNOWN,
        "image: expected QEVM, "
            + SaveFormat.MAGIC
            + " or compressed data, found "
            + head.substring(0, Math.min(8, head.length()))
            + (hint.isEmpty() ? "" : "; " + hint),
        source.position(),
        source.path().toString());
  }

  /** Returns the program that compressed the data at the cursor, if any did. */
  public static Optional<Compression> compression(ByteSource source) throws IOException {
    return Compression.ofMagic(head(source));
  }

  private static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
  }
}
