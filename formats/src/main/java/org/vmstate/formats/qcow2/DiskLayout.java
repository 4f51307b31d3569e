package org.vmstate.formats.qcow2;

import java.util.List;
import org.vmstate.formats.ByteRange;

/**
 * What a writer must know of a disk image to change its snapshots.
 *
 * @param geometry sizes of clusters and tables
 * @param refcountOrder a reference count has two to this power bits
 * @param diskSize size of the virtual disk in bytes
 * @param l1Offset file offset of the active L1 table
 * @param l1Entries its entries
 * @param refcountTable file offset of the refcount table
 * @param refcountClusters its length in clusters
 * @param autoclear features that a writer who does not know them clears; 0 in version 2
 * @param snapshotTable file offset of the snapshot table
 * @param snapshots its entries
 */
public record DiskLayout(
    Geometry geometry,
    int refcountOrder,
    long diskSize,
    long l1Offset,
    long l1Entries,
    long refcountTable,
    long refcountClusters,
    long autoclear,
    long snapshotTable,
    List<Place> snapshots) {

  /**
   * A snapshot.
   *
   * @param entry its entry in the file, without padding
   * @param id its id
   * @param name its name
   * @param diskSize size of the disk when it was taken
   * @param l1Offset file offset of its L1 table
   * @param l1Entries entries of that table
   */
  public record Place(
      ByteRange entry, String id, String name, long diskSize, long l1Offset, long l1Entries) {}
}
