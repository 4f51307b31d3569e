package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A library whose code cannot be unpacked is no error of the program. */
class NativeCodeTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"1,check @A", "1,convert -O libvirt-zstd -o xml=@X @B @O", "4,compare @A @B"})
  void folderWhereNothingCanBeUnpackedIsNamed(int code, String words)
      throws IOException, InterruptedException {
    Path compressed = folder.resolve("a");
    Path plain = folder.resolve("b");
    Path xml =
        Files.writeString(folder.resolve("x"), "<domain type='qemu'><name>a</name></domain>");
    CommandRun.ok("samples", "pc", "-o", plain.toString());
    CommandRun.ok("samples", "libvirt-zstd", "-o", compressed.toString());
    Path missing = folder.resolve("missing");
    List<String> arguments = new ArrayList<>();
    for (String word : words.split(" ")) {
      arguments.add(
          word.replace("@A", compressed.toString())
              .replace("@B", plain.toString())
              .replace("@X", xml.toString())
              .replace("@O", folder.resolve("o").toString()));
    }
    OwnProcess.Ended ended = OwnProcess.run("-Djava.io.tmpdir=" + missing, "\"$@\"", arguments);
    String said = ended.said();
    assertEquals(code, ended.code(), said);
    assertTrue(said.contains("vmstate-img: temporary folder " + missing + ": a library's"), said);
    assertTrue(said.contains("(TMPDIR names another)"), said);
    assertEquals(-1, said.indexOf("\tat "), said);
    assertTrue(Files.notExists(folder.resolve("o")));
  }
}
