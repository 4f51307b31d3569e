package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The forms in which {@code extract --registers} prints. */
class RegistersTest {

  private static List<String> lines(String sample, String pattern) throws IOException {
    return CommandRun.of("extract", "--registers", "sample:" + sample)
        .out()
        .lines()
        .filter(line -> line.matches(pattern))
        .toList();
  }

  @Test
  void x86AsTheMonitorPrintsThem() throws IOException {
    assertEquals(List.of("RIP=000000000000fff0 RFL=00000002"), lines("pc", "RIP=.*"));
  }

  @Test
  void arm64AsGdbPrintsThem() throws IOException {
    assertEquals(
        List.of(
            "x30            0x0                0",
            "sp             0x0                0",
            "pc             0x0                0",
            "cpsr           0x400003c5         1073742789"),
        lines("virt", "(x30|sp|pc|cpsr) .*"));
  }

  @Test
  void riscvAsGdbPrintsThem() throws IOException {
    assertEquals(
        List.of("fp             0x0                0", "pc             0x1000             4096"),
        lines("riscv", "(fp|pc) .*"));
  }
}
