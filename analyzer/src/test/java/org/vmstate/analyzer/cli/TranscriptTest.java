package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vmstate.analyzer.samples.Samples;

/**
 * Runs the commands of each transcript in src/test/transcripts and compares what it prints.
 * -Dtranscripts=update writes what it prints now. A line {@code < NAME} gives a sample as standard
 * input, {@code < NAME N} its first N bytes. @TMP@ is a scratch folder, in which are the files of
 * transcripts/files.
 */
class TranscriptTest {
  private static final Path FOLDER = Path.of("src", "test", "transcripts");

  private static final String PROMPT = "$ vmstate-img";

  @TempDir Path scratch;

  static Stream<Path> transcripts() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      List<Path> found = files.filter(f -> f.toString().endsWith(".txt")).sorted().toList();
      assertTrue(found.size() > 20, "transcripts " + found.size());
      return found.stream();
    }
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  void commandPrintsWhatItPrinted(Path transcript) throws IOException {
    List<String> lines = Files.readAllLines(transcript);
    assertTrue(lines.getFirst().startsWith(PROMPT), lines.getFirst());
    StringBuilder actual = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      String command = lines.get(i);
      if (!command.startsWith(PROMPT)) {
        continue;
      }
      actual.append(command).append('\n');
      InputStream input = InputStream.nullInputStream();
      if (i + 1 < lines.size() && lines.get(i + 1).startsWith("< ")) {
        actual.append(lines.get(i + 1)).append('\n');
        input = input(lines.get(i + 1).substring(2));
      }
      actual.append(run(command.substring(PROMPT.length()).strip(), input));
    }
    if ("update".equals(System.getProperty("transcripts"))) {
      Files.writeString(transcript, actual);
    }
    assertEquals(Files.readString(transcript), actual.toString());
  }

  private InputStream input(String line) throws IOException {
    String[] words = line.split(" ");
    Path file = scratch.resolve("input");
    Samples.unpack(words[0], file);
    byte[] bytes = Files.readAllBytes(file);
    int length = words.length > 1 ? Integer.parseInt(words[1]) : bytes.length;
    return new ByteArrayInputStream(bytes, 0, length);
  }

  private String run(String arguments, InputStream input) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream systemErr = System.err;
    PrintStream systemOut = System.out;
    InputStream systemIn = System.in;
    try (Stream<Path> files = Files.list(FOLDER.resolve("files"))) {
      for (Path file : files.toList()) {
        Path copy = scratch.resolve(file.getFileName());
        Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Files.writeString(scratch.resolve("long.xml"), "<domain>" + "x".repeat(100_000) + "</domain>");
    int exitCode;
    PrintStream helpOut = new PrintStream(out, true, StandardCharsets.UTF_8);
    try (Output.Redirect _ = Output.redirect(out)) {
      System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
      System.setOut(helpOut);
      StandardInput.remember();
      System.setIn(input);
      String[] words =
          arguments.isEmpty()
              ? new String[0]
              : arguments.replace("@TMP@", scratch.toString()).split(" ");
      exitCode = Main.run(words);
    } finally {
      System.setErr(systemErr);
      System.setOut(systemOut);
      System.setIn(systemIn);
    }
    StringBuilder result = new StringBuilder();
    result.append(shown(out));
    String errors = shown(err);
    if (!errors.isEmpty()) {
      result.append("stderr:\n").append(errors);
    }
    return result.append("exit code: ").append(exitCode).append('\n').toString();
  }

  private String shown(ByteArrayOutputStream bytes) {
    return bytes
        .toString(StandardCharsets.UTF_8)
        .replace(scratch.toString(), "@TMP@")
        // blocks on disk depend on the file system
        .replaceAll("encoding speed: \\d+", "encoding speed: (depends)")
        .replaceAll("disk size: .*", "disk size: (depends)")
        .replaceAll("\"disk_size\": \\d+", "\"disk_size\": (depends)");
  }
}
