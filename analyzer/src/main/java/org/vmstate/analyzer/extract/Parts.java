package org.vmstate.analyzer.extract;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.SequencedSet;
import java.util.function.Predicate;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.ParseOptions.Extent;
import org.vmstate.parser.io.ByteSource;

/** Takes a part that is not memory out of an image, as it stands. */
public final class Parts implements EventSink {
  private static final int CHUNK = 256 << 10;

  private final Kind kind;
  private final Predicate<Section> wanted;

  /** Where the part goes, null for who only looks what there is. */
  private final Destination target;

  private final SequencedSet<String> sections = new LinkedHashSet<>();
  private boolean alike;
  private boolean found;

  /** What is taken. */
  public enum Kind {
    /** The domain XML of a libvirt header. */
    XML("domain XML; only those of libvirt have one"),
    /** The cookie XML of a libvirt header. */
    COOKIE("cookie"),
    /** The JSON after the stream. */
    DESCRIPTION("description"),
    /** The payload of a section, without header and footer. */
    DEVICE("such device section; info --devices lists them"),
    /** The registers of each CPU, as text. */
    REGISTERS("CPU whose state the description names");

    private final String label;

    Kind(String label) {
      this.label = label;
    }
  }

  private Parts(Kind kind, Predicate<Section> wanted, Destination target) {
    this.kind = kind;
    this.wanted = wanted;
    this.target = target;
  }

  /**
   * Writes a part; nothing when several sections could be meant.
   *
   * @param wanted which section, for {@link Kind#DEVICE}
   */
  public static Outcome copy(
      ByteSource source,
      ParseOptions options,
      Kind kind,
      Predicate<Section> wanted,
      Destination target)
      throws IOException {
    boolean front = kind == Kind.XML || kind == Kind.COOKIE;
    ParseOptions extent = options.with(front ? Extent.HEAD : Extent.DEVICES);
    ByteSource image = source;
    if (kind == Kind.DEVICE && !target.isFile()) {
      // what went to a stream cannot be taken back
      image = source.seekable();
      long start = image.position();
      Parts look = new Parts(kind, wanted, null);
      ImageReader.read(image, extent, look);
      look.requireOne();
      image.seek(start);
    }
    Parts parts = new Parts(kind, wanted, target);
    Outcome outcome = ImageReader.read(image, extent, parts);
    parts.requireOne();
    return outcome;
  }

  private void requireOne() throws ConversionException {
    if (!found) {
      throw new ConversionException("the image has no " + kind.label);
    }
    if (sections.size() > 1) {
      throw new ConversionException(
          "device: expected an instance, one of " + String.join(", ", sections));
    }
    if (alike) {
      throw new ConversionException(
          "device: expected one section of the name " + sections.getFirst() + ", found several");
    }
  }

  /** Reports whether a section is to be written: of several only the first, before the error. */
  private boolean isWanted(Section section) {
    if (kind != Kind.DEVICE || !wanted.test(section)) {
      return false;
    }
    sections.add(section.key());
    return sections.size() == 1;
  }

  @Override
  public boolean wants(Want want) {
    return target != null && want == Want.DATA && (kind == Kind.DEVICE || kind == Kind.DESCRIPTION);
  }

  private void front(Event.SaveImageHeader e) throws IOException {
    String text = kind == Kind.XML ? e.xml() : kind == Kind.COOKIE ? e.cookie() : "";
    if (!text.isEmpty()) {
      found = true;
      target.append(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Override
  public void accept(Event event) throws IOException {
    switch (event) {
      case Event.SaveImageHeader e -> front(e);
      case Event.Device e -> device(e);
      case Event.IterablePart e when isWanted(e.section()) -> copy(e, e.range());
      case Event.Description e when kind == Kind.DESCRIPTION ->
          copy(
              e,
              new ByteRange(e.range().start() + StreamFormat.DESCRIPTION_FRAME, e.range().end()));
      default -> {}
    }
  }

  private void device(Event.Device e) throws IOException {
    // an iterable has several parts, a device has one
    alike |= sections.contains(e.section().key());
    if (isWanted(e.section())) {
      copy(e, e.range());
    }
    if (kind == Kind.REGISTERS && e.section().name().equals("cpu") && e.state().isPresent()) {
      found = true;
      String text = RegisterText.of(e.section(), e.state().get());
      target.append(text.getBytes(StandardCharsets.US_ASCII));
    }
  }

  private void copy(Event.Bytes event, ByteRange range) throws IOException {
    found = true;
    if (target == null) {
      return;
    }
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, range.length()));
    for (long at = range.start(); at < range.end(); at += chunk.limit()) {
      chunk.clear().limit((int) Math.min(CHUNK, range.end() - at));
      event.content().copy(at, chunk);
      target.append(chunk.array().length == chunk.limit() ? chunk.array() : slice(chunk));
    }
  }

  private static byte[] slice(ByteBuffer chunk) {
    byte[] bytes = new byte[chunk.limit()];
    chunk.get(0, bytes);
    return bytes;
  }
}
