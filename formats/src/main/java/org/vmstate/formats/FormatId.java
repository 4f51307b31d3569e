package org.vmstate.formats;

import java.util.Locale;
import java.util.Optional;
import org.vmstate.formats.libvirt.Compression;

/** The layouts of a save file, under the names that {@code -f} and {@code -O} take. */
public enum FormatId {
  /** A bare sequential stream, QEMU's {@code migrate file:PATH}. */
  QEMU("qemu"),
  /** A bare stream with the mapped-ram layout (QEMU 9.0). */
  QEMU_MAPPED_RAM("qemu-mapped-ram"),
  /** A bare stream with the fixed-ram layout that was proposed in 2022. */
  QEMU_FIXED_RAM("qemu-fixed-ram"),
  /** A libvirt image with an uncompressed stream. */
  LIBVIRT_RAW("libvirt-raw"),
  /** A libvirt image, stream compressed by gzip. */
  LIBVIRT_GZIP("libvirt-gzip"),
  /** A libvirt image, stream compressed by bzip2. */
  LIBVIRT_BZIP2("libvirt-bzip2"),
  /** A libvirt image, stream compressed by xz. */
  LIBVIRT_XZ("libvirt-xz"),
  /** A libvirt image, stream compressed by lzop. */
  LIBVIRT_LZOP("libvirt-lzop"),
  /** A libvirt image, stream compressed by zstd. */
  LIBVIRT_ZSTD("libvirt-zstd"),
  /** A libvirt image with a mapped-ram stream. */
  LIBVIRT_SPARSE("libvirt-sparse");

  private static final String LIBVIRT = "libvirt-";

  private final String label;

  FormatId(String label) {
    this.label = label;
  }

  /** Returns the name used on the command line. */
  public String label() {
    return label;
  }

  /** Finds a format by its command-line name. */
  public static Optional<FormatId> of(String label) {
    for (FormatId id : values()) {
      if (id.label.equals(label)) {
        return Optional.of(id);
      }
    }
    return Optional.empty();
  }

  /** Returns how a libvirt format packs its stream; nothing for a bare stream. */
  public Optional<Compression> compression() {
    return isLibvirt()
        ? Optional.of(
            Compression.valueOf(label.substring(LIBVIRT.length()).toUpperCase(Locale.ROOT)))
        : Optional.empty();
  }

  /** Reports whether a libvirt header stands in front of the stream. */
  public boolean isLibvirt() {
    return label.startsWith(LIBVIRT);
  }
}
