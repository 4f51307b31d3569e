package org.vmstate.formats.libvirt;

import java.util.Locale;
import java.util.Optional;

/** How the stream is compressed, with libvirt's format codes. */
public enum Compression {
  /** Not compressed. */
  RAW(0, ""),
  /** gzip. */
  GZIP(1, "1f8b"),
  /** bzip2. */
  BZIP2(2, "425a68"),
  /** xz. */
  XZ(3, "fd377a585a00"),
  /** lzop. */
  LZOP(4, "894c5a4f000d0a1a0a"),
  /** zstd. */
  ZSTD(5, "28b52ffd"),
  /** Not compressed; the stream has the mapped-ram layout. */
  SPARSE(6, "");

  private final int code;
  private final String magic;

  Compression(int code, String magic) {
    this.code = code;
    this.magic = magic;
  }

  /** Returns the value of the header's format field. */
  public int code() {
    return code;
  }

  /** Returns the name that virsh takes with {@code --image-format}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the first bytes of a compressed stream in hex, empty where it is not compressed. */
  public String magic() {
    return magic;
  }

  /** Reports whether a program has to decompress the stream. */
  public boolean isCompressed() {
    return !magic.isEmpty();
  }

  /** Finds a compression by format code. */
  public static Optional<Compression> of(long code) {
    for (Compression c : values()) {
      if (c.code == code) {
        return Optional.of(c);
      }
    }
    return Optional.empty();
  }

  /** Finds a compression by the first bytes of its data, given in hex. */
  public static Optional<Compression> ofMagic(String hex) {
    for (Compression c : values()) {
      if (c.isCompressed() && hex.startsWith(c.magic)) {
        return Optional.of(c);
      }
    }
    return Optional.empty();
  }
}
