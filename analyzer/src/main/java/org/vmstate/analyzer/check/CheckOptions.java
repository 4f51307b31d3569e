package org.vmstate.analyzer.check;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.vmstate.analyzer.host.DataMap;
import org.vmstate.formats.rule.QemuRelease;

/**
 * What is checked beyond the format.
 *
 * @param map where the image's file has holes
 * @param align alignment that direct I/O needs, in bytes; 0 when it is not asked for
 * @param origin who needs it
 * @param target what is to load the image
 * @param channels recordings of the multifd channels that belong to the image
 * @param release the QEMU that is to load the image
 * @param disk the disk in which the image is a snapshot's state
 */
public record CheckOptions(
    DataMap map,
    long align,
    String origin,
    Optional<Target> target,
    List<Path> channels,
    QemuRelease release,
    Optional<DiskState> disk) {
  /** The format alone, in a file without holes. */
  public static final CheckOptions DEFAULT =
      new CheckOptions(DataMap.SOLID, 0, "", Optional.empty(), List.of());

  /** For the newest release that is known. */
  public CheckOptions(
      DataMap map, long align, String origin, Optional<Target> target, List<Path> channels) {
    this(map, align, origin, target, channels, QemuRelease.DEFAULT, Optional.empty());
  }

  /** Returns these options for another release. */
  public CheckOptions with(QemuRelease other) {
    return new CheckOptions(map, align, origin, target, channels, other, disk);
  }

  /** Returns these options for a state in a disk. */
  public CheckOptions in(Optional<DiskState> other) {
    return new CheckOptions(map, align, origin, target, channels, release, other);
  }
}
