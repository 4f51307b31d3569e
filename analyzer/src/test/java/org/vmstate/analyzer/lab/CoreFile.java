package org.vmstate.analyzer.lab;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/** An ELF core, read without any of our code. */
final class CoreFile implements Closeable {
  private static final int CHUNK = 1 << 20;

  /** Memory at a physical address. */
  record Load(long address, long length, long offset) {}

  private final FileChannel file;
  private final List<Load> loads = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final String kind;

  private CoreFile(FileChannel file) throws IOException {
    this.file = file;
    ByteBuffer head = bytes(0, (int) Math.min(64, file.size()));
    boolean is64 = head.get(4) == 2;
    ByteOrder order = head.get(5) == 1 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    head.order(order);
    kind = HexFormat.of().formatHex(head.array(), 0, 7) + " machine " + head.getShort(18);
    long table = is64 ? head.getLong(32) : head.getInt(28);
    int count = head.getShort(is64 ? 56 : 44) & 0xffff;
    int size = is64 ? 56 : 32;
    ByteBuffer entries = bytes(table, count * size).order(order);
    for (int at = 0; at < entries.limit(); at += size) {
      int type = entries.getInt(at);
      long offset = is64 ? entries.getLong(at + 8) : entries.getInt(at + 4) & 0xffffffffL;
      long address = is64 ? entries.getLong(at + 24) : entries.getInt(at + 12) & 0xffffffffL;
      long length = is64 ? entries.getLong(at + 32) : entries.getInt(at + 16) & 0xffffffffL;
      if (type == 1) {
        loads.add(new Load(address, length, offset));
      } else if (type == 4) {
        notes(bytes(offset, (int) length).order(order));
      }
    }
    loads.sort(Comparator.comparingLong(Load::address));
  }

  static CoreFile open(Path path) throws IOException {
    return new CoreFile(FileChannel.open(path, StandardOpenOption.READ));
  }

  private ByteBuffer bytes(long offset, int length) throws IOException {
    return read(file, offset, length);
  }

  private static ByteBuffer read(FileChannel file, long offset, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (file.read(bytes, offset + bytes.position()) < 0) {
        throw new IOException("file ends at " + (offset + bytes.position()));
      }
    }
    return bytes.flip();
  }

  private void notes(ByteBuffer all) {
    for (int at = 0; at < all.limit(); ) {
      int name = all.getInt(at);
      int length = all.getInt(at + 4);
      int content = at + 12 + (name + 3 & ~3);
      String text = HexFormat.of().formatHex(all.array(), content, content + length);
      notes.add(new String(all.array(), at + 12, name - 1) + " " + all.getInt(at + 8) + " " + text);
      at = content + (length + 3 & ~3);
    }
  }

  /** Returns class, byte order and machine. */
  String kind() {
    return kind;
  }

  /** Returns the notes, each as name, type and content. */
  List<String> notes() {
    return notes;
  }

  /** Returns the addresses, those that follow one another joined. */
  List<String> ranges() {
    List<Load> joined = new ArrayList<>();
    for (Load load : loads) {
      Load last = joined.isEmpty() ? null : joined.getLast();
      if (last != null && last.address() + last.length() == load.address()) {
        joined.removeLast();
        joined.add(new Load(last.address(), last.length() + load.length(), 0));
      } else {
        joined.add(load);
      }
    }
    return joined.stream()
        .map(l -> Long.toHexString(l.address()) + " " + Long.toHexString(l.length()))
        .toList();
  }

  /** Returns the first address at which the memory of another core differs, -1 when none does. */
  long difference(CoreFile other) throws IOException {
    for (Load a : loads) {
      for (Load b : other.loads) {
        long from = Math.max(a.address(), b.address());
        long to = Math.min(a.address() + a.length(), b.address() + b.length());
        long at = differs(a, other.file, b.offset() - b.address(), from, to);
        if (at >= 0) {
          return at;
        }
      }
    }
    return -1;
  }

  /** Returns the first address at which a flat file differs in what it holds. */
  long differenceFlat(Path raw) throws IOException {
    try (FileChannel flat = FileChannel.open(raw, StandardOpenOption.READ)) {
      for (Load load : loads) {
        long to = Math.min(load.address() + load.length(), flat.size());
        long at = differs(load, flat, 0, load.address(), to);
        if (at >= 0) {
          return at;
        }
      }
      return -1;
    }
  }

  private long differs(Load load, FileChannel other, long shift, long from, long to)
      throws IOException {
    for (long at = from; at < to; at += CHUNK) {
      int length = (int) Math.min(CHUNK, to - at);
      int wrong =
          bytes(load.offset() + at - load.address(), length)
              .mismatch(read(other, at + shift, length));
      if (wrong >= 0) {
        return at + wrong;
      }
    }
    return -1;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
