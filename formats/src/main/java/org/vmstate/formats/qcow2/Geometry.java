package org.vmstate.formats.qcow2;

/**
 * Sizes that follow from a qcow2 header.
 *
 * @param clusterBits a cluster has two to this power bytes
 * @param extendedL2 whether L2 entries have 16 bytes, with a bitmap of subclusters
 */
public record Geometry(int clusterBits, boolean extendedL2) {
  /** Length of an L1 entry in bytes. */
  public static final int L1_ENTRY = 8;

  /** Returns the length of a cluster in bytes. */
  public int clusterSize() {
    return 1 << clusterBits;
  }

  /** Returns the length of an L2 entry in bytes. */
  public int l2EntrySize() {
    return extendedL2 ? 16 : 8;
  }

  /** Returns how many clusters an L2 table maps; it is one cluster long. */
  public int l2Entries() {
    return clusterSize() / l2EntrySize();
  }

  /** Returns how many bytes an L1 entry maps. */
  public long bytesPerL1Entry() {
    return (long) clusterSize() * l2Entries();
  }

  /** Returns the first L1 entry that maps VM state, which lies where the disk ends. */
  public long stateIndex(long diskSize) {
    long per = bytesPerL1Entry();
    return diskSize / per + (diskSize % per == 0 ? 0 : 1);
  }

  /** Rounds up to whole clusters. */
  public long roundUp(long length) {
    return (length + clusterSize() - 1) >> clusterBits << clusterBits;
  }

  /** Returns the lowest bit of an L2 entry that counts the sectors of a compressed cluster. */
  private int sectorsShift() {
    return 62 - (clusterBits - 8);
  }

  /** Returns the file offset of the compressed cluster of an L2 entry. */
  public long compressedOffset(long entry) {
    return entry & ((1L << sectorsShift()) - 1);
  }

  /** Returns how many bytes the compressed cluster of an L2 entry has at most. */
  public int compressedLength(long entry) {
    long more = (entry & (Qcow2Format.COMPRESSED - 1)) >>> sectorsShift();
    long into = compressedOffset(entry) & (Qcow2Format.SECTOR - 1);
    return (int) ((more + 1) * Qcow2Format.SECTOR - into);
  }
}
