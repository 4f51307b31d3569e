package org.vmstate.analyzer.build;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each fact of a format stands once, in a {@code Format} class, {@code Capability} or a layout of
 * the module formats: its literals are looked for in the code of everything else.
 */
class FactsOnceTest {
  private static final Pattern HOME =
      Pattern.compile("/formats/src/main/java/.*/(\\w+Format|Capability|PageKind)\\.java$");

  private static List<String> others(Pattern literal) throws IOException {
    List<String> found = new ArrayList<>();
    for (Path file : Tree.sources()) {
      String name = file.toString().replace('\\', '/');
      if (!name.contains("/src/main/java/") || HOME.matcher(name).find()) {
        continue;
      }
      for (String line : Files.readString(file).lines().toList()) {
        String code = line.strip();
        boolean comment = code.startsWith("*") || code.startsWith("/*") || code.startsWith("//");
        if (!comment && literal.matcher(code).find()) {
          found.add(file.getFileName() + ": " + code);
        }
      }
    }
    return found;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // magics
        "(?i)0x5145564d",
        "(?i)514649fb",
        "(?i)0?x?11223344",
        "(?i)564d41[04]",
        "(?i)0x(0123|2301)\\b(?!,)(?!\")(?!.*found)",
        "LibvirtQemud",
        // names on the wire
        "\"(mapped-ram|fixed-ram|x-ignore-shared|postcopy-ram|x-colo)\"",
        "\"(dirty-bitmap|spapr/htab|s390-storage_attributes|s390-skeys)\"",
        "\"configuration/",
        "equals\\(\"ram\"\\)",
        // record types and lengths
        "recordType\\(\\) == \\d",
        "== 0x7e\\b",
        "int (\\w*_)?(FOOTER|FRAME|LAST|REF|BEFORE_NAME) = [56];",
        "int XBZRLE\\w* = \\d",
        "start\\(\\) \\+ 5\\b",
        // places of pages
        "HEADER = 28;",
        "pagesOffset\\(\\) % (\\d|0x)"
      })
  void literalsStandInTheirHomeOnly(String literal) throws IOException {
    assertEquals(List.of(), others(Pattern.compile(literal)));
  }

  @Test
  void homesAreFoundAndSearchedForNothing() throws IOException {
    List<Path> homes =
        Tree.sources().stream()
            .filter(f -> HOME.matcher(f.toString().replace('\\', '/')).find())
            .toList();
    assertEquals(true, homes.size() >= 14, homes.toString());
    // the search itself: a class name is no home, and a word of code is found in it
    Matcher elsewhere = HOME.matcher("/parser/src/main/java/org/vmstate/parser/ram/RamFormat.java");
    assertEquals(false, elsewhere.find());
    assertEquals(false, others(Pattern.compile("class StreamParser")).isEmpty());
  }
}
