package org.vmstate.analyzer.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.vmstate.analyzer.physical.Fields;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.FieldType;
import org.vmstate.formats.vmdesc.StateDesc;
import org.vmstate.formats.vmdesc.StateNode;

/** QEMU describes 32-bit and 64-bit ARM alike; their cores are not. */
class ArmNotesTest {
  private static final int EM_ARM = 40;
  private static final int EM_AARCH64 = 183;

  /** ID_AA64ISAR0_EL1. */
  private static final long ISAR0 = 0x6030_0000_0013_c030L;

  /** TPIDR_EL0, which QEMU gives every CPU. */
  private static final long TPIDR = 0x6030_0000_0013_de82L;

  private static final int NOTES_64 = 64 + 56;
  private static final int NOTES_32 = 52 + 32;

  /** Name, content and padding of NT_PRSTATUS lie before its registers. */
  private static final int HEADER = 12 + 8;

  private final Map<String, FieldNode> fields = new TreeMap<>();

  private void field(String name, int size, long... values) {
    ByteBuffer raw = ByteBuffer.allocate(size * values.length);
    for (long value : values) {
      if (size == Long.BYTES) {
        raw.putLong(value);
      } else {
        raw.putInt((int) value);
      }
    }
    FieldDesc desc =
        new FieldDesc(
            name, "uint", FieldType.UNSIGNED, values.length, values.length > 1, size, List.of());
    fields.put(name, new FieldNode(desc, new ByteRange(0, raw.capacity()), raw.array(), List.of()));
  }

  private static long[] numbers(int first, int count) {
    long[] result = new long[count];
    for (int i = 0; i < count; i++) {
      result[i] = first + i;
    }
    return result;
  }

  private ByteBuffer core(long cpsr, long... indexes) {
    field("cpsr", 4, cpsr);
    field("cpreg_vmstate_indexes", 8, indexes);
    field("env.regs", 4, numbers(100, 16));
    field("env.xregs", 8, numbers(1000, 32));
    field("env.pc", 8, 5000);
    field("env.banked_r13", 4, numbers(200, 8));
    field("env.banked_r14", 4, numbers(300, 8));
    field("env.usr_regs", 4, numbers(400, 5));
    field("env.fiq_regs", 4, numbers(500, 5));
    StateNode state =
        new StateNode(
            new StateDesc("cpu", 1, List.of(), List.of()),
            new ByteRange(0, 0),
            new ArrayList<>(fields.values()),
            List.of());
    ElfCore core = new ElfCore(List.of(), List.of(new Fields(state)), new byte[0]);
    return ByteBuffer.wrap(core.front()).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static long x(ByteBuffer core, int number) {
    return core.getLong(NOTES_64 + HEADER + 112 + number * 8);
  }

  @Test
  void cpuOf32BitsHasACoreOf32Bits() {
    ByteBuffer core = core(0x1d3, 0x4030000000000000L | 1, 0x4020000000000000L | 2, TPIDR);
    assertEquals(1, core.get(4), "class of 32 bits");
    assertEquals(EM_ARM, core.getShort(18));
    for (int i = 0; i < 16; i++) {
      assertEquals(100 + i, core.getInt(NOTES_32 + HEADER + 72 + i * 4), "r" + i);
    }
    assertEquals(0x1d3, core.getInt(NOTES_32 + HEADER + 72 + 64), "cpsr");
  }

  @Test
  void cpuOf64BitsHasItsXRegisters() {
    ByteBuffer core = core(0x3c5, ISAR0);
    assertEquals(2, core.get(4), "class of 64 bits");
    assertEquals(EM_AARCH64, core.getShort(18));
    assertEquals(1000, x(core, 0));
    assertEquals(1030, x(core, 30));
    assertEquals(1031, x(core, 31), "sp");
    assertEquals(5000, x(core, 32), "pc");
  }

  @Test
  void stateOf32BitsOnACpuOf64BitsIsMapped() {
    ByteBuffer core = core(0x1d3, ISAR0); // SVC
    assertEquals(EM_AARCH64, core.getShort(18));
    long[] expected = {
      100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, // R0 to R12
      200, 300, 206, // SP and LR of the user, SP of the hypervisor
      304, 204, 114, 113, 302, 202, 303, 203, // LR and SP: IRQ, SVC (current), ABT, UND
      500, 501, 502, 503, 504, 205, 305, // FIQ
      0, 115, // no SP of its own, the PC
    };
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], x(core, i), "x" + i);
    }
  }

  @Test
  void fastInterruptHasRegistersOfItsOwn() {
    ByteBuffer core = core(0x1d1, ISAR0); // FIQ
    assertEquals(400, x(core, 8));
    assertEquals(404, x(core, 12));
    assertEquals(108, x(core, 24));
    assertEquals(112, x(core, 28));
    assertEquals(113, x(core, 29));
    assertEquals(114, x(core, 30));
  }
}
