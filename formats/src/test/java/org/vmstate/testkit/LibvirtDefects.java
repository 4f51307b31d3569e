package org.vmstate.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** Defects of the libvirt save header. */
final class LibvirtDefects {
  private static final int ROOM = 64 << 10;
  private static final String XML =
      "<domain><name>g</name><uuid>00000000-0000-0000-0000-000000000000</uuid>"
          + "<memory unit='KiB'>16</memory><os><type machine='test-1.0'>hvm</type></os></domain>";
  private static final String COOKIE = "<cookie/>";

  private LibvirtDefects() {}

  private static byte[] image(String xml, int version, int running, int format, byte[] stream) {
    int length = xml.length() + 1 + ROOM;
    return ImageBytes.libvirt(false, version, length, running, format, 0)
        .text(xml)
        .zeros(1 + ROOM)
        .raw(stream)
        .toBytes();
  }

  private static byte[] stream() {
    return Parts.sequential().toBytes();
  }

  private static byte[] withXml(String xml) {
    return image(xml, 2, 1, 0, stream());
  }

  private static byte[] withCookie(int offset, String cookie) {
    int length = XML.length() + 1 + cookie.length() + 1 + ROOM;
    return ImageBytes.libvirt(false, 2, length, 1, 0, offset)
        .text(XML)
        .u8(0)
        .text(cookie)
        .zeros(1 + ROOM)
        .raw(stream())
        .toBytes();
  }

  private static byte[] set(int at, int value) {
    byte[] image = withXml(XML);
    image[at] = (byte) value;
    return image;
  }

  private static byte[] gzip(byte[] stream) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream compressed = new GZIPOutputStream(out)) {
      compressed.write(stream);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** Returns a good image. */
  static byte[] good() {
    return withXml(XML);
  }

  static List<Defect> list() {
    byte[] uuid =
        Parts.sequential()
            .after(
                "configuration",
                new ImageBytes().u8(5).name("configuration/uuid").be32(1).fill(1, 16).toBytes())
            .toBytes();
    byte[] compressed = image(XML, 2, 1, 1, gzip(stream()));
    int end = 92 + XML.length() + 1 + ROOM;
    return List.of(
        new Defect("V014", "another UUID", image(XML, 2, 1, 0, uuid)),
        new Defect(
            "V071",
            "mapped-ram inside gzip",
            image(XML, 2, 1, 1, gzip(new MappedParts().toBytes()))),
        new Defect(
            "V081",
            "the magic of an unfinished save",
            new ImageBytes()
                .text("LibvirtQemudPart")
                .raw(Arrays.copyOfRange(good(), 16, good().length))
                .toBytes()),
        new Defect("V082", "version 9", set(16, 9)),
        new Defect("V082", "version 3", set(16, 3)),
        new Defect("V083", "a running flag of 2", set(24, 2)),
        new Defect("V083", "an unused field in use", set(60, 1)),
        new Defect("V084", "a length after the end of the file", set(22, 0x7f)),
        new Defect("V085", "an XML that is not closed", withXml("<domain>")),
        new Defect(
            "V085",
            "an XML without an end",
            new ImageBytes()
                .raw(Arrays.copyOf(ImageBytes.libvirt(false, 2, 8, 1, 0, 0).toBytes(), 92))
                .text("<domain>")
                .raw(stream())
                .toBytes()),
        new Defect("V086", "a cookie inside the XML", withCookie(5, COOKIE)),
        new Defect(
            "V087", "a cookie that is something else", withCookie(XML.length() + 1, "<biscuit/>")),
        new Defect("V088", "a byte in the padding", set(end - 9, 1)),
        new Defect(
            "V089",
            "no room for edits",
            ImageBytes.libvirt(false, 2, XML.length() + 1, 1, 0, 0)
                .text(XML)
                .u8(0)
                .raw(stream())
                .toBytes()),
        new Defect("V090", "format 9", set(28, 9)),
        new Defect("V090", "format gzip of a plain stream", set(28, 1)),
        new Defect(
            "V091", "a gzip stream that is cut", Arrays.copyOf(compressed, compressed.length - 9)),
        new Defect(
            "V091", "bytes after a gzip stream", Arrays.copyOf(compressed, compressed.length + 9)),
        new Defect("V092", "format sparse without mapped-ram", set(28, 6)),
        new Defect(
            "V093", "another machine in the XML", withXml(XML.replace("test-1.0", "test-2.0"))),
        new Defect("V094", "another memory in the XML", withXml(XML.replace(">16<", ">64<"))),
        new Defect("V201", "a panicked guest that is to run", image(XML, 2, 1, 0, panicked())));
  }

  private static byte[] panicked() {
    String state = "guest-panicked";
    byte[] device =
        new ImageBytes()
            .section(4, 2, "globalstate", 0, 1)
            .text(state)
            .zeros(100 - state.length())
            .footer(2)
            .toBytes();
    return Parts.sequential()
        .with("device", device)
        .json(
            new String(Parts.sequential().part("description"), StandardCharsets.ISO_8859_1)
                .substring(5)
                .replace("timer", "globalstate")
                .replace("\"b\"", "\"runstate\"")
                .replace("\"size\": 4", "\"size\": 100"))
        .toBytes();
  }
}
