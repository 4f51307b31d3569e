package org.vmstate.analyzer.map;

import org.vmstate.formats.ByteRange;

/**
 * A stretch of the file.
 *
 * @param range where it is; in the decompressed stream when that is compressed
 * @param decompressed whether offsets count decompressed bytes
 * @param part what it belongs to: libvirt, stream, ram, devices, description
 * @param record the record it belongs to
 * @param name what it is
 */
public record Entry(
    ByteRange range, boolean decompressed, String part, String record, String name) {
  /** Returns this entry made longer. */
  Entry to(long end) {
    return new Entry(new ByteRange(range.start(), end), decompressed, part, record, name);
  }
}
