package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody may take an answer that did not arrive for one, nor what was not given for an image. */
class StandardOutputTest {
  /** Refuses every byte. */
  private static final class Full extends OutputStream {
    private final String why;

    Full(String why) {
      this.why = why;
    }

    @Override
    public void write(int b) throws IOException {
      throw new IOException(why);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--version",
        "--help",
        "help",
        "help info",
        "generate-completion",
        "samples",
        "samples pc -o -",
        "samples --help",
        "info sample:pc",
        "info --output=json sample:pc",
        "dump sample:pc",
        "dump --output=human sample:pc",
        "dump --compat=analyze-migration sample:pc",
        "check sample:pc",
        "check -v sample:pc",
        "check --output=json sample:pc",
        "map sample:pc",
        "map --pages sample:pc",
        "map --output=json sample:pc",
        "map --output=html sample:pc",
        "compare sample:pc sample:pc",
        "compare --output=json sample:pc sample:pc",
        "extract --description sample:pc",
        "extract --device timer sample:pc",
        "extract --pages pc.ram:0-4K sample:pc",
        "extract -O raw sample:pc",
        "extract -O elf sample:pc",
        "extract --xml sample:libvirt-zstd",
        "convert -O qemu sample:pc -",
        "create --block pc.ram=1M -",
      })
  void errorOfStandardOutputIsAnError(String command) {
    List<String> words = command.isEmpty() ? List.of() : List.of(command.split(" "));
    CommandRun full = CommandRun.into(new Full("No space left on device"), words);
    assertNotEquals(0, full.code());
    if (command.isEmpty()) {
      return;
    }
    String notes = full.err().replaceAll("(?m)^vmstate-img: note: .*\n", "");
    assertEquals(
        "vmstate-img: standard output: No space left on device; free some, or write elsewhere\n",
        notes);
    CommandRun closed = CommandRun.into(new Full("Broken pipe"), words);
    assertNotEquals(0, closed.code());
    assertEquals("", closed.err().replaceAll("(?m)^vmstate-img: note: .*\n", ""));
  }

  /** The JVM gave its number to a file of its own, which nobody may close. */
  @ParameterizedTest
  @ValueSource(strings = {"check /none/none", "info sample:pc"})
  void closedStandardOutputIsAnErrorInOneLine(String command)
      throws IOException, InterruptedException {
    OwnProcess.Ended ended =
        OwnProcess.run("-XX:-CreateCoredumpOnCrash", "\"$@\" >&-", List.of(command.split(" ")));
    String said = ended.said();
    assertEquals(1, ended.code(), said);
    assertEquals(1, said.lines().filter(l -> l.startsWith("vmstate-img: ")).count(), said);
  }

  /** What the JVM opened in its place is no image. */
  @ParameterizedTest
  @ValueSource(strings = {"info -", "check -", "convert -O qemu - -", "extract -O raw - -"})
  void closedStandardInputIsAnErrorInOneLine(String command)
      throws IOException, InterruptedException {
    OwnProcess.Ended ended =
        OwnProcess.run("-XX:-CreateCoredumpOnCrash", "\"$@\" <&-", List.of(command.split(" ")));
    String said = ended.said();
    assertEquals(1, ended.code(), said);
    assertEquals(
        List.of("vmstate-img: standard input is closed"),
        // what the JVM says of its own environment is not the program's
        said.lines().filter(line -> !line.startsWith("Picked up ")).toList());
  }
}
