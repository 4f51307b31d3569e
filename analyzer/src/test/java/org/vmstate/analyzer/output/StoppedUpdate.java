package org.vmstate.analyzer.output;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import org.vmstate.formats.qcow2.DiskLayout;
import org.vmstate.writer.qcow2.DiskFile;
import org.vmstate.writer.qcow2.DiskUpdate;

/** Puts a state into a disk, but is killed on the way. */
public final class StoppedUpdate {
  private StoppedUpdate() {}

  /** Returns whether the update ended before its writes were used up. */
  public static boolean run(Path path, String name, byte[] state, int writes) throws IOException {
    DiskLayout layout = DiskPlace.layout(path);
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      Stopping file = new Stopping(DiskFile.of(channel), writes);
      DiskUpdate update = new DiskUpdate(file, layout);
      file.inner.write(update.stateAt(), ByteBuffer.wrap(state));
      Optional<DiskLayout.Place> found =
          layout.snapshots().stream().filter(s -> s.name().equals(name)).findFirst();
      update.requireRoom(found);
      update.finish(state.length, found, name, Instant.EPOCH);
      return true;
    } catch (Stopped e) {
      return false;
    }
  }

  /** The process was killed. */
  private static final class Stopped extends IOException {
    private static final long serialVersionUID = 1L;
  }

  /** Stops after a number of writes. */
  private static final class Stopping implements DiskFile {
    private final DiskFile inner;
    private int left;

    Stopping(DiskFile inner, int writes) {
      this.inner = inner;
      this.left = writes;
    }

    @Override
    public void read(long offset, ByteBuffer target) throws IOException {
      inner.read(offset, target);
    }

    @Override
    public void write(long offset, ByteBuffer data) throws IOException {
      if (left-- == 0) {
        throw new Stopped();
      }
      inner.write(offset, data);
    }

    @Override
    public void force() {}

    @Override
    public long size() throws IOException {
      return inner.size();
    }
  }
}
