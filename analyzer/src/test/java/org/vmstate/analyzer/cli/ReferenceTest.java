package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.vmstate.analyzer.change.Recipe;
import org.vmstate.analyzer.reference.ManPage;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Help, man pages, completion and manual are of the same options. */
class ReferenceTest {
  /** Options that every verb has, which the manual need not name at each. */
  private static final Set<String> COMMON = Set.of("--help", "--version");

  private final CommandSpec root = Commands.whole().getCommandSpec();
  private final ManPage page = new ManPage("1.2.3", "2026-11-20");

  private CommandSpec verb(String name) {
    return root.subcommands().get(name).getCommandSpec();
  }

  /** Returns "verb option" for each option that a test says no to. */
  private Set<String> without(BiPredicate<String, OptionSpec> test) {
    Set<String> missing = new TreeSet<>();
    for (String name : Commands.VERBS) {
      for (OptionSpec option : verb(name).options()) {
        if (!test.test(name, option)) {
          missing.add(name + " " + option.longestName());
        }
      }
    }
    return missing;
  }

  @Test
  void eachArgumentHasText() {
    for (String name : Commands.VERBS) {
      assertTrue(verb(name).usageMessage().header().length > 0, name);
      for (ArgSpec argument : verb(name).args()) {
        String text = String.join(" ", argument.description());
        assertTrue(text.length() > 5 && text.endsWith("."), name + ": " + argument + ": " + text);
      }
    }
  }

  @Test
  void manualNamesEachOption() throws IOException {
    String manual = Files.readString(Path.of("..", "docs", "manual.md"));
    assertEquals(
        Set.of(),
        without(
            (name, option) ->
                COMMON.contains(option.longestName())
                    || Arrays.stream(option.names())
                        .anyMatch(n -> manual.matches("(?s).*[^-\\w]" + n + "(?![-\\w]).*"))));
  }

  @Test
  void manPagesNameEachOptionAndVerb() {
    assertEquals(
        Set.of(),
        without(
            (name, option) ->
                page.verb(verb(name))
                    .contains("\\fB" + option.longestName().replace("-", "\\-") + "\\fR")));
    String program = page.program(root, Commands.VERBS);
    for (String name : Commands.VERBS) {
      assertTrue(program.contains("img\\-" + name.replace("-", "\\-") + " (1)"), name);
    }
  }

  @Test
  void manPageStartsAndEndsAsManWantsIt() {
    List<String> lines = page.verb(verb("check")).lines().toList();
    assertEquals(
        ".TH VMSTATE\\-IMG\\-CHECK 1 \"2026-11-20\" \"vmstate-img 1.2.3\" \"User Commands\""
            .replace("\"vmstate-img", "\"vmstate-img"),
        lines.getFirst());
    assertEquals(".BR vmstate\\-img (1)", lines.getLast());
    assertTrue(lines.contains(".SH \"EXIT STATUS\""), lines::toString);
    assertEquals(
        lines.stream().filter(".nf"::equals).count(), lines.stream().filter(".fi"::equals).count());
  }

  @Test
  void linesOfHelpFitTheScreen() {
    for (String name : Commands.VERBS) {
      UsageMessageSpec usage = verb(name).usageMessage();
      Stream.of(usage.description(), usage.footer())
          .flatMap(Stream::of)
          .flatMap(line -> Stream.of(line.split("%n")))
          .forEach(line -> assertTrue(line.length() <= 80, name + ": " + line));
    }
  }

  @Test
  void manPagesKeepTheLinesOfLists() {
    for (String name : Commands.VERBS) {
      String text = page.verb(verb(name));
      assertFalse(text.contains("%n") || text.contains("%%"), name);
    }
    List<String> upgrade = page.verb(verb("upgrade")).lines().toList();
    for (String recipe : Recipe.NAMES) {
      assertTrue(upgrade.contains("  bundled:" + recipe.replace("-", "\\-")), recipe);
    }
  }

  @Test
  void completionNamesEachOption() {
    for (String shell : CompletionCommand.SHELLS) {
      String script = CompletionCommand.script(shell);
      assertEquals(
          Set.of(),
          without(
              (name, option) ->
                  script.contains(
                      shell.equals("fish") && option.longestName().startsWith("--")
                          ? "-l " + option.longestName().substring(2)
                          : shell.equals("fish")
                              ? "-s " + option.longestName().substring(1)
                              : option.longestName())),
          shell);
    }
  }

  @Test
  void completionOffersTheWordsOfAChoice() {
    assertTrue(CompletionCommand.script("bash").contains("\"libvirt-sparse\""));
    assertTrue(CompletionCommand.script("zsh").contains(":(qemu qemu-mapped-ram"));
    assertTrue(CompletionCommand.script("fish").contains("-l output -x -a 'human json'"));
  }
}
