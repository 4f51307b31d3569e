package org.vmstate.analyzer.output;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.vmstate.formats.error.NamedIOException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.parser.Outcome;
import org.vmstate.writer.io.ByteSink;
import org.vmstate.writer.io.DirectFile;
import org.vmstate.writer.io.FileSink;
import org.vmstate.writer.io.OutputFile;
import org.vmstate.writer.io.PlacedFile;
import org.vmstate.writer.io.StreamSink;

/** Where an output goes: a file that appears when it is whole, or a stream. */
public final class Destination implements Closeable {
  private static final int CHUNK = 1 << 20;

  /** Of the page cache. */
  private static final int PAGE = 4096;

  /** Bytes for which it pays to have them read by another thread. */
  private static final int MANY = 4 << 20;

  /** Bytes that the kernel is asked to copy at once, so that the progress is seen. */
  private static final int SOME = 16 << 20;

  /** Bytes for which it does not pay to ask the kernel. */
  private static final int FEW = 64 << 10;

  private final OutputFile file;
  private final ByteSink sink;
  private final DiskPlace disk;
  private final PlacedFile placed;

  private Destination(OutputFile file, ByteSink sink, DiskPlace disk) {
    this(file, sink, disk, null);
  }

  private Destination(OutputFile file, ByteSink sink, DiskPlace disk, PlacedFile placed) {
    this.file = file;
    this.sink = sink;
    this.disk = disk;
    this.placed = placed;
  }

  /**
   * Starts a file.
   *
   * @param force whether a file of that name may be replaced
   * @param direct whether page data bypasses the page cache
   */
  public static Destination file(Path path, boolean force, boolean direct) throws IOException {
    return file(path, force, direct, path);
  }

  /**
   * Starts a file in a folder that gets another name when all in it is whole.
   *
   * @param shown the path that errors name
   */
  public static Destination file(Path path, boolean force, boolean direct, Path shown)
      throws IOException {
    OutputFile file = OutputFile.create(path, force, shown);
    try {
      DirectFile second = direct ? DirectFile.open(file.temporary()) : null;
      return new Destination(
          file, new FileSink(file.channel(), second, 0).named(shown.toString()), null);
    } catch (IOException | RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /**
   * Starts a new qcow2 disk that holds what is written as the VM state of a snapshot.
   *
   * @param force whether a file of that name may be replaced
   * @param name name of the snapshot
   */
  public static Destination newDisk(Path path, boolean force, String name) throws IOException {
    OutputFile file = OutputFile.create(path, force);
    try {
      DiskPlace disk = DiskPlace.fresh(file.channel(), path, name);
      return new Destination(file, disk.sink(), disk);
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /**
   * Writes over what stands from an offset on in a file or a block device that is there. Its first
   * bytes come last, so that a part of an image is never taken for one.
   */
  public static Destination placed(Path path, long offset) throws IOException {
    PlacedFile placed = PlacedFile.open(path, offset);
    return new Destination(null, placed.sink(), null, placed);
  }

  /** Writes into a qcow2 disk that is there; it changes only when everything is written. */
  public static Destination intoDisk(DiskPlace disk) throws IOException {
    try {
      return new Destination(null, disk.sink(), disk);
    } catch (RuntimeException | Error e) {
      disk.close();
      throw e;
    }
  }

  /** Writes to a channel that is there for this and is closed with it. */
  public static Destination of(FileChannel channel) {
    return new Destination(null, new FileSink(channel, null, 0), null);
  }

  /** Writes the VM state of a snapshot in a new qcow2 disk to a channel. */
  public static Destination disk(FileChannel channel, String name) {
    DiskPlace disk = DiskPlace.fresh(channel, Path.of("output"), name);
    return new Destination(null, disk.sink(), disk);
  }

  /** Writes to a stream, to which nothing can be added later at an earlier place. */
  public static Destination stream(OutputStream out) {
    return new Destination(null, new StreamSink(out), null);
  }

  /** Returns where a file is while it is being written. */
  public Optional<Path> temporary() {
    return Optional.ofNullable(file).map(OutputFile::temporary);
  }

  /** Returns what was written so far, to look at it before it counts. */
  public ImageSource written() throws IOException {
    sink.flush();
    return disk != null ? disk.written(temporary()) : ImageSource.of(temporary().orElseThrow());
  }

  /** Reports whether any place can be written at any time. */
  public boolean isFile() {
    return sink instanceof FileSink;
  }

  /** Reports whether this is a new file of its own that the kernel can copy to. */
  public boolean isRewritable() {
    return file != null && disk == null && sink instanceof FileSink out && out.isTransferable();
  }

  /**
   * Begins again at the start of a rewritable file; what stands there stays until it is written
   * over.
   */
  public void restart() throws IOException {
    ((FileSink) sink).skipTo(0);
  }

  /** Ends a rewritable file where the last bytes were appended. */
  public void cut() throws IOException {
    ((FileSink) sink).cut();
  }

  /** Goes over bytes of a rewritable file that are right as they stand. */
  public void keep(long count) throws IOException {
    ((FileSink) sink).skipTo(sink.position() + count);
  }

  /** Returns what takes the bytes; a {@link FileSink} when this is a file. */
  public ByteSink sink() {
    return sink;
  }

  /** Returns the output as a stream, for a compressor. */
  public OutputStream asStream() {
    return sink.asStream();
  }

  /** Appends bytes. */
  public void append(byte[] bytes) throws IOException {
    sink.write(bytes);
  }

  /** Appends zeros, as a hole where there can be one. */
  public void zeros(long count) throws IOException {
    sink.zeros(count);
  }

  /** Appends the rest of a file from an offset on. */
  public void append(Path source, long from, Progress progress) throws IOException {
    append(source, from, Files.size(source), progress);
  }

  /** Appends a part of a file. */
  public void append(Path source, long from, long end, Progress progress) throws IOException {
    try (FileChannel channel = FileChannel.open(source, StandardOpenOption.READ)) {
      append(channel, source, from, end, progress);
    }
  }

  /**
   * Appends a part of a file that is open.
   *
   * @param name the path that errors name
   */
  public void append(FileChannel channel, Path name, long from, long end, Progress progress)
      throws IOException {
    if (sink instanceof FileSink out && out.isTransferable() && end - from > FEW) {
      // what is in memory goes first
      out.skipTo(out.position());
      if ((out.position() - from) % PAGE == 0) {
        transfer(channel, name, out, from, end, progress);
      } else {
        move(channel, name, out, from, end, progress);
      }
      return;
    }
    ByteBuffer chunk =
        end - from > FEW
            ? sink.allocate(CHUNK)
            : ByteBuffer.allocate((int) Math.max(0, end - from));
    for (long at = from; at < end; at += chunk.limit()) {
      chunk.clear().limit((int) Math.min(chunk.capacity(), end - at));
      ReadAhead.read(channel, name, chunk, at);
      sink.write(chunk.flip());
      progress.at(at + chunk.limit(), end);
    }
  }

  /** Has the kernel copy, which shares the bytes between the files where it can. */
  private static void transfer(
      FileChannel channel, Path name, FileSink out, long from, long end, Progress progress)
      throws IOException {
    for (long at = from; at < end; ) {
      long count = Math.min(SOME, end - at);
      long to = out.position();
      try {
        out.transferAt(channel, at, count, to);
      } catch (IOException e) {
        throw NamedIOException.ofNameless(name, e);
      }
      out.skipTo(to + count);
      at += count;
      progress.at(at, end);
    }
  }

  /** Copies what lies otherwise in the pages of the output. */
  private static void move(
      FileChannel channel, Path name, FileSink out, long from, long end, Progress progress)
      throws IOException {
    ByteBuffer piece = ReadAhead.between(out.position() - from, ReadAhead.PIECE);
    long at = from;
    while (at < end && !(end - at >= MANY && progress.hasProcessor())) {
      int whole = ReadAhead.PIECE - (int) (out.position() % ReadAhead.PIECE);
      ReadAhead.read(channel, name, piece.clear().limit((int) Math.min(whole, end - at)), at);
      write(piece.flip(), out);
      at += piece.limit();
      progress.at(at, end);
    }
    if (at < end) {
      moveAhead(channel, name, out, at, end, progress);
    }
  }

  private static void moveAhead(
      FileChannel channel, Path name, FileSink out, long from, long end, Progress progress)
      throws IOException {
    try (ReadAhead ahead = new ReadAhead(channel, name, from, end, out.position())) {
      long at = from;
      for (ByteBuffer piece = ahead.next(); piece.hasRemaining(); piece = ahead.next()) {
        write(piece, out);
        at += piece.limit();
        progress.at(at, end);
        ahead.done(piece);
      }
    }
  }

  private static void write(ByteBuffer piece, FileSink out) throws IOException {
    long to = out.position();
    out.writeAt(to, piece);
    out.skipTo(to + piece.limit());
  }

  /**
   * Ends the output; a file gets its name.
   *
   * @param outcome how the pass ended that made it
   * @param sync whether it is brought to disk first
   * @throws StateFormatException when what it was made from is broken
   */
  public void commit(Outcome outcome, boolean sync) throws IOException {
    outcome.require();
    sink.flush();
    if (disk != null) {
      disk.end();
    }
    if (placed != null) {
      placed.commit(sync);
    }
    if (file != null) {
      file.commit(sync);
    }
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      try (file) {
        sink.close();
      }
    } else if (disk != null) {
      disk.close();
    } else if (placed != null) {
      placed.close();
    }
  }
}
