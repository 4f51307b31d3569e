package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.vmstate.analyzer.domain.DomainXmlCheck;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.formats.error.NamedIOException;

/**
 * Lets the user edit a domain XML in a file that only they can read, as it may hold passwords. What
 * they wrote is not lost: when it cannot be used, the file stays.
 */
final class XmlEditing {
  private static final String QUESTION = "Failed. Try again? [y,n,f,?]: ";

  private final String program;

  /** Puts a question and returns the answer; null where nobody can be asked. */
  private final UnaryOperator<String> asker;

  private final Path file;
  private String before = "";

  XmlEditing(String program, UnaryOperator<String> asker) throws IOException {
    this.program = program;
    this.asker = asker;
    file =
        Files.createTempFile(
            "vmstate-img-",
            ".xml",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  /** Starts the editor of the user, who is asked at the terminal if there is one. */
  static XmlEditing ofUser() throws IOException {
    String program = System.getenv("VISUAL");
    program = program == null ? System.getenv("EDITOR") : program;
    program = program == null ? "vi" : program;
    boolean terminal = System.console() != null && System.console().isTerminal();
    return new XmlEditing(program, terminal ? q -> System.console().readLine(q) : null);
  }

  /** Returns the edited XML. */
  String edit(String xml) throws IOException {
    before = xml;
    try {
      Files.writeString(file, xml);
    } catch (IOException e) {
      throw NamedIOException.ofNameless(file, e);
    }
    while (true) {
      start();
      String text = OutputOptions.readText(file);
      try {
        DomainXmlCheck.require("domain XML", text, "domain");
        return text;
      } catch (ConversionException e) {
        if (asker == null) {
          throw e;
        }
        Failures.note(String.valueOf(e.getMessage()));
        if (isForced(e) && text.indexOf('\0') < 0) {
          return text;
        }
      }
    }
  }

  /** Asks what to do; returns whether the text is to be taken as it is. */
  private boolean isForced(ConversionException why) throws ConversionException {
    while (true) {
      String answer = asker.apply(QUESTION);
      switch (answer == null ? "n" : answer.strip().toLowerCase(Locale.ROOT)) {
        case "y" -> {
          return false;
        }
        case "f" -> {
          return true;
        }
        case "n" -> throw why;
        default ->
            Failures.note(
                "y edits it again, n gives up and keeps the file, f takes it as it is although no"
                    + " libvirt will");
      }
    }
  }

  private void start() throws IOException {
    int exitCode;
    try {
      exitCode =
          new ProcessBuilder("sh", "-c", program + " \"$1\"", "sh", file.toString())
              .inheritIO()
              .start()
              .waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    if (exitCode != 0) {
      throw new ConversionException(
          program + ": ended with exit code " + exitCode + "; nothing was changed");
    }
  }

  /** Removes the file. */
  void done() throws IOException {
    Files.deleteIfExists(file);
  }

  /** Keeps the file when the user wrote something, and returns an error that says where. */
  IOException failed(IOException why) throws IOException {
    if (!Files.exists(file) || Files.readString(file).equals(before)) {
      done();
      return why;
    }
    String words =
        why.getMessage() + "; what you wrote is kept in " + file + ", which edit --xml accepts";
    return Named.is(why) ? new NamedIOException(words, why) : new ConversionException(words);
  }
}
