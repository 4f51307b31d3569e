package org.vmstate.analyzer.facts;

import org.vmstate.formats.event.Section;
import org.vmstate.formats.vmdesc.StateNode;

/**
 * Which processor the state of a Power processor is of. A loader takes that of another revision
 * only where its own model stands for that, too; with a compatible mode that guest and machine
 * agreed on, it takes any. Source: QEMU 10.0 target/ppc/machine.c, cpu_init.c.
 */
final class PowerProcessor {
  /** Field with the special purpose registers. */
  static final String REGISTERS = "env.spr";

  /** Number of the register that says which processor it is. */
  static final int VERSION = 287;

  /** How many special purpose registers there are. */
  static final int COUNT = 1024;

  private static final String SECTION = "cpu";
  private static final String COMPATIBLE = "cpu/compat";
  private static final long KIND = 0xffff0000L;
  private static final long MAJOR = 0xf00;
  private static final long MINOR = 0xf;
  private static final long SECOND = 0x200;
  private static final int POWER7 = 0x003f0000;
  private static final int POWER7_PLUS = 0x004a0000;
  private static final int POWER8_E = 0x004b0000;
  private static final int POWER8_NVL = 0x004c0000;
  private static final int POWER8 = 0x004d0000;
  private static final int POWER9 = 0x004e0000;
  private static final int POWER10 = 0x00800000;
  private static final int POWER11 = 0x00820000;

  private PowerProcessor() {}

  /** Reports whether a state is one of which the processor has to be the target's. */
  static boolean isCompared(Section section, StateNode state) {
    return section.name().equals(SECTION)
        && state.subsections().stream().noneMatch(s -> s.desc().name().equals(COMPATIBLE));
  }

  /** Reports whether a processor takes the state of another one. */
  static boolean takes(long own, long sent) {
    if (own == sent) {
      return true;
    }
    int kind = (int) (own & KIND);
    if (kind != (int) (sent & KIND)) {
      return false;
    }
    boolean major = (own & MAJOR) == (sent & MAJOR);
    return switch (kind) {
      case POWER7, POWER7_PLUS, POWER8, POWER8_E, POWER8_NVL -> true;
      // models are of 2.0 and 2.2, and stand for the next revision each
      case POWER9 ->
          major && (own & MAJOR) == SECOND && (own & MINOR) == ((sent & MINOR) < 2 ? 0 : 2);
      case POWER10, POWER11 -> major;
      default -> false;
    };
  }
}
