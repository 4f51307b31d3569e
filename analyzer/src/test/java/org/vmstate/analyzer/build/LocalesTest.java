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

/** What is written is the same under every language: digits, and what is upper and lower case. */
class LocalesTest {
  /** Calls that ask for the language of the user, when they are not given one. */
  private static final Pattern OF_THE_USER =
      Pattern.compile(
          "String\\.format\\((?!\\s*Locale\\.ROOT)|\\.formatted\\(|\\.printf\\((?!\\s*Locale\\.ROOT)|\\.to(?:Lower|Upper)Case\\(\\)|new"
              + " Formatter\\(|DecimalFormat\\b"
              + "|NumberFormat\\b|DateTimeFormatter\\b|Locale\\.getDefault");

  @Test
  void nothingIsWrittenInTheLanguageOfTheUser() throws IOException {
    List<String> wrong = new ArrayList<>();
    int files = 0;
    for (Path file : Tree.sources()) {
      if (file.toString().contains("/src/main/java/")) {
        files++;
        Matcher matcher = OF_THE_USER.matcher(Files.readString(file));
        while (matcher.find()) {
          wrong.add(file.getFileName() + ": " + matcher.group());
        }
      }
    }
    assertEquals(List.of(), wrong);
    assertEquals(true, files > 200, "files " + files);
  }
}
