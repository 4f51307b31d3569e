package org.vmstate.analyzer.fault;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.EnumSet;
import java.util.Set;

/**
 * Counts calls of the file system, and lets one of them, or all from one on, go wrong. There is one
 * for the process, as there is one default file system.
 */
public final class Fault {
  /** The one of this process. */
  public static final Fault SYSTEM = new Fault();

  /** How calls go wrong. */
  public enum Kind {
    /** One call fails. */
    ERROR,
    /** No writing call finds room, from one on. */
    FULL,
    /** No reading call succeeds, from one on. */
    UNREADABLE,
    /** One call finds no memory. */
    MEMORY,
    /** One call does less than it was asked for, which is no fault. */
    SHORT,
    /** All calls that read from an offset find the end, from one on. */
    SHRUNK;

    /** Reports whether a kind of call is counted. */
    boolean counts(Call call) {
      return switch (this) {
        case ERROR, MEMORY -> true;
        case FULL -> call.takesRoom();
        case UNREADABLE -> call == Call.READ || call == Call.READ_AT;
        case SHORT -> call == Call.READ || call == Call.READ_AT || call == Call.WRITE;
        case SHRUNK -> call == Call.READ_AT;
      };
    }
  }

  private final Set<Call> met = EnumSet.noneOf(Call.class);
  private Kind kind;
  private int left;
  private int seen;
  private boolean armed;

  private Fault() {}

  /** Lets the n-th call go wrong, from 1; 0 only counts. */
  public synchronized void arm(Kind how, int n) {
    kind = how;
    left = n == 0 ? Integer.MIN_VALUE / 2 : n;
    seen = 0;
    met.clear();
    armed = true;
  }

  /** Ends the faults and returns how many calls were counted. */
  public synchronized int disarm() {
    armed = false;
    return seen;
  }

  /** Returns what went wrong. */
  public synchronized Set<Call> met() {
    return met.isEmpty() ? EnumSet.noneOf(Call.class) : EnumSet.copyOf(met);
  }

  /**
   * Notes a call.
   *
   * @param name the file's, null where the system does not know it
   */
  public void at(Call call, String name) throws IOException {
    if (isMet(call, false)) {
      switch (kind) {
        case MEMORY -> throw new OutOfMemoryError("as tested");
        case FULL -> throw failure(name, "No space left on device");
        default -> throw failure(name, "Input/output error");
      }
    }
  }

  private static IOException failure(String name, String why) {
    return name == null ? new IOException(why) : new FileSystemException(name, null, why);
  }

  /** Notes a call that moves bytes; returns how many it may move, or -1 at the end. */
  public int of(Call call, int length) throws IOException {
    if (isMet(call, true)) {
      switch (kind) {
        case SHORT -> {
          return Math.min(length, 1 + length / 3);
        }
        case SHRUNK -> {
          return -1;
        }
        case MEMORY -> throw new OutOfMemoryError("as tested");
        case FULL -> throw new IOException("No space left on device");
        default -> throw new IOException("Input/output error");
      }
    }
    return length;
  }

  private synchronized boolean isMet(Call call, boolean moves) {
    if (!armed || !kind.counts(call) || kind == Kind.SHORT && !moves) {
      return false;
    }
    seen++;
    left--;
    boolean lasting = kind == Kind.FULL || kind == Kind.UNREADABLE || kind == Kind.SHRUNK;
    boolean result = left == 0 || lasting && left < 0 && left > Integer.MIN_VALUE / 2;
    if (result) {
      met.add(call);
    }
    return result;
  }
}
