package org.vmstate.analyzer.dirtylog;

import java.io.IOException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import org.vmstate.formats.error.NamedIOException;

/** The system calls that /dev/kvm takes. */
@SuppressWarnings("restricted")
final class Libc {
  private static final int O_RDWR_CLOEXEC = 0x80002;
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_SHARED = 1;
  private static final int FIRST_VARIADIC = 2;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final AddressLayout POINTER = ValueLayout.ADDRESS;

  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO_VALUE =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final int ENOENT = 2;
  private static final int EACCES = 13;

  private static final MethodHandle OPEN =
      function("open", FunctionDescriptor.of(INT, POINTER, INT), ERRNO);
  private static final MethodHandle CLOSE = function("close", FunctionDescriptor.of(INT, INT));
  private static final MethodHandle IOCTL =
      function(
          "ioctl",
          FunctionDescriptor.of(INT, INT, LONG, LONG),
          ERRNO,
          Linker.Option.firstVariadicArg(FIRST_VARIADIC));
  private static final MethodHandle MMAP =
      function("mmap", FunctionDescriptor.of(POINTER, POINTER, LONG, INT, INT, INT, LONG), ERRNO);

  private Libc() {}

  private static MethodHandle function(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().find(name).orElseThrow(), descriptor, options);
  }

  private static IOException failed(String what, MemorySegment state) {
    int error = (int) ERRNO_VALUE.get(state, 0L);
    return new NamedIOException(
        what
            + switch (error) {
              case ENOENT -> ": no such file";
              case EACCES -> ": permission denied";
              default -> ": error " + error;
            });
  }

  static int open(String path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      int fd = (int) OPEN.invokeExact(state, arena.allocateFrom(path), O_RDWR_CLOEXEC);
      if (fd < 0) {
        throw failed(path, state);
      }
      return fd;
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  static void close(int fd) {
    try {
      int _ = (int) CLOSE.invokeExact(fd);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  static int ioctl(String what, int fd, long request, long argument) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      int result = (int) IOCTL.invokeExact(state, fd, request, argument);
      if (result < 0) {
        throw failed(what, state);
      }
      return result;
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  static MemorySegment map(int fd, long length) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment place =
          (MemorySegment)
              MMAP.invokeExact(
                  state, MemorySegment.NULL, length, PROT_READ_WRITE, MAP_SHARED, fd, 0L);
      if (place.address() == -1) {
        throw failed("mmap", state);
      }
      return place.reinterpret(length);
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
