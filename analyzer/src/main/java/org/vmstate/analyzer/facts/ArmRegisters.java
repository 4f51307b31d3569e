package org.vmstate.analyzer.facts;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.vmstate.analyzer.physical.Fields;
import org.vmstate.formats.vmdesc.StateNode;

/**
 * The list of registers in the state of an Arm processor: how many, their numbers in ascending
 * order, their values. A loader refuses numbers that its processor does not have; those that are
 * not sent it sets to what its memory held by chance. It also refuses other values of registers
 * that have only one. Source: QEMU 10.0 target/arm/machine.c.
 */
public final class ArmRegisters {
  /** Name of the section. */
  public static final String SECTION = "cpu";

  /** Field with the number of registers. */
  public static final String COUNT = "cpreg_vmstate_array_len";

  /** Field with their numbers. */
  public static final String NUMBERS = "cpreg_vmstate_indexes";

  /** Field with their values. */
  public static final String VALUES = "cpreg_vmstate_values";

  private static final int WIDE = 0x13;
  private static final int NARROW = 0xf;
  private static final int DEBUG = 0xe;

  /** PMCEID0 and PMCEID1, the events that can be counted: low 16 bits of their numbers. */
  private static final Set<Long> COUNTABLE = Set.of(0xdce6L, 0xdce7L, 0x4e06L, 0x4e07L);

  private static final int DEBUG_IDENTITY = 7;

  private ArmRegisters() {}

  /** Returns the values by their numbers, none where the processor is another one. */
  public static Map<Long, Long> of(StateNode state) {
    long[] numbers = new Fields(state).values(NUMBERS);
    long[] values = new Fields(state).values(VALUES);
    Map<Long, Long> result = new LinkedHashMap<>();
    for (int i = 0; i < Math.min(numbers.length, values.length); i++) {
      result.put(numbers[i], values[i]);
    }
    return result;
  }

  /**
   * Reports whether a register says what the processor is, so that it has one value: those of
   * coprocessor register 0, of 64-bit processors and in the view of 32 bits, and some of debugging.
   */
  public static boolean isIdentity(long number) {
    if (COUNTABLE.contains(number & 0xffff)) {
      return true;
    }
    long kind = number >>> 16 & 0xff;
    long narrow = number >>> 11 & 0xf;
    return switch ((int) kind) {
      case WIDE -> (number >>> 14 & 3) == 3 && (number >>> 7 & 0xf) == 0;
      case NARROW -> narrow == 0;
      case DEBUG -> (number & 0xffff) == 0 || narrow == DEBUG_IDENTITY;
      default -> false;
    };
  }
}
