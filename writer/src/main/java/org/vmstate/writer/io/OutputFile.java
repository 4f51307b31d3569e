package org.vmstate.writer.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.vmstate.formats.error.NamedIOException;

/**
 * A file that appears whole or not at all: it is written under another name in the same folder,
 * brought to disk and renamed. Only the owner may read it, as with QEMU's own. Whatever ends the
 * program before, the target stays what it was; all but a kill also removes the temporary file.
 */
public final class OutputFile implements Closeable {
  /** How the name of a file starts that is not whole yet. */
  public static final String PREFIX = ".vmstate-img-";

  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private static final Set<OpenOption> NEW =
      Set.of(
          StandardOpenOption.READ,
          StandardOpenOption.WRITE,
          StandardOpenOption.CREATE_NEW,
          LinkOption.NOFOLLOW_LINKS);

  private final Path target;
  private final Path shown;
  private final Path temporary;
  private final boolean replace;
  private final FileChannel channel;
  private final FolderNames folder;
  private final Thread onExit = new Thread(this::remove);
  private boolean done;

  OutputFile(
      Path target,
      Path shown,
      Path temporary,
      boolean replace,
      FileChannel channel,
      FolderNames folder) {
    this.target = target;
    this.shown = shown;
    this.temporary = temporary;
    this.replace = replace;
    this.channel = channel;
    this.folder = folder;
  }

  /**
   * Starts a file.
   *
   * @param replace whether a file of that name may be replaced
   * @throws FileAlreadyExistsException when it may not
   */
  public static OutputFile create(Path path, boolean replace) throws IOException {
    return create(path, replace, path);
  }

  /**
   * Starts a file in a folder that gets another name later.
   *
   * @param replace whether a file of that name may be replaced
   * @param shown the path that errors name
   * @throws FileAlreadyExistsException when it may not
   */
  public static OutputFile create(Path path, boolean replace, Path shown) throws IOException {
    // a link stays a link, what it points to is replaced
    Path target = Files.isSymbolicLink(path) && Files.exists(path) ? path.toRealPath() : path;
    if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileSystemException(
          shown.toString(), null, "is a folder; give the name of a file in it");
    }
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      if (!replace) {
        throw new FileAlreadyExistsException(shown.toString());
      }
      if (!Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileSystemException(
            shown.toString(), null, "is not a regular file; give another name");
      }
    }
    Path folder = target.toAbsolutePath().getParent();
    if (!Files.isDirectory(folder)) {
      throw noFolder(shown);
    }
    Path temporary = folder.resolve(temporaryName());
    FileChannel channel;
    try {
      // opened once and by the call that makes it, so that nobody can put another in its place
      channel = FileChannel.open(temporary, NEW, OWNER_ONLY);
    } catch (FileSystemException e) {
      throw refused(shown, e);
    }
    OutputFile file =
        new OutputFile(target, shown, temporary, replace, channel, FolderNames.ON_DISK);
    try {
      Runtime.getRuntime().addShutdownHook(file.onExit);
    } catch (IllegalStateException e) {
      file.close();
      throw new IOException("the program is ending", e);
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
    return file;
  }

  /** Returns the error of an output whose folder is not there. */
  public static IOException noFolder(Path shown) {
    Path folder =
        shown.getParent() == null ? shown.toAbsolutePath().getParent() : shown.getParent();
    return new NamedIOException(
        folder
            + (Files.exists(folder)
                ? ": is no folder; give a name in one"
                : ": no such folder; make it first"));
  }

  /**
   * Returns the error of an output that cannot be started in its folder. The system says it of the
   * name that the output has until it is whole, which nobody gave.
   */
  public static FileSystemException refused(Path shown, FileSystemException e) {
    return switch (e) {
      // a right is that of the folder
      case AccessDeniedException denied -> denied;
      case NoSuchFileException _ ->
          new FileSystemException(
              shown.toString(), null, "no file can be made in this folder; give a name in another");
      default -> new FileSystemException(shown.toString(), null, e.getReason());
    };
  }

  /** A name that no other process has; a secure random one takes ten times as long to make. */
  private static String temporaryName() {
    long process = ProcessHandle.current().pid();
    return PREFIX + process + "-" + Long.toHexString(System.nanoTime()) + ".part";
  }

  /** Returns the file being written. */
  public FileChannel channel() {
    return channel;
  }

  /** Returns where the file is while it is being written. */
  public Path temporary() {
    return temporary;
  }

  /**
   * Gives the file its name.
   *
   * @param sync whether everything is brought to disk first
   * @throws IOException when the file has not got its name; or, as the message says, when it has
   *     but the name is perhaps not on disk
   */
  public void commit(boolean sync) throws IOException {
    if (!sync) {
      rename();
      return;
    }
    try {
      channel.force(true);
    } catch (IOException e) {
      throw NamedIOException.of(shown, e);
    }
    folder.give(target, shown, this::rename);
  }

  private void rename() throws IOException {
    try {
      if (replace) {
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      } else {
        publish();
      }
    } catch (NoSuchFileException e) {
      throw new FileSystemException(shown.toString(), null, "somebody removed it before its end");
    } catch (FileAlreadyExistsException e) {
      throw new FileAlreadyExistsException(shown.toString());
    } catch (FileSystemException e) {
      throw refused(shown, e);
    }
    done = true;
  }

  /** Renames without replacing a file that appeared meanwhile: a link cannot be made over one. */
  private void publish() throws IOException {
    try {
      Files.createLink(target, temporary);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (IOException | UnsupportedOperationException e) {
      // a file system without hard links
      if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileAlreadyExistsException(target.toString());
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    try {
      Files.delete(temporary);
    } catch (IOException | RuntimeException | Error e) {
      Files.deleteIfExists(target);
      throw e;
    }
  }

  private void remove() {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      // nothing more can be done, and the target is untouched
      done = false;
    }
  }

  /** Removes the temporary file unless it was given its name. */
  @Override
  public void close() throws IOException {
    try (channel) {
      if (!done) {
        remove();
      }
    } finally {
      try {
        Runtime.getRuntime().removeShutdownHook(onExit);
      } catch (IllegalStateException e) {
        // the program is ending, and the hook runs anyway
        done = true;
      }
    }
  }
}
