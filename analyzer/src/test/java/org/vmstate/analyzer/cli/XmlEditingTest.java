package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody wrote in an editor is not lost because it is wrong. */
class XmlEditingTest {
  private static final String GOOD = "<domain><name>a</name></domain>";
  private static final String BAD = "<domain><name>b</domain>";

  @TempDir Path folder;

  /** An "editor" that writes each of some contents in turn. */
  private String editor(String... contents) throws IOException {
    for (int i = 0; i < contents.length; i++) {
      Files.writeString(folder.resolve(String.valueOf(i)), contents[i]);
    }
    Path script = folder.resolve("editor");
    Files.writeString(
        script,
        "cd "
            + folder
            + "\n"
            + "for i in 0 1 2 3; do if [ -f $i ]; then mv $i taken; cat taken >\"$1\"; exit 0; fi;"
            + " done\n"
            + "exit 1\n");
    return "sh " + script;
  }

  private static Path kept(IOException e) {
    String text = e.getMessage();
    int at = text.indexOf("is kept in ") + "is kept in ".length();
    return Path.of(text.substring(at, text.indexOf(", which", at)));
  }

  @Test
  void malformedTextIsKeptWhereNobodyCanBeAsked() throws IOException {
    XmlEditing editing = new XmlEditing(editor(BAD), null);
    IOException e = editing.failed(assertThrows(IOException.class, () -> editing.edit(GOOD)));
    assertTrue(e.getMessage().startsWith("domain XML: not well-formed"), e.getMessage());
    Path file = kept(e);
    assertEquals(BAD, Files.readString(file));
    Files.delete(file);
  }

  @Test
  void whoeverAnswersYesGoesOnWithTheSameText() throws IOException {
    Deque<String> answers = new ArrayDeque<>(List.of("?", "Y", "y"));
    XmlEditing editing = new XmlEditing(editor(BAD, BAD, GOOD), q -> answers.pop());
    assertEquals(GOOD, editing.edit("<domain/>"));
    assertEquals(0, answers.size());
    editing.done();
  }

  @Test
  void forcedTextIsTakenAsItIs() throws IOException {
    XmlEditing editing = new XmlEditing(editor(BAD), q -> "f");
    assertEquals(BAD, editing.edit(GOOD));
    editing.done();
  }

  @Test
  void whoeverGivesUpFindsTheTextAgain() throws IOException {
    XmlEditing editing = new XmlEditing(editor(BAD), q -> null);
    IOException e = editing.failed(assertThrows(IOException.class, () -> editing.edit(GOOD)));
    Path file = kept(e);
    assertEquals(BAD, Files.readString(file));
    Files.delete(file);
  }

  @Test
  void textThatDoesNotFitIsKept() throws IOException {
    XmlEditing editing = new XmlEditing(editor(GOOD), null);
    assertEquals(GOOD, editing.edit("<domain/>"));
    Path file = kept(editing.failed(new IOException("does not fit")));
    assertEquals(GOOD, Files.readString(file));
    Files.delete(file);
  }

  @Test
  void unchangedTextIsNotKept() throws IOException {
    XmlEditing editing = new XmlEditing("false", null);
    IOException e = editing.failed(assertThrows(IOException.class, () -> editing.edit(GOOD)));
    assertFalse(e.getMessage().contains("kept"), e.getMessage());
  }
}
