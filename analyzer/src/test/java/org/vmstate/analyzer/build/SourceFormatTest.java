package org.vmstate.analyzer.build;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sources have the form that google-java-format gives them; -Dformat=apply gives it to them. */
class SourceFormatTest {

  @Test
  void sourcesAreFormatted() throws IOException, FormatterException {
    Formatter formatter = new Formatter();
    List<Path> wrong = new ArrayList<>();
    for (Path file : Tree.sources()) {
      String source = Files.readString(file);
      String formatted =
          formatter.formatSourceAndFixImports(RemoveUnusedImports.removeUnusedImports(source));
      if (!formatted.equals(source)) {
        if ("apply".equals(System.getProperty("format"))) {
          Files.writeString(file, formatted);
        } else {
          wrong.add(Tree.ROOT.relativize(file));
        }
      }
    }
    assertEquals(List.of(), wrong, "format them with mvn verify -Dformat=apply");
  }
}
