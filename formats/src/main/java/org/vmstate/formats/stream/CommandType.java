package org.vmstate.formats.stream;

import java.util.Locale;

/** Commands of the COMMAND record. Source: QEMU 10.0 migration/savevm.c. */
public enum CommandType {
  /** Zero is never sent. */
  INVALID(0),
  /** Opens the return path. */
  OPEN_RETURN_PATH(0),
  /** be32 cookie. */
  PING(4),
  /** Nothing, or be64 OR of all page sizes and be64 target page size. */
  POSTCOPY_ADVISE(-1),
  /** Inside PACKAGED. */
  POSTCOPY_LISTEN(0),
  /** Inside PACKAGED. */
  POSTCOPY_RUN(0),
  /** Ranges that the loader drops. */
  POSTCOPY_RAM_DISCARD(-1),
  /** be32 length of the records that follow the command. */
  PACKAGED(4),
  /** COLO only. */
  ENABLE_COLO(0),
  /** Recovery only. */
  POSTCOPY_RESUME(0),
  /** Block name; recovery only. */
  RECV_BITMAP(-1),
  /** Since QEMU 10.0, before the first END. */
  SWITCHOVER_START(0);

  private final int length;

  CommandType(int length) {
    this.length = length;
  }

  /** Returns the payload length in bytes, or -1 where it varies. */
  public int length() {
    return length;
  }

  /** Returns the name in the form {@code switchover-start}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Returns the command with a number, {@link #INVALID} when there is none. */
  public static CommandType of(int code) {
    return code > 0 && code < values().length ? values()[code] : INVALID;
  }
}
