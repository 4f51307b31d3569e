package org.vmstate.writer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URISyntaxException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.formats.error.NamedIOException;
import org.vmstate.writer.io.OutputFile;

/** A file appears whole or not at all. */
class OutputFileTest {
  @TempDir Path folder;

  private void write(Path path, boolean replace, String text, boolean commit) throws IOException {
    try (OutputFile file = OutputFile.create(path, replace)) {
      file.channel().write(ByteBuffer.wrap(text.getBytes()));
      if (commit) {
        file.commit(true);
      }
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void nothingAppearsBeforeTheCommit() throws IOException {
    write(folder.resolve("out"), false, "new", false);
    assertEquals(List.of(), names());
    write(folder.resolve("out"), false, "new", true);
    assertEquals(List.of("out"), names());
    assertEquals("new", Files.readString(folder.resolve("out")));
  }

  @Test
  void onlyTheOwnerMayRead() throws IOException {
    Path out = folder.resolve("out");
    write(out, false, "new", true);
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(out)));
  }

  @Test
  void existingFileStaysUnlessItMayBeReplaced() throws IOException {
    Path out = folder.resolve("out");
    Files.writeString(out, "old");
    assertThrows(FileAlreadyExistsException.class, () -> write(out, false, "new", true));
    write(out, true, "new", false);
    assertEquals("old", Files.readString(out));
    write(out, true, "new", true);
    assertEquals("new", Files.readString(out));
    assertEquals(List.of("out"), names());
  }

  @Test
  void fileThatAppearedMeanwhileStays() throws IOException {
    Path out = folder.resolve("out");
    try (OutputFile file = OutputFile.create(out, false)) {
      Files.writeString(out, "other");
      assertThrows(FileAlreadyExistsException.class, () -> file.commit(false));
    }
    assertEquals("other", Files.readString(out));
    assertEquals(List.of("out"), names());
  }

  @Test
  void linkStaysALink() throws IOException {
    Path out = folder.resolve("out");
    Path link = folder.resolve("link");
    Files.writeString(out, "old");
    Files.createSymbolicLink(link, out);
    write(link, true, "new", true);
    assertTrue(Files.isSymbolicLink(link));
    assertEquals("new", Files.readString(out));
  }

  @Test
  void foldersAreRefused() {
    assertThrows(IOException.class, () -> write(folder, true, "new", true));
    assertThrows(IOException.class, () -> write(folder.resolve("no/out"), true, "new", true));
  }

  /** A socket stands for a device, which a program that goes wrong must not meet. */
  @Test
  void whatIsNoRegularFileIsRefused() throws IOException {
    Path socket = folder.resolve("socket");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      assertEquals(
          socket + ": is not a regular file; give another name",
          message(() -> write(socket, true, "new", true)));
    }
    assertEquals(List.of("socket"), names());
  }

  private static String message(Executable work) {
    return assertThrows(IOException.class, work).getMessage();
  }

  @Test
  void refusalsNameTheFileOrTheFolder() throws IOException {
    assertEquals(
        folder + ": is a folder; give the name of a file in it",
        message(() -> write(folder, true, "new", true)));
    Path missing = folder.resolve("no");
    assertEquals(
        missing + ": no such folder; make it first",
        message(() -> write(missing.resolve("out"), true, "new", true)));
    Path out = folder.resolve("out");
    Files.writeString(out, "old");
    assertEquals(
        out + ": is no folder; give a name in one",
        message(() -> write(out.resolve("in it"), true, "new", true)));
    assertEquals(out.toString(), message(() -> write(out, false, "new", true)));
  }

  /** The system names what it refuses by the name that only the program knows. */
  @Test
  void outputsAreNamedAsTheyWereGiven() {
    Path out = Path.of("out");
    String hidden = "/proc/" + OutputFile.PREFIX + "1-2.part";
    assertEquals(
        "out: no file can be made in this folder; give a name in another",
        OutputFile.refused(out, new NoSuchFileException(hidden)).getMessage());
    assertEquals(
        "out: Read-only file system",
        OutputFile.refused(out, new FileSystemException(hidden, null, "Read-only file system"))
            .getMessage());
    // of a right the folder is what counts
    assertEquals(hidden, OutputFile.refused(out, new AccessDeniedException(hidden)).getMessage());
    Path longest = folder.resolve("x".repeat(300));
    assertEquals(
        longest + ": File name too long", message(() -> write(longest, false, "new", true)));
    assertEquals(
        longest + ": File name too long", message(() -> write(longest, true, "new", true)));
  }

  @Test
  void outputThatSomebodyRemovesIsNamed() throws IOException {
    Path out = folder.resolve("out");
    try (OutputFile file = OutputFile.create(out, true)) {
      Files.delete(file.temporary());
      assertEquals(out + ": somebody removed it before its end", message(() -> file.commit(false)));
    }
  }

  /** What a link points to may be made later by somebody else, somewhere else. */
  @Test
  void linkToNothingIsNoPlaceForAFile() throws IOException {
    Path link = folder.resolve("link");
    Files.createSymbolicLink(link, folder.resolve("nothing"));
    assertThrows(FileAlreadyExistsException.class, () -> write(link, false, "new", true));
    assertEquals(
        link + ": is not a regular file; give another name",
        message(() -> write(link, true, "new", true)));
    assertEquals(List.of("link"), names());
  }

  @Test
  void temporaryFileStandsBesideTheTargetUntilTheCommit() throws IOException {
    Path out = folder.resolve("out");
    try (OutputFile file = OutputFile.create(out, true)) {
      assertEquals(folder.toAbsolutePath(), file.temporary().getParent());
      assertTrue(Files.exists(file.temporary()));
      assertTrue(file.channel().isOpen());
      file.channel().write(ByteBuffer.wrap(new byte[3]));
      file.commit(false);
      assertEquals(List.of("out"), names());
    }
    assertEquals(3, Files.size(out));
    OutputFile file = OutputFile.create(out, true);
    file.close();
    assertFalse(file.channel().isOpen());
    assertEquals(List.of("out"), names());
  }

  /** Starts a file and ends. */
  static final class Ending {
    private Ending() {}

    public static void main(String[] arguments) throws IOException {
      OutputFile file = OutputFile.create(Path.of(arguments[0]), false);
      file.channel().write(ByteBuffer.allocate(1));
    }
  }

  private static String place(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }

  @Test
  void programThatEndsBeforeTheCommitLeavesNothing() throws Exception {
    String path =
        String.join(
            File.pathSeparator,
            place(OutputFile.class),
            place(NamedIOException.class),
            place(Ending.class));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                path,
                Ending.class.getName(),
                folder.resolve("out").toString())
            .inheritIO()
            .start();
    assertEquals(0, process.waitFor());
    assertEquals(List.of(), names());
  }
}
