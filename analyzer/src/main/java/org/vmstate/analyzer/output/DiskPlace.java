package org.vmstate.analyzer.output;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.vmstate.analyzer.host.ImageInUseException;
import org.vmstate.analyzer.host.ImageLock;
import org.vmstate.formats.error.NamedIOException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.qcow2.DiskLayout;
import org.vmstate.formats.qcow2.Qcow2Format;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.ExtentSource;
import org.vmstate.parser.qcow2.DiskHeader;
import org.vmstate.parser.qcow2.NoSuchSnapshotException;
import org.vmstate.parser.qcow2.Qcow2Disk;
import org.vmstate.parser.qcow2.Snapshot;
import org.vmstate.parser.qcow2.SnapshotChoice;
import org.vmstate.writer.io.FileSink;
import org.vmstate.writer.qcow2.DiskFile;
import org.vmstate.writer.qcow2.DiskUpdate;
import org.vmstate.writer.qcow2.FreshDisk;

/** Where a VM state goes in a qcow2 disk. */
public final class DiskPlace implements Closeable {
  private final Path path;
  private final FileChannel channel;

  /** The locks on a disk that is there, else null. */
  private final ImageLock lock;

  private final long base;
  private final Ending ending;

  /** Length to which the file is cut when nothing came of it, -1 for a file that is new. */
  private final long before;

  /** Whether the tables began to change: from then on they may name what was written. */
  private boolean begun;

  /** Whether the program ends: nothing is written any more. */
  private boolean stopped;

  private final Thread onExit = new Thread(this::stop);

  private DiskPlace(
      Path path, FileChannel channel, ImageLock lock, long base, long before, Ending ending) {
    this.path = path;
    this.channel = channel;
    this.lock = lock;
    this.base = base;
    this.before = before;
    this.ending = ending;
  }

  /** Makes what was written a state. */
  private interface Ending {
    void end(DiskFile file, long length) throws IOException;
  }

  /** Takes a file that is new. */
  static DiskPlace fresh(FileChannel channel, Path path, String name) {
    return new DiskPlace(
        path,
        channel,
        null,
        FreshDisk.STATE_AT,
        -1,
        (file, length) -> FreshDisk.finish(file, length, name, Instant.now()));
  }

  /**
   * Opens a disk, locked as QEMU locks it.
   *
   * @param snapshot id or name of the snapshot whose state is replaced, or name of a new one
   * @throws ConversionException when the disk is in use, or nothing may be written to it
   */
  public static DiskPlace into(Path path, String snapshot) throws IOException {
    DiskLayout layout = layout(path);
    Optional<DiskLayout.Place> found =
        find(path, snapshot).map(s -> layout.snapshots().get(s.index()));
    String name = SnapshotChoice.newName(snapshot);
    if (found.isEmpty()) {
      SnapshotName.require(name);
      if (layout.snapshots().size() >= Qcow2Format.MAX_SNAPSHOTS) {
        throw ConversionException.named(path + ": has as many snapshots as there can be");
      }
    }
    return into(path, layout, found, name);
  }

  /**
   * Opens a disk to replace the state of a snapshot, locked as QEMU locks it.
   *
   * @throws ConversionException when the disk is in use, or nothing may be written to it
   */
  public static DiskPlace into(Path path, Snapshot snapshot) throws IOException {
    DiskLayout layout = layout(path);
    if (snapshot.index() >= layout.snapshots().size()) {
      throw ConversionException.named(path + ": was changed meanwhile by another program");
    }
    return into(
        path, layout, Optional.of(layout.snapshots().get(snapshot.index())), snapshot.name());
  }

  private static DiskPlace into(
      Path path, DiskLayout layout, Optional<DiskLayout.Place> found, String name)
      throws IOException {
    try {
      return open(path, layout, found, name);
    } catch (FileSystemException | StateFormatException | ConversionException e) {
      throw e;
    } catch (IOException e) {
      throw NamedIOException.ofNameless(path, e);
    }
  }

  private static DiskPlace open(
      Path path, DiskLayout layout, Optional<DiskLayout.Place> found, String name)
      throws IOException {
    if (!Files.isRegularFile(path)) {
      // a device does not grow, and how much of it is used its length does not tell
      throw ConversionException.named(
          path + ": is not a regular file, after whose end a state can go; nothing was written");
    }
    ImageLock lock = ImageLock.isSupported() ? take(path) : null;
    FileChannel channel = null;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      DiskFile file = DiskFile.of(channel);
      requireSame(file, path, layout);
      DiskUpdate update = new DiskUpdate(file, layout);
      update.requireRoom(found);
      DiskPlace place =
          new DiskPlace(
              path,
              channel,
              lock,
              update.stateAt(),
              channel.size(),
              (disk, length) -> update.finish(length, found, name, Instant.now()));
      Runtime.getRuntime().addShutdownHook(place.onExit);
      return place;
    } catch (IOException | RuntimeException | Error e) {
      if (channel != null) {
        channel.close();
      }
      if (lock != null) {
        lock.close();
      }
      throw e;
    }
  }

  private static ImageLock take(Path path) throws IOException {
    try {
      return ImageLock.take(path);
    } catch (ImageInUseException e) {
      throw ConversionException.named(e.getMessage());
    }
  }

  private static Optional<Snapshot> find(Path path, String snapshot) throws IOException {
    try {
      return SnapshotChoice.place(snapshots(path), snapshot);
    } catch (NoSuchSnapshotException e) {
      throw ConversionException.named(path + ": " + e.getMessage());
    }
  }

  /** Returns all snapshots of a disk in the order of its table. */
  public static List<Snapshot> snapshots(Path path) throws IOException {
    try (ByteSource source = ImageReader.open(path)) {
      return Qcow2Disk.open(source, path).snapshots();
    }
  }

  /** Nobody wrote between the look at the tables and the locks. */
  private static void requireSame(DiskFile file, Path path, DiskLayout layout) throws IOException {
    ByteBuffer words = ByteBuffer.allocate(Qcow2Format.HEADER_2);
    file.read(0, words);
    if (words.getLong(Qcow2Format.SWITCH_AT) != layout.refcountTable()
        || words.getLong(64) != layout.snapshotTable()
        || words.getInt(60) != layout.snapshots().size()) {
      throw ConversionException.named(path + ": was changed meanwhile by another program");
    }
  }

  static DiskLayout layout(Path path) throws IOException {
    try (ByteSource source = ImageReader.open(path)) {
      if (!source.isSeekable() || !Qcow2Disk.isOne(source)) {
        throw ConversionException.named(path + ": is not a qcow2 disk in a file");
      }
      Qcow2Disk disk = Qcow2Disk.open(source, path);
      DiskHeader header = disk.header();
      if (header.encrypted() || header.isDirty() || header.isCorrupt()) {
        throw ConversionException.named(
            path
                + (header.encrypted()
                    ? ": is encrypted; nothing was written"
                    : ": has to be mended first, by qemu-img check -r all"));
      }
      List<DiskLayout.Place> snapshots =
          disk.snapshots().stream()
              .map(
                  s ->
                      new DiskLayout.Place(
                          s.range(),
                          s.id(),
                          s.name(),
                          s.diskSize().orElse(header.diskSize()),
                          s.l1Offset(),
                          s.l1Entries()))
              .toList();
      return new DiskLayout(
          header.geometry(),
          header.refcountOrder(),
          header.diskSize(),
          header.l1Offset(),
          header.l1Entries(),
          header.refcountTable(),
          header.refcountClusters(),
          header.autoclear(),
          header.snapshotTable(),
          snapshots);
    }
  }

  /** Returns what takes the bytes of the state. */
  FileSink sink() {
    return new FileSink(channel, null, 0, base).named(path.toString());
  }

  /** Returns what was written, before it is made the state of the snapshot. */
  ImageSource written(Optional<Path> temporary) {
    Path file = temporary.orElse(path);
    return new ImageSource() {
      @Override
      public ByteSource open() throws IOException {
        return ExtentSource.part(ImageReader.open(file), base, channel.size());
      }

      @Override
      public Optional<Path> file() {
        return Optional.empty();
      }
    };
  }

  /** Makes what was written the state of the snapshot. */
  void end() throws IOException {
    long length = channel.size() - base;
    begin();
    try {
      ending.end(DiskFile.of(channel), length);
    } catch (StateFormatException | ConversionException e) {
      throw e;
    } catch (IOException e) {
      throw NamedIOException.ofNameless(path, e);
    }
  }

  private synchronized void begin() throws IOException {
    if (stopped) {
      throw new ClosedChannelException();
    }
    begun = true;
  }

  /** Takes back what was written when the user has enough of it; others may write meanwhile. */
  synchronized void stop() {
    if (begun || before < 0 || !channel.isOpen()) {
      return;
    }
    stopped = true;
    try {
      // nothing comes after the length is set
      channel.close();
      try (FileChannel again = FileChannel.open(path, StandardOpenOption.WRITE)) {
        again.truncate(before);
      }
    } catch (IOException _) {
      // what stays is unused space
    }
  }

  /**
   * Takes back what was written when no table came to name it; later, only unused space is left.
   */
  @Override
  public void close() throws IOException {
    forget();
    try (channel;
        lock) {
      if (!begun && before >= 0 && channel.isOpen()) {
        channel.truncate(before);
      }
    }
  }

  private void forget() {
    try {
      Runtime.getRuntime().removeShutdownHook(onExit);
    } catch (IllegalStateException _) {
      // it runs
    }
  }
}
