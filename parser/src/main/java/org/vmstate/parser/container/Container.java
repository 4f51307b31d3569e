package org.vmstate.parser.container;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.event.Front;
import org.vmstate.formats.stream.Capability;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.ExtentSource;
import org.vmstate.parser.io.Extents;
import org.vmstate.parser.qcow2.NoSuchSnapshotException;
import org.vmstate.parser.qcow2.Qcow2Disk;
import org.vmstate.parser.qcow2.Snapshot;
import org.vmstate.parser.qcow2.SnapshotChoice;

/** A file, and what holds the saved state in it. */
public final class Container implements Closeable {
  private static final long HEAD = 1 << 20;
  private static final XemuState XEMU = new XemuState();

  private final ByteSource file;
  private final Optional<Qcow2Disk> disk;
  private final Optional<Holder> holder;

  /** What stands around the stream inside a snapshot's state, once that is opened. */
  private Optional<Holder> inner = Optional.empty();

  private Container(ByteSource file, Optional<Qcow2Disk> disk, Optional<Holder> holder) {
    this.file = file;
    this.disk = disk;
    this.holder = holder;
  }

  /**
   * Looks what a file is.
   *
   * @param opened the file, which this takes over
   * @param path where it lies, null when it has no name
   */
  public static Container open(ByteSource opened, Path path) throws IOException {
    ByteSource file = opened;
    try {
      if (Qcow2Disk.isOne(file)) {
        file = file.seekable();
        return new Container(file, Optional.of(Qcow2Disk.open(file, path)), Optional.empty());
      }
      if (Holder.kind(file).isPresent()) {
        file = file.seekable();
      }
      // what is compressed in a pipe is not looked into, because it can be read only once
      return new Container(
          file, Optional.empty(), file.isSeekable() ? Holder.find(file) : Optional.empty());
    } catch (IOException | RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /** Opens the only state in a file. */
  public static ByteSource openState(Path path) throws IOException {
    Container container = open(ImageReader.open(path), path);
    try {
      return container.state(Optional.empty());
    } catch (IOException | RuntimeException | Error e) {
      container.close();
      throw e;
    }
  }

  /** Returns the disk image, if the file is one. */
  public Optional<Qcow2Disk> disk() {
    return disk;
  }

  /**
   * Returns the saved state, which closes this with itself.
   *
   * @param wanted id or name of a snapshot
   * @throws NoSuchSnapshotException when there is none, or several and none was chosen
   */
  public ByteSource state(Optional<String> wanted) throws IOException {
    if (holder.isPresent()) {
      return holder.get().state();
    }
    ByteSource whole = whole(wanted);
    if (disk.isEmpty() || !XEMU.isOne(whole)) {
      return whole;
    }
    inner = Holder.find(whole);
    return inner.orElseThrow().state();
  }

  private static ByteSource unwrapped(ByteSource state) throws IOException {
    return XEMU.isOne(state) ? Holder.find(state).orElseThrow().state() : state;
  }

  /**
   * Returns the saved state with what stands in front of the stream, which closes this with itself.
   *
   * @param wanted id or name of a snapshot
   * @throws NoSuchSnapshotException when there is none, or several and none was chosen
   */
  public ByteSource whole(Optional<String> wanted) throws IOException {
    if (disk.isEmpty()) {
      return file;
    }
    Snapshot chosen = SnapshotChoice.of(disk.get().snapshots(), wanted);
    Extents all = disk.get().extents(chosen);
    return disk.get().source(chosen, all, length(chosen, all));
  }

  /**
   * Returns how many bytes of {@link #whole} its program needs in front of the stream to load it.
   */
  public static long front(ByteSource whole) throws IOException {
    return XEMU.isOne(whole) ? XEMU.front(whole) : 0;
  }

  /** Returns what stands around the stream, if anything does. */
  public Optional<Holder> holder() {
    return holder;
  }

  /** Returns what stands around the stream in the file or in the state that was opened. */
  public Optional<Holder> innermost() {
    return holder.or(() -> inner);
  }

  /** Returns the length of the file in bytes. */
  public long length() {
    return file.length();
  }

  /**
   * What a state says of itself before its memory.
   *
   * @param front what could be read
   * @param problem why no more of it can be read, if so
   */
  public record Head(Front front, Optional<String> problem) {}

  /** Reads what a state in a disk says of itself, without a pass over it. */
  public Head head(Snapshot snapshot) throws IOException {
    try {
      Extents all = disk.orElseThrow().extents(snapshot);
      ByteSource state = unwrapped(disk.get().source(snapshot, all, all.reach()));
      Head head = look(ExtentSource.part(state, 0, Math.min(HEAD, state.length())));
      if (!head.front().has(Capability.MAPPED_RAM)) {
        return head;
      }
      // places of pages are compared with where the state ends
      state.seek(0);
      state.path().clear();
      return look(state);
    } catch (StateFormatException e) {
      return new Head(new Front(), Optional.of(e.getMessage()));
    }
  }

  private static Head look(ByteSource stream) throws IOException {
    Front front = new Front();
    try {
      ImageReader.read(stream, ParseOptions.DEFAULT.ofHead(), front);
      return new Head(front, Optional.empty());
    } catch (StateFormatException e) {
      return new Head(front, Optional.of(e.getMessage()));
    }
  }

  /**
   * Finds the end. An older state may lie after the stream, and the recorded size ends it; but QEMU
   * never looks at that size, and with mapped-ram it is too short.
   */
  private long length(Snapshot chosen, Extents all) throws IOException {
    long recorded = chosen.stateSize();
    if (recorded >= all.length()) {
      return all.length();
    }
    // not closed, because that closes the file
    ByteSource probe = disk.get().source(chosen, all, all.length());
    probe.seek(recorded - 1);
    boolean ends =
        probe.peek() == StreamFormat.END_OF_DESCRIPTION || probe.peek() == StreamFormat.EOF;
    probe.seek(0);
    return ends && !isMapped(probe) ? recorded : all.length();
  }

  private static boolean isMapped(ByteSource stream) throws IOException {
    return look(stream).front().has(Capability.MAPPED_RAM);
  }

  @Override
  public void close() throws IOException {
    if (holder.isPresent()) {
      holder.get().state().close();
    }
    file.close();
  }
}
