package org.vmstate.analyzer.extract;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.Outcome;
import org.vmstate.writer.io.FileSink;
import org.vmstate.writer.io.FolderNames;
import org.vmstate.writer.io.OutputFile;
import org.vmstate.writer.ram.PlacedPages;

/** A folder with a file for each RAM block, which appears when all of them are whole. */
public final class BlockFolder implements PlacedPages.Placement, Closeable {
  private static final int LONGEST = 200;

  /** How often a folder is emptied of files that are still made while the program ends. */
  private static final int ATTEMPTS = 100;

  private final Path target;
  private final Path folder;
  private final FolderNames names;
  private final List<Destination> files = new ArrayList<>();
  private final Thread onExit = new Thread(this::leave);
  private boolean done;

  private BlockFolder(Path target, Path folder, FolderNames names) {
    this.target = target;
    this.folder = folder;
    this.names = names;
  }

  /** Starts a folder, which must not exist. */
  public static BlockFolder create(Path target) throws IOException {
    return create(target, FolderNames.ON_DISK);
  }

  static BlockFolder create(Path target, FolderNames names) throws IOException {
    if (Files.exists(target)) {
      throw ConversionException.named(target + ": exists; give the name of a new folder");
    }
    Path parent = target.toAbsolutePath().getParent();
    if (!Files.isDirectory(parent)) {
      throw OutputFile.noFolder(target);
    }
    Path folder;
    try {
      folder = Files.createTempDirectory(parent, OutputFile.PREFIX);
    } catch (FileSystemException e) {
      throw OutputFile.refused(target, e);
    }
    BlockFolder made = new BlockFolder(target, folder, names);
    try {
      Runtime.getRuntime().addShutdownHook(made.onExit);
    } catch (IllegalStateException e) {
      made.remove();
      throw new IOException("the program is ending", e);
    }
    return made;
  }

  /**
   * Returns a file name for a block: letters, digits and {@code _-+@.} stay, anything else and a
   * dot in front become {@code %} and two hexadecimal digits.
   */
  public static String fileName(RamBlock block) {
    StringBuilder name = new StringBuilder();
    for (byte b : block.name().getBytes(StandardCharsets.ISO_8859_1)) {
      char c = (char) (b & 0xff);
      boolean plain =
          c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || c >= '0' && c <= '9'
              || "_-+@".indexOf(c) >= 0
              || c == '.' && !name.isEmpty();
      name.append(plain ? String.valueOf(c) : String.format(Locale.ROOT, "%%%02x", (int) c));
    }
    if (name.length() > LONGEST) {
      return name.substring(0, LONGEST) + "~" + block.index();
    }
    return name.toString();
  }

  void open(List<RamBlock> blocks) throws IOException {
    for (RamBlock block : blocks) {
      String name = fileName(block);
      files.add(Destination.file(folder.resolve(name), false, false, target.resolve(name)));
      ((FileSink) files.getLast().sink()).skipTo(block.usedLength());
    }
  }

  @Override
  public void places(RamBlock block, long from, long length, PlacedPages.Place place)
      throws IOException {
    place.at(from, length, (FileSink) files.get(block.index()).sink(), from);
  }

  /**
   * Gives the folder its name.
   *
   * @param outcome how the pass ended that made it
   * @param sync whether everything is brought to disk first, and the name then
   */
  public void commit(Outcome outcome, boolean sync) throws IOException {
    for (Destination file : files) {
      file.commit(outcome, sync);
    }
    if (sync) {
      names.give(target, target, this::rename);
    } else {
      rename();
    }
  }

  private void rename() throws IOException {
    Files.move(folder, target, StandardCopyOption.ATOMIC_MOVE);
    done = true;
  }

  @Override
  public void close() throws IOException {
    try (Closeable _ = done ? () -> {} : this::remove;
        Closeable _ = this::stay) {
      IOException failure = null;
      for (Destination file : files) {
        try {
          file.close();
        } catch (IOException e) {
          failure = e;
        }
      }
      if (failure != null) {
        throw failure;
      }
    }
  }

  private void stay() {
    try {
      Runtime.getRuntime().removeShutdownHook(onExit);
    } catch (IllegalStateException e) {
      // the program is ending, and the hook runs anyway
      return;
    }
  }

  /** Removes all while the program ends, which other threads may not know yet. */
  private void leave() {
    for (int attempt = 0; attempt < ATTEMPTS && Files.exists(folder); attempt++) {
      try {
        remove();
      } catch (IOException e) {
        Thread.onSpinWait();
      }
    }
  }

  private void remove() throws IOException {
    try (var left = Files.list(folder)) {
      for (Path file : left.toList()) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException e) {
      // done by whom the end of the program called
      return;
    }
    Files.deleteIfExists(folder);
  }
}
