package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.formats.error.NamedIOException;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Which failures get the name of a file is a matter of their type, never of their words. */
class NamedTest {
  private static String of(IOException e, CommandSpec verb, String... words) {
    new CommandLine(verb).parseArgs(words);
    return Named.of(e, verb).getMessage();
  }

  private static String converting(IOException e) {
    return of(e, ConvertCommand.create(), "the", "--");
  }

  @Test
  void whatIsAboutTheInputGetsItsName() {
    assertEquals("the: the stream ends", converting(new ConversionException("the stream ends")));
    assertEquals("the: --x", converting(new ConversionException("--x")));
    assertEquals("the: /dev/sda", converting(new IOException("/dev/sda")));
    // what the system says is in the user's language
    assertEquals("the: kein Platz", converting(new IOException("kein Platz")));
  }

  @Test
  void whatHasANameKeepsIt() {
    for (IOException e :
        List.of(
            ConversionException.named("a: exists"),
            new NamedIOException("b: ended"),
            NamedIOException.of("c", new IOException("no room")),
            new NoSuchFileException("d"))) {
      assertSame(e, Named.of(e, ConvertCommand.create()));
      assertEquals(e.getMessage(), converting(e));
    }
    IOException named = NamedIOException.of("a", new IOException("b"));
    assertSame(named, NamedIOException.ofNameless("c", named));
    assertEquals("c: b", NamedIOException.ofNameless("c", new IOException("b")).getMessage());
  }

  @Test
  void onlyStreamOfAVerbIsWhatItIs() {
    IOException e = new ConversionException("fails");
    assertEquals("standard input: fails", of(e, ConvertCommand.create(), "-", "out"));
    assertEquals("standard output: fails", of(e, CreateCommand.create(), "-"));
  }

  @Test
  void outputIsNoInputWhereItCannotBeWritten() {
    CommandRun run = CommandRun.of("create", "-O", "qemu-mapped-ram", "-");
    assertEquals(
        "vmstate-img: standard output: qemu-mapped-ram cannot be written to a pipe: pages have"
            + " fixed places; give the name of a file\n",
        run.err());
  }
}
