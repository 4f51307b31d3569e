package org.vmstate.parser.io;

import io.kaitai.struct.ByteBufferKaitaiStream;
import io.kaitai.struct.KaitaiStream;
import io.kaitai.struct.KaitaiStruct;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Function;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.rule.Reason;

/**
 * Reads a bounded structure through a class generated from {@code specs/}. The generated code pulls
 * its bytes from the source, so bounds, limits and offsets are the source's.
 */
public final class SpecReader {
  private SpecReader() {}

  /**
   * Reads one structure at the cursor.
   *
   * @param name name of the structure, for errors
   * @param invalid what it is when the bytes contradict the specification
   * @param constructor makes an unread instance on a stream
   */
  public static <T extends KaitaiStruct.ReadWrite> T read(
      ByteSource source, String name, Reason invalid, Function<KaitaiStream, T> constructor)
      throws IOException {
    source.path().push(name);
    long start = source.position();
    T result;
    try {
      result = constructor.apply(new SourceKaitaiStream(source));
      result._read();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (KaitaiStream.ValidationFailedError e) {
      throw new MalformedDataException(
          invalid, name + ": " + reason(e), start, source.path().toString());
    }
    source.path().pop();
    return result;
  }

  /**
   * Reads one structure of known length, which may look around inside itself.
   *
   * @param length length in bytes
   */
  public static <T extends KaitaiStruct.ReadWrite> T readFixed(
      ByteSource source, String name, int length, Function<KaitaiStream, T> constructor)
      throws IOException {
    source.path().push(name);
    byte[] bytes = source.bytes(length, length, name);
    source.path().pop();
    T result = constructor.apply(new ByteBufferKaitaiStream(bytes));
    result._read();
    return result;
  }

  private static String reason(KaitaiStream.ValidationFailedError e) {
    // the runtime's text starts with the path in the specification and a position of its own
    String text = e.getMessage();
    int at = text.indexOf("validation failed: ");
    return at < 0 ? text : text.substring(at + "validation failed: ".length());
  }
}
