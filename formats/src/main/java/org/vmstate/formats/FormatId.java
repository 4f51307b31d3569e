package org.vmstate.formats;

import java.util.Locale;
import java.util.Optional;
import org.vmstate.formats.layout.FixedLayout;
import org.vmstate.formats.layout.StreamLayout;
import org.vmstate.formats.libvirt.Compression;

/** The layouts of a save file, under the names that {@code -f} and {@code -O} take. */
public enum FormatId {
  /** A bare sequential stream, QEMU's {@code migrate file:PATH}. */
  QEMU("qemu", StreamLayout.SEQUENTIAL),
  /** A bare stream with the mapped-ram layout (QEMU 9.0). */
  QEMU_MAPPED_RAM("qemu-mapped-ram", StreamLayout.MAPPED_RAM),
  /** A bare stream with the fixed-ram layout that was proposed in 2022. */
  QEMU_FIXED_RAM("qemu-fixed-ram", StreamLayout.FIXED_RAM_2022),
  /** A libvirt image with an uncompressed stream. */
  LIBVIRT_RAW("libvirt-raw", StreamLayout.SEQUENTIAL),
  /** A libvirt image, stream compressed by gzip. */
  LIBVIRT_GZIP("libvirt-gzip", StreamLayout.SEQUENTIAL),
  /** A libvirt image, stream compressed by bzip2. */
  LIBVIRT_BZIP2("libvirt-bzip2", StreamLayout.SEQUENTIAL),
  /** A libvirt image, stream compressed by xz. */
  LIBVIRT_XZ("libvirt-xz", StreamLayout.SEQUENTIAL),
  /** A libvirt image, stream compressed by lzop. */
  LIBVIRT_LZOP("libvirt-lzop", StreamLayout.SEQUENTIAL),
  /** A libvirt image, stream compressed by zstd. */
  LIBVIRT_ZSTD("libvirt-zstd", StreamLayout.SEQUENTIAL),
  /** A libvirt image with a mapped-ram stream. */
  LIBVIRT_SPARSE("libvirt-sparse", StreamLayout.MAPPED_RAM);

  private static final String LIBVIRT = "libvirt-";

  private final String label;
  private final StreamLayout layout;

  FormatId(String label, StreamLayout layout) {
    this.label = label;
    this.layout = layout;
  }

  /** Returns the name used on the command line. */
  public String label() {
    return label;
  }

  /** Returns how the stream keeps its pages. */
  public StreamLayout layout() {
    return layout;
  }

  /** Reports whether pages have fixed places in the file. */
  public boolean isFixed() {
    return layout instanceof FixedLayout;
  }

  /** Returns the format of a bare stream in a layout. */
  public static FormatId bare(StreamLayout layout) {
    for (FormatId id : values()) {
      if (id.layout.equals(layout) && !id.isLibvirt()) {
        return id;
      }
    }
    throw new IllegalArgumentException("no name for " + layout);
  }

  /** Returns the format of a libvirt image whose stream is compressed in a way. */
  public static FormatId libvirt(Compression compression) {
    return of(LIBVIRT + compression.label()).orElseThrow();
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

  /** Returns how a libvirt format compresses its stream; nothing for a bare stream. */
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
