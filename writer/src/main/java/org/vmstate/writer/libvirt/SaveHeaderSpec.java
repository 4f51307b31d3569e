package org.vmstate.writer.libvirt;

import java.nio.charset.StandardCharsets;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.libvirt.SaveFormat;

/**
 * What a new save header is to say.
 *
 * @param version header version, 1 to 3
 * @param bigEndian whether the header's words are big-endian
 * @param running whether the guest is resumed after a restore
 * @param compression how the stream is compressed
 * @param xml the domain XML
 * @param cookie the cookie XML, empty for none
 * @param dataLength bytes between the header and the stream
 */
public record SaveHeaderSpec(
    int version,
    boolean bigEndian,
    boolean running,
    Compression compression,
    String xml,
    String cookie,
    int dataLength) {

  /** Returns a save header with the padding that libvirt puts after the strings of a new image. */
  public static SaveHeaderSpec fresh(
      int version,
      boolean bigEndian,
      boolean running,
      Compression compression,
      String xml,
      String cookie) {
    int padding = version == 1 ? 0 : SaveFormat.PADDING;
    return new SaveHeaderSpec(
        version, bigEndian, running, compression, xml, cookie, textLength(xml, cookie) + padding);
  }

  /** Returns this save header with the stream at another distance; the strings must fit. */
  public SaveHeaderSpec withDataLength(int length) {
    if (length < textLength(xml, cookie)) {
      throw new IllegalArgumentException("strings do not fit into " + length + " bytes");
    }
    return new SaveHeaderSpec(version, bigEndian, running, compression, xml, cookie, length);
  }

  /** Returns how many bytes the strings take with their terminators. */
  public static int textLength(String xml, String cookie) {
    int length = length(xml) + 1;
    return cookie.isEmpty() ? length : length + length(cookie) + 1;
  }

  private static int length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
