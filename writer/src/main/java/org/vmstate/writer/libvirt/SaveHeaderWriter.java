package org.vmstate.writer.libvirt;

import io.kaitai.struct.ByteBufferKaitaiStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.libvirt.SaveFormat;
import org.vmstate.formats.libvirt.SaveHeader;
import org.vmstate.formats.spec.LibvirtSaveHeader;
import org.vmstate.writer.io.ByteSink;
import org.vmstate.writer.io.SpecWriter;

/**
 * Writes what a libvirt image puts in front of the stream. Source: libvirt 11.3.0 qemu_saveimage.c.
 */
public final class SaveHeaderWriter {
  private static final int VERSION_OFFSET = 16;
  private static final int FIXED_WORDS = 6;
  private static final int UNUSED_WORDS = 13;

  private SaveHeaderWriter() {}

  /**
   * Writes the header as it was read.
   *
   * @param words the 19 words after the magic
   */
  public static void header(ByteSink sink, SaveHeader saveHeader, List<Long> words)
      throws IOException {
    String magic = saveHeader.complete() ? SaveFormat.MAGIC : SaveFormat.MAGIC_PARTIAL;
    sink.write(header(magic, saveHeader.bigEndian(), words));
  }

  /** Writes a new save header: header, domain XML, cookie and padding. */
  public static void write(ByteSink sink, SaveHeaderSpec spec) throws IOException {
    sink.write(bytes(spec));
  }

  /** Returns a new save header whole: header, domain XML, cookie and padding. */
  public static byte[] bytes(SaveHeaderSpec spec) {
    byte[] xml = spec.xml().getBytes(StandardCharsets.UTF_8);
    byte[] cookie = spec.cookie().getBytes(StandardCharsets.UTF_8);
    boolean sparse = spec.compression() == Compression.SPARSE;
    boolean proposed = spec.version() == SaveFormat.VERSION_RFC;
    List<Long> words = new ArrayList<>();
    words.add((long) spec.version());
    words.add((long) spec.dataLength());
    words.add(spec.running() ? 1L : 0L);
    words.add((long) (sparse && proposed ? Compression.RAW : spec.compression()).code());
    words.add(cookie.length == 0 ? 0 : xml.length + 1L);
    words.add(sparse && proposed ? SaveFormat.FEATURE_MAPPED_RAM : 0);
    words.addAll(Collections.nCopies(UNUSED_WORDS, 0L));
    ByteBuffer result = ByteBuffer.allocate(SaveFormat.HEADER_LENGTH + spec.dataLength());
    result.put(header(SaveFormat.MAGIC, spec.bigEndian(), words)).put(xml).put((byte) 0);
    if (cookie.length > 0) {
      result.put(cookie).put((byte) 0);
    }
    return result.array();
  }

  private static byte[] header(String magic, boolean bigEndian, List<Long> words) {
    // the generated class takes its byte order from the version it has read
    ByteBuffer seed = ByteBuffer.allocate(SaveFormat.HEADER_LENGTH);
    seed.order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    seed.putInt(VERSION_OFFSET, words.getFirst().intValue());
    LibvirtSaveHeader header = new LibvirtSaveHeader(new ByteBufferKaitaiStream(seed.array()));
    header._read();
    header.setVersionLe_Enabled(false);
    header.setMagic(magic);
    LibvirtSaveHeader.Body body = header.body();
    body.setVersion(words.get(0));
    body.setDataLen(words.get(1));
    body.setWasRunning(words.get(2));
    body.setFormat(words.get(3));
    body.setCookieOffset(words.get(4));
    body.setFeatures(words.get(5));
    body.setUnused(words.subList(FIXED_WORDS, FIXED_WORDS + UNUSED_WORDS));
    body._check();
    return SpecWriter.bytes(header, SaveFormat.HEADER_LENGTH);
  }
}
