package org.vmstate.analyzer.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.vmstate.analyzer.physical.Fields;

/**
 * s390x: NT_PRSTATUS and NT_FPREGSET, then what Linux calls by names of its own: prefix, control
 * registers, timers, vector registers, guarded storage. Source: QEMU 10.0 target/s390x/arch_dump.c,
 * machine.c.
 */
record S390Notes() implements CpuNotes {
  private static final int EM_S390 = 22;
  private static final int COUNT = 16;
  private static final int TIMER = 0x301;
  private static final int CLOCK_COMPARATOR = 0x302;
  private static final int PROGRAMMABLE = 0x303;
  private static final int CONTROL = 0x304;
  private static final int PREFIX = 0x305;
  private static final int VECTORS_LOW = 0x309;
  private static final int VECTORS_HIGH = 0x30a;
  private static final int GUARDED_STORAGE = 0x30b;
  private static final String VECTORS = "cpu/vregs";

  @Override
  public List<RequiredField> required(Fields cpu) {
    List<RequiredField> all = new ArrayList<>();
    for (String name : List.of("psw.mask", "psw.addr", "fpc", "psa", "cputm", "ckc", "todpr")) {
      all.add(RequiredField.of("env." + name, 1));
    }
    for (String name : List.of("env.regs", "env.aregs", "env.cregs")) {
      all.add(RequiredField.of(name, COUNT));
    }
    for (int i = 0; i < COUNT; i++) {
      all.add(RequiredField.of(vectorName(i, 0), 1));
      all.add(RequiredField.of(vectorName(i, 1), 1).in(VECTORS));
      all.add(RequiredField.of(vectorName(COUNT + i, 0), 1).in(VECTORS));
      all.add(RequiredField.of(vectorName(COUNT + i, 1), 1).in(VECTORS));
    }
    all.add(RequiredField.of("env.gscb", 4).in("cpu/gscb"));
    return all;
  }

  private static String vectorName(int index, int half) {
    return "env.vregs[" + index + "][" + half + "]";
  }

  @Override
  public int machine() {
    return EM_S390;
  }

  @Override
  public ByteOrder order() {
    return ByteOrder.BIG_ENDIAN;
  }

  @Override
  public boolean is64() {
    return true;
  }

  private static long vector(Fields cpu, int index, int half) {
    return cpu.value(vectorName(index, half));
  }

  @Override
  public void add(Fields cpu, int id, Notes notes) {
    ByteBuffer status = notes.content(336).putInt(32, id).position(112);
    status.putLong(cpu.value("env.psw.mask")).putLong(cpu.value("env.psw.addr"));
    ByteBuffer floats = notes.content(136).putInt((int) cpu.value("env.fpc")).position(8);
    ByteBuffer low = notes.content(128);
    ByteBuffer high = notes.content(256);
    ByteBuffer control = notes.content(128);
    for (int i = 0; i < COUNT; i++) {
      status.putLong(cpu.value("env.regs", i));
      floats.putLong(vector(cpu, i, 0));
      low.putLong(vector(cpu, i, 1));
      high.putLong(vector(cpu, COUNT + i, 0)).putLong(vector(cpu, COUNT + i, 1));
      control.putLong(cpu.value("env.cregs", i));
    }
    for (int i = 0; i < COUNT; i++) {
      status.putInt((int) cpu.value("env.aregs", i));
    }
    notes.add("CORE", Notes.PRSTATUS, status);
    notes.add("CORE", Notes.FPREGSET, floats);
    notes.add("LINUX", PREFIX, notes.content(4).putInt((int) cpu.value("env.psa")));
    notes.add("LINUX", CONTROL, control);
    notes.add("LINUX", TIMER, notes.content(8).putLong(cpu.value("env.cputm")));
    notes.add("LINUX", CLOCK_COMPARATOR, notes.content(8).putLong(cpu.value("env.ckc")));
    notes.add("LINUX", PROGRAMMABLE, notes.content(4).putInt((int) cpu.value("env.todpr")));
    notes.add("LINUX", VECTORS_LOW, low);
    notes.add("LINUX", VECTORS_HIGH, high);
    ByteBuffer guarded = notes.content(32);
    for (int i = 0; i < 4; i++) {
      guarded.putLong(cpu.value("env.gscb", i));
    }
    notes.add("LINUX", GUARDED_STORAGE, guarded);
  }
}
