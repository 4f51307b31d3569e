package org.vmstate.analyzer.dirtylog;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import org.vmstate.formats.error.NamedIOException;

/**
 * A slot of a real virtual machine whose guest is seven bytes in real mode: it counts up the first
 * word of a page and halts. Numbers are those of x86_64. Source: Linux
 * Documentation/virt/kvm/api.rst.
 */
public final class KvmKernel implements KernelLog {
  private static final String DEVICE = "/dev/kvm";
  private static final long CREATE_VM = 0xae01;
  private static final long CHECK_EXTENSION = 0xae03;
  private static final long VCPU_MMAP_SIZE = 0xae04;
  private static final long CREATE_VCPU = 0xae41;
  private static final long GET_DIRTY_LOG = 0x4010ae42;
  private static final long SET_USER_MEMORY_REGION = 0x4020ae46;
  private static final long RUN = 0xae80;
  private static final long SET_REGS = 0x4090ae82;
  private static final long GET_SREGS = 0x8138ae83L;
  private static final long SET_SREGS = 0x4138ae84;
  private static final long ENABLE_CAP = 0x4068aea3;
  private static final long CLEAR_DIRTY_LOG = 0xc018aec0L;
  private static final int MANUAL_PROTECT = 168;
  private static final int LOG_DIRTY_PAGES = 1;
  private static final int EXIT_HLT = 5;
  private static final int EXIT_REASON = 8;

  private static final int PAGE = 4096;

  /** What real mode reaches below the code. */
  private static final int MOST_PAGES = 192;

  private static final long CODE_AT = 0xf0000;
  private static final int RIP = 16 * Long.BYTES;
  private static final int RFLAGS = 17 * Long.BYTES;
  private static final int SELECTOR = 12;

  /** mov ds, ax; inc word [bx]; hlt; jmp to the start. */
  private static final byte[] CODE = {
    (byte) 0x8e, (byte) 0xd8, (byte) 0xff, 0x07, (byte) 0xf4, (byte) 0xeb, (byte) 0xf9
  };

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  private final int pages;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment bitmap;
  private final MemorySegment log;
  private final MemorySegment clear;
  private final MemorySegment registers;
  private final int device;
  private final int machine;
  private final int processor;
  private final MemorySegment run;

  private KvmKernel(int pages) throws IOException {
    this.pages = pages;
    bitmap = arena.allocate((pages + 63) / 64 * 8L, 8);
    log = arena.allocate(16, 8);
    log.set(LONG, 8, bitmap.address());
    clear = arena.allocate(24, 8);
    clear.set(LONG, 16, bitmap.address());
    registers = arena.allocate(18 * 8L, 8);
    device = Libc.open(DEVICE);
    machine = Libc.ioctl("KVM_CREATE_VM", device, CREATE_VM, 0);
    if (Libc.ioctl("KVM_CHECK_EXTENSION", device, CHECK_EXTENSION, MANUAL_PROTECT) == 0) {
      throw new NamedIOException(DEVICE + ": no manual protection of the dirty log");
    }
    MemorySegment capability = arena.allocate(104, 8);
    capability.set(INT, 0, MANUAL_PROTECT);
    capability.set(LONG, 8, 1);
    Libc.ioctl("KVM_ENABLE_CAP", machine, ENABLE_CAP, capability.address());
    slot(0, LOG_DIRTY_PAGES, 0, arena.allocate((long) pages * PAGE, PAGE));
    MemorySegment code = arena.allocate(PAGE, PAGE);
    MemorySegment.copy(CODE, 0, code, ValueLayout.JAVA_BYTE, 0, CODE.length);
    slot(1, 0, CODE_AT, code);
    processor = Libc.ioctl("KVM_CREATE_VCPU", machine, CREATE_VCPU, 0);
    int length = Libc.ioctl("KVM_GET_VCPU_MMAP_SIZE", device, VCPU_MMAP_SIZE, 0);
    run = Libc.map(processor, length);
    MemorySegment segments = arena.allocate(312, 8);
    Libc.ioctl("KVM_GET_SREGS", processor, GET_SREGS, segments.address());
    segments.set(LONG, 0, CODE_AT);
    segments.set(ValueLayout.JAVA_SHORT, SELECTOR, (short) (CODE_AT >> 4));
    Libc.ioctl("KVM_SET_SREGS", processor, SET_SREGS, segments.address());
  }

  /**
   * Starts a machine with a slot.
   *
   * @param pages 1 to 192
   * @throws IOException when there is no KVM here, or not this one
   */
  public static KvmKernel open(int pages) throws IOException {
    if (pages < 1 || pages > MOST_PAGES) {
      throw new NamedIOException("--kvm: expected 1 to " + MOST_PAGES + " pages, found " + pages);
    }
    return new KvmKernel(pages);
  }

  private void slot(int number, int flags, long address, MemorySegment memory) throws IOException {
    MemorySegment region = arena.allocate(32, 8);
    region.set(INT, 0, number);
    region.set(INT, 4, flags);
    region.set(LONG, 8, address);
    region.set(LONG, 16, memory.byteSize());
    region.set(LONG, 24, memory.address());
    Libc.ioctl("KVM_SET_USER_MEMORY_REGION", machine, SET_USER_MEMORY_REGION, region.address());
  }

  @Override
  public int pages() {
    return pages;
  }

  @Override
  public void write(int page) throws IOException {
    registers.fill((byte) 0);
    registers.set(LONG, 0, (long) page * PAGE >> 4);
    registers.set(LONG, RIP, 0);
    registers.set(LONG, RFLAGS, 2);
    Libc.ioctl("KVM_SET_REGS", processor, SET_REGS, registers.address());
    Libc.ioctl("KVM_RUN", processor, RUN, 0);
    int reason = run.get(INT, EXIT_REASON);
    if (reason != EXIT_HLT) {
      throw new NamedIOException("KVM_RUN: expected exit " + EXIT_HLT + ", found " + reason);
    }
  }

  @Override
  public BitSet get() throws IOException {
    Libc.ioctl("KVM_GET_DIRTY_LOG", machine, GET_DIRTY_LOG, log.address());
    return BitSet.valueOf(bitmap.toArray(LONG));
  }

  @Override
  public void clear(int first, int count, BitSet bits) throws IOException {
    bitmap.fill((byte) 0);
    long[] words = bits.get(first, first + count).toLongArray();
    MemorySegment.copy(words, 0, bitmap, LONG, 0, words.length);
    clear.set(INT, 4, count);
    clear.set(LONG, 8, first);
    Libc.ioctl("KVM_CLEAR_DIRTY_LOG", machine, CLEAR_DIRTY_LOG, clear.address());
  }

  @Override
  public void close() {
    Libc.close(processor);
    Libc.close(machine);
    Libc.close(device);
    arena.close();
  }
}
