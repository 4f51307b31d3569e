package org.vmstate.analyzer.host;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import org.vmstate.formats.error.NamedIOException;

/** A file opened by the C library, for {@code lseek}, {@code pread} and {@code statx} on Linux. */
final class HostFile implements AutoCloseable {
  static final int READ_ONLY = 0;
  static final int READ_WRITE = 2;
  static final int SEEK_DATA = 3;
  static final int SEEK_HOLE = 4;

  /** {@code F_OFD_SETLK}, for a lock that belongs to the open file. */
  private static final int SET_LOCK = 37;

  /** {@code F_WRLCK}. */
  private static final short WRITE_LOCK = 1;

  /**
   * Length of {@code struct flock}: type and whence (16 bits each), start, length (64), process.
   */
  private static final int FLOCK = 32;

  /** {@code ENXIO}: no data after the offset. */
  static final int NO_MORE = 6;

  private static final int AT_FDCWD = -100;
  private static final int STATX_DIOALIGN = 0x2000;
  private static final int STATX_LENGTH = 256;
  private static final int MEMORY_ALIGN = 0x98;
  private static final int OFFSET_ALIGN = 0x9c;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final FunctionDescriptor READ_CALL =
      FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, LONG, LONG);
  private static final FunctionDescriptor LOCK_CALL =
      FunctionDescriptor.of(INT, INT, INT, ValueLayout.ADDRESS);
  private static final FunctionDescriptor STATX_CALL =
      FunctionDescriptor.of(INT, INT, ValueLayout.ADDRESS, INT, INT, ValueLayout.ADDRESS);

  private static final MethodHandle OPEN =
      call(
          "open",
          FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle CLOSE = call("close", FunctionDescriptor.of(INT, INT));
  private static final MethodHandle SEEK =
      call("lseek", FunctionDescriptor.of(LONG, INT, LONG, INT));

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment state = arena.allocate(STATE);
  private final int descriptor;

  private HostFile(Path file, int flags) throws IOException {
    MemorySegment name = arena.allocateFrom(file.toString());
    int result;
    try {
      result = (int) OPEN.invokeExact(state, name, flags);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    descriptor = result;
    if (descriptor < 0) {
      int error = error();
      arena.close();
      throw new NamedIOException(file + ": open: error " + error);
    }
  }

  static HostFile open(Path file, int flags) throws IOException {
    return new HostFile(file, flags);
  }

  /** The launcher and the manifest allow native access. */
  @SuppressWarnings("restricted")
  private static MethodHandle call(
      String name, FunctionDescriptor descriptor, Linker.Option... more) {
    Linker linker = Linker.nativeLinker();
    Linker.Option[] options = new Linker.Option[more.length + 1];
    options[0] = Linker.Option.captureCallState("errno");
    System.arraycopy(more, 0, options, 1, more.length);
    // statx is younger than some C libraries
    return linker
        .defaultLookup()
        .find(name)
        .map(address -> linker.downcallHandle(address, descriptor, options))
        .orElse(null);
  }

  private int error() {
    return (int) ERRNO.get(state, 0L);
  }

  /**
   * Seeks.
   *
   * @return the new offset, or minus the error number
   */
  long seek(long offset, int whence) {
    try {
      long result = (long) SEEK.invokeExact(state, descriptor, offset, whence);
      return result < 0 ? -error() : result;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** Reports whether bytes can be read into memory with the same alignment. */
  boolean canRead(long offset, int length) {
    try (Arena memory = Arena.ofConfined()) {
      MemorySegment target = memory.allocate(length, length);
      MethodHandle read = call("pread", READ_CALL);
      return (long) read.invokeExact(state, descriptor, target, (long) length, offset) == length;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** Takes an exclusive lock on some bytes; false when another open file has one there. */
  boolean lock(long from, long count) {
    try (Arena memory = Arena.ofConfined()) {
      MemorySegment lock = memory.allocate(FLOCK, Long.BYTES);
      lock.set(ValueLayout.JAVA_SHORT, 0, WRITE_LOCK);
      lock.set(LONG, 8, from);
      lock.set(LONG, 16, count);
      MethodHandle call = call("fcntl", LOCK_CALL, Linker.Option.firstVariadicArg(2));
      return (int) call.invokeExact(state, descriptor, SET_LOCK, lock) == 0;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns what the file system states for direct I/O: memory and offset alignment, or zeros. */
  static int[] directAlignment(Path file) {
    MethodHandle statx = call("statx", STATX_CALL);
    if (statx == null) {
      return new int[] {0, 0};
    }
    try (Arena memory = Arena.ofConfined()) {
      MemorySegment name = memory.allocateFrom(file.toString());
      MemorySegment result = memory.allocate(STATX_LENGTH, Long.BYTES);
      MemorySegment errors = memory.allocate(STATE);
      int failed = (int) statx.invokeExact(errors, AT_FDCWD, name, 0, STATX_DIOALIGN, result);
      boolean told = failed == 0 && (result.get(INT, 0) & STATX_DIOALIGN) != 0;
      return told
          ? new int[] {result.get(INT, MEMORY_ALIGN), result.get(INT, OFFSET_ALIGN)}
          : new int[] {0, 0};
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    try {
      int ignored = (int) CLOSE.invokeExact(state, descriptor);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    arena.close();
  }
}
