package org.vmstate.parser.libvirt;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.Limits;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.libvirt.SaveFormat;
import org.vmstate.formats.libvirt.SaveHeader;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.spec.LibvirtSaveHeader;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.SpecReader;

/** Reads header, domain XML, cookie and padding. Source: libvirt 11.3.0 qemu_saveimage.c. */
public final class SaveHeaderParser {
  private SaveHeaderParser() {}

  /** Reads the save header at the cursor, which ends at the first byte of the stream. */
  public static SaveHeader parse(ByteSource source, Limits limits, EventSink sink)
      throws IOException {
    source.path().push("libvirt");
    long start = source.position();
    LibvirtSaveHeader header = header(source);
    LibvirtSaveHeader.Body body = header.body();
    long version = body.version();
    if (version > SaveFormat.VERSION_RFC) {
      throw source.unsupported(
          Reason.LIBVIRT_VERSION,
          "libvirt header version: expected 1 to 3, found " + header.versionLe(),
          start + 16,
          Facts.found(header.versionLe()));
    }
    long features = version == SaveFormat.VERSION_RFC ? body.features() : 0;
    long unknown = features & ~SaveFormat.FEATURE_MAPPED_RAM;
    if (unknown != 0) {
      throw source.unsupported(
          Reason.LIBVIRT_FEATURES,
          "libvirt header features: bit " + Long.numberOfTrailingZeros(unknown) + " is unknown",
          start + 36);
    }
    Compression compression = compression(source, body, start);
    long dataLength = body.dataLen();
    long dataStart = start + SaveFormat.HEADER_LENGTH;
    if (dataLength > limits.xmlBytes()) {
      throw source.limitExceeded(
          // libvirt reads up to the cookie first
          version > 1
                  && body.cookieOffset() > 0
                  && dataStart + body.cookieOffset() <= source.length()
              ? Reason.COOKIE_LIMIT
              : Reason.DATA_LENGTH_LIMIT,
          "libvirt data length: " + dataLength + " bytes, the limit is " + limits.xmlBytes(),
          start + 20);
    }
    if (dataLength == 0) {
      throw source.malformed(
          Reason.DATA_LENGTH_ZERO, "libvirt data length: expected some, found 0", start + 20);
    }
    byte[] data = data(source, body, limits);
    int xmlLength = textLength(data, 0);
    if (xmlLength < 0 && version >= SaveFormat.VERSION) {
      throw source.malformed(
          Reason.DOMAIN_XML_UNTERMINATED,
          "domain XML: expected a terminator, found none",
          dataStart);
    }
    int xmlEnd = xmlLength < 0 ? data.length : xmlLength + 1;
    long cookieOffset = version == 1 ? 0 : body.cookieOffset();
    ByteRange xml = new ByteRange(dataStart, dataStart + (xmlLength < 0 ? data.length : xmlLength));
    ByteRange cookie = new ByteRange(dataStart + xmlEnd, dataStart + xmlEnd);
    int cookieEnd = xmlEnd;
    if (cookieOffset != 0) {
      if (cookieOffset < xmlEnd || cookieOffset >= data.length) {
        throw source.malformed(
            cookieOffset > data.length ? Reason.COOKIE_PAST_DATA : Reason.COOKIE_OUTSIDE,
            "cookie offset: expected "
                + xmlEnd
                + " to "
                + (data.length - 1)
                + ", found "
                + cookieOffset,
            start + 32);
      }
      int length = textLength(data, (int) cookieOffset);
      if (length < 0) {
        throw source.malformed(
            Reason.COOKIE_UNTERMINATED,
            "cookie: expected a terminator, found none",
            dataStart + cookieOffset);
      }
      cookie = new ByteRange(dataStart + cookieOffset, dataStart + cookieOffset + length);
      cookieEnd = (int) cookieOffset + length + 1;
    }
    SaveHeader saveHeader =
        new SaveHeader(
            header.magic().equals(SaveFormat.MAGIC),
            version,
            !header.isLe(),
            dataLength,
            body.wasRunning() != 0,
            compression,
            cookieOffset,
            features,
            xml,
            cookie,
            dataStart + dataLength);
    sink.accept(
        new Event.SaveImageHeader(
            new ByteRange(start, dataStart),
            saveHeader,
            words(body),
            text(data, xml, dataStart),
            text(data, cookie, dataStart)));
    sink.accept(new Event.DomainXml(new ByteRange(dataStart, dataStart + xmlEnd), source));
    if (cookieOffset != 0) {
      padding(source, sink, data, dataStart, dataStart + xmlEnd, cookie.start());
      sink.accept(new Event.Cookie(new ByteRange(cookie.start(), dataStart + cookieEnd), source));
    }
    padding(source, sink, data, dataStart, dataStart + cookieEnd, dataStart + dataLength);
    source.path().pop();
    return saveHeader;
  }

  private static LibvirtSaveHeader header(ByteSource source) throws IOException {
    try {
      return SpecReader.readFixed(
          source, "header", SaveFormat.HEADER_LENGTH, LibvirtSaveHeader::new);
    } catch (TruncatedDataException e) {
      throw new TruncatedDataException(e.problem().as(Reason.SAVE_HEADER_CUT));
    }
  }

  /** Reads XML and cookie, which libvirt reads one after the other. */
  private static byte[] data(ByteSource source, LibvirtSaveHeader.Body body, Limits limits)
      throws IOException {
    long start = source.position();
    try {
      return source.bytes(body.dataLen(), limits.xmlBytes(), "domain XML");
    } catch (TruncatedDataException e) {
      boolean cookie = body.cookieOffset() != 0 && source.length() - start >= body.cookieOffset();
      throw new TruncatedDataException(
          e.problem().as(cookie ? Reason.COOKIE_CUT : Reason.DATA_LENGTH_PASSES_END));
    }
  }

  private static Compression compression(ByteSource source, LibvirtSaveHeader.Body body, long start)
      throws IOException {
    if (body.version() < SaveFormat.VERSION) {
      return Compression.RAW;
    }
    if (body.version() == SaveFormat.VERSION_RFC
        && (body.features() & SaveFormat.FEATURE_MAPPED_RAM) != 0) {
      return Compression.SPARSE;
    }
    return Compression.of(body.format())
        .orElseThrow(
            () ->
                source.unsupported(
                    Reason.LIBVIRT_FORMAT,
                    "libvirt image format: expected 0 to 6, found " + body.format(),
                    start + 28,
                    Facts.found((int) body.format())));
  }

  private static List<Long> words(LibvirtSaveHeader.Body body) {
    List<Long> words = new ArrayList<>();
    words.add(body.version());
    words.add(body.dataLen());
    words.add(body.wasRunning());
    words.add(body.format());
    words.add(body.cookieOffset());
    words.add(body.features());
    words.addAll(body.unused());
    return List.copyOf(words);
  }

  private static void padding(
      ByteSource source, EventSink sink, byte[] data, long origin, long from, long to)
      throws IOException {
    if (to > from) {
      sink.accept(new Event.Padding(new ByteRange(from, to), source));
    }
    for (long at = from; at < to; at++) {
      int value = data[(int) (at - origin)];
      if (value != 0) {
        sink.accept(
            new Event.Notice(
                source.problem(
                    Reason.PADDING_USED,
                    "padding: expected zeros, found 0x" + Integer.toHexString(value & 0xff),
                    at,
                    Facts.NONE)));
        return;
      }
    }
  }

  private static int textLength(byte[] data, int from) {
    for (int i = from; i < data.length; i++) {
      if (data[i] == 0) {
        return i - from;
      }
    }
    return -1;
  }

  private static String text(byte[] data, ByteRange range, long origin) {
    return new String(
        data, (int) (range.start() - origin), (int) range.length(), StandardCharsets.UTF_8);
  }
}
