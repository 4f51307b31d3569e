package org.vmstate.writer.io;

import io.kaitai.struct.ByteBufferKaitaiStream;
import io.kaitai.struct.KaitaiStruct;
import java.io.IOException;

/** Writes structures generated from the specifications. */
public final class SpecWriter {
  private SpecWriter() {}

  /**
   * Appends a structure.
   *
   * @param length its length in bytes
   */
  public static void write(ByteSink sink, KaitaiStruct.ReadWrite structure, int length)
      throws IOException {
    sink.write(bytes(structure, length));
  }

  /** Returns the bytes of a structure of known length. */
  public static byte[] bytes(KaitaiStruct.ReadWrite structure, int length) {
    structure._check();
    ByteBufferKaitaiStream out = new ByteBufferKaitaiStream(length);
    structure._write(out);
    return out.toByteArray();
  }
}
