package org.vmstate.parser.qcow2;

import java.util.OptionalLong;
import org.vmstate.formats.ByteRange;

/**
 * An internal snapshot.
 *
 * @param index its place in the table, from 0
 * @param range its entry in the file, without padding
 * @param id its id
 * @param name its name
 * @param stateSize recorded bytes of VM state, 0 when only the disk was saved
 * @param seconds when it was taken, in seconds since 1970
 * @param nanoseconds and nanoseconds
 * @param clock time the guest had run, in nanoseconds
 * @param icount instructions executed, where they were counted
 * @param diskSize size of the disk at that time in bytes, where it is recorded
 * @param l1Offset file offset of its L1 table
 * @param l1Entries entries of that table
 */
public record Snapshot(
    int index,
    ByteRange range,
    String id,
    String name,
    long stateSize,
    long seconds,
    long nanoseconds,
    long clock,
    OptionalLong icount,
    OptionalLong diskSize,
    long l1Offset,
    long l1Entries) {

  /** Reports whether a guest's state was saved with it. */
  public boolean hasState() {
    return stateSize != 0;
  }
}
