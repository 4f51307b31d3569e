package org.vmstate.analyzer.fault;

/** What a program asks of its file system. */
public enum Call {
  OPEN,
  READ,
  /** A read from a given offset, as of an image, unlike one of a resource of the program. */
  READ_AT,
  WRITE,
  FORCE,
  RENAME,
  TRUNCATE,
  MAP,
  LOCK,
  STATUS,
  DELETE;

  /** What takes room on the disk, as far as the file system says so. */
  boolean takesRoom() {
    return this == WRITE || this == RENAME || this == OPEN;
  }
}
