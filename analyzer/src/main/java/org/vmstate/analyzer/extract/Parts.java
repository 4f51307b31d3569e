package org.vmstate.analyzer.extract;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Predicate;
import org.vmstate.analyzer.convert.ConversionException;
import org.vmstate.analyzer.convert.Destination;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.element.Element;
import org.vmstate.formats.element.Section;
import org.vmstate.formats.libvirt.Envelope;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.ParseOptions.Extent;
import org.vmstate.parser.StateVisitor;
import org.vmstate.parser.io.ByteSource;

/** Takes a part that is not memory out of an image, as it stands. */
public final class Parts implements StateVisitor {
  private static final int CHUNK = 256 << 10;

  /** Type byte and length in front of the description. */
  private static final int FRAME = 5;

  private final Kind kind;
  private final Predicate<Section> wanted;
  private final Destination target;
  private ByteSource source;
  private boolean found;

  /** What is taken. */
  public enum Kind {
    /** The domain XML of a libvirt header. */
    XML("domain XML"),
    /** The cookie XML of a libvirt header. */
    COOKIE("cookie"),
    /** The JSON behind the stream. */
    DESCRIPTION("description"),
    /** The payload of a section, without header and footer. */
    DEVICE("such device section"),
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
   * Writes a part.
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
    Parts parts = new Parts(kind, wanted, target);
    boolean front = kind == Kind.XML || kind == Kind.COOKIE;
    Outcome outcome =
        ImageReader.read(source, options.with(front ? Extent.HEAD : Extent.DEVICES), parts);
    if (!parts.found) {
      throw new ConversionException("the image has no " + kind.label);
    }
    return outcome;
  }

  @Override
  public boolean wantsData() {
    return kind == Kind.DEVICE || kind == Kind.DESCRIPTION;
  }

  @Override
  public void content(ByteSource content) {
    source = content;
  }

  @Override
  public void envelope(Envelope envelope, String xml, String cookie) throws IOException {
    String text = kind == Kind.XML ? xml : kind == Kind.COOKIE ? cookie : "";
    if (!text.isEmpty()) {
      found = true;
      target.append(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Override
  public void element(Element element) throws IOException {
    switch (element) {
      case Element.Description e when kind == Kind.DESCRIPTION ->
          copy(new ByteRange(e.range().start() + FRAME, e.range().end()));
      case Element.DevicePayload e when kind == Kind.DEVICE && wanted.test(e.section()) ->
          copy(e.range());
      default -> {}
    }
  }

  @Override
  public void deviceState(Section section, Optional<StateNode> state, Optional<Problem> problem)
      throws IOException {
    if (kind == Kind.REGISTERS && section.name().equals("cpu") && state.isPresent()) {
      found = true;
      String text = RegisterText.of(section, state.get());
      target.append(text.getBytes(StandardCharsets.US_ASCII));
    }
  }

  private void copy(ByteRange range) throws IOException {
    found = true;
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, range.length()));
    for (long at = range.start(); at < range.end(); at += chunk.limit()) {
      chunk.clear().limit((int) Math.min(CHUNK, range.end() - at));
      source.copy(at, chunk);
      target.append(chunk.array().length == chunk.limit() ? chunk.array() : slice(chunk));
    }
  }

  private static byte[] slice(ByteBuffer chunk) {
    byte[] bytes = new byte[chunk.limit()];
    chunk.get(0, bytes);
    return bytes;
  }
}
