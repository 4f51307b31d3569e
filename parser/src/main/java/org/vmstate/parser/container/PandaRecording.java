package org.vmstate.parser.container;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.rule.Reason;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.parser.io.TemporaryFile;

/**
 * A recording of PANDA 2, {@code NAME.rr2}: a tar archive whose member {@code snapshot} is the
 * stream from which the recording starts. Of the tar format only headers of 512 bytes with octal or
 * binary lengths are needed; an extended header is passed over.
 */
record PandaRecording() implements Holder.Kind {
  private static final int BLOCK = 512;
  private static final int NAME = 100;
  private static final int SIZE_AT = 124;
  private static final int SIZE = 12;
  private static final int MAGIC_AT = 257;

  /** {@code usta}, before an {@code r}. */
  private static final long MAGIC = 0x75737461L;

  private static final int CHUNK = 256 << 10;
  private static final String MEMBER = "snapshot";

  @Override
  public boolean isOne(ByteSource file) throws IOException {
    return file.has(BLOCK) && file.peek32(MAGIC_AT) == MAGIC && file.peek(MAGIC_AT + 4) == 'r';
  }

  @Override
  public boolean isCompressed() {
    return true;
  }

  @Override
  public Holder open(ByteSource file) throws IOException {
    String label = "snapshot of a PANDA recording";
    file.path().push("tar");
    while (file.has(BLOCK) && file.peek() != 0) {
      long at = file.position();
      byte[] header = file.bytes(BLOCK, BLOCK, "tar header");
      long size = size(file, header, at);
      if (isState(header)) {
        long start = file.position();
        file.path().clear();
        if (!file.isSeekable()) {
          return new Holder(label, keep(file, size));
        }
        file.skip(size);
        return Holder.of(label, file, new ByteRange(start, start + size));
      }
      file.skip((size + BLOCK - 1) / BLOCK * BLOCK);
    }
    throw file.unsupported(
        Reason.HOLDER_UNSUPPORTED,
        "tar archive: expected a member 'snapshot' of PANDA in it, found none",
        file.position());
  }

  private static boolean isState(byte[] header) {
    int end = 0;
    while (end < NAME && header[end] != 0) {
      end++;
    }
    String name = new String(header, 0, end, StandardCharsets.ISO_8859_1);
    return name.equals(MEMBER) || name.endsWith("/" + MEMBER);
  }

  /** Octal digits, or a binary number where the first bit is set. */
  private static long size(ByteSource file, byte[] header, long at) throws IOException {
    long size = 0;
    boolean binary = header[SIZE_AT] < 0;
    for (int i = binary ? 1 : 0; i < SIZE; i++) {
      int digit = header[SIZE_AT + i] & 0xff;
      if (binary) {
        size = size << 8 | digit;
      } else if (digit >= '0' && digit <= '7') {
        size = size << 3 | digit - '0';
      } else if (digit != ' ' && digit != 0) {
        size = -1;
        break;
      }
    }
    if (size < 0 || size > Long.MAX_VALUE - BLOCK) {
      throw file.malformed(
          Reason.HOLDER_DAMAGED, "tar header: expected a length, found none", at + SIZE_AT);
    }
    return size;
  }

  private static ByteSource keep(ByteSource file, long size) throws IOException {
    TemporaryFile kept = TemporaryFile.create(".snapshot");
    try {
      for (long left = size; left > 0; ) {
        int count = (int) Math.min(CHUNK, left);
        kept.append(ByteBuffer.wrap(file.bytes(count, count, MEMBER)));
        left -= count;
      }
      return kept.source(0, new StructurePath());
    } catch (IOException | RuntimeException | Error e) {
      kept.close();
      throw e;
    }
  }
}
