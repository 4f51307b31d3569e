package org.vmstate.analyzer.create;

import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.analyzer.convert.StreamOutput;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.formats.event.Front;
import org.vmstate.formats.layout.FixedLayout;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.writer.io.ByteSink;
import org.vmstate.writer.io.FileSink;
import org.vmstate.writer.synthetic.SyntheticImage;
import org.vmstate.writer.synthetic.SyntheticLoad;
import org.vmstate.writer.synthetic.SyntheticRecipe;
import org.vmstate.writer.xbzrle.XbzrleStatistics;

/** Writes one synthetic image. */
public final class Creator {
  private Creator() {}

  /**
   * Writes an image, which the caller then commits.
   *
   * @return what the sender of deltas counted, where there was one
   */
  public static Optional<XbzrleStatistics> create(
      SyntheticRecipe recipe,
      SyntheticLoad load,
      ConvertOptions options,
      Destination destination,
      Consumer<String> notes)
      throws IOException {
    if (options.target().isFixed() && !destination.isFile()) {
      throw ConversionException.needsFile(options.target().label(), "pages have fixed places");
    }
    SyntheticImage image = new SyntheticImage(recipe, load);
    ConvertOptions complete =
        options.target().isLibvirt() && options.header().xml().isEmpty()
            ? options.withXml(domain(recipe))
            : options;
    StreamOutput output = new StreamOutput(complete, destination, notes);
    ByteSink sink = output.open(new Front());
    if (options.target().layout() instanceof FixedLayout layout) {
      long alignment = options.align().orElse(layout.alignment(recipe.pageSize()));
      image.writeFixed((FileSink) sink, layout, Math.max(recipe.pageSize(), alignment));
    } else {
      image.writeSequential(sink);
    }
    output.close();
    return image.statistics();
  }

  /** A domain XML that says what the image says. */
  private static String domain(SyntheticRecipe recipe) {
    RamBlock memory = recipe.ramBlocks().getFirst();
    return String.format(
        Locale.ROOT,
        """
        <domain type='qemu'>
          <name>synthetic</name>
          <memory unit='b'>%d</memory>
          <os>
            <type machine='%s'>hvm</type>
          </os>
        </domain>
        """,
        memory.usedLength(),
        escaped(recipe.machine()));
  }

  /** What has a meaning in XML, or is not allowed there, cannot stand for itself. */
  private static String escaped(String text) {
    StringBuilder result = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> result.append("&amp;");
                case '<' -> result.append("&lt;");
                case '>' -> result.append("&gt;");
                case '\'' -> result.append("&apos;");
                case '"' -> result.append("&quot;");
                case '\t', '\n', '\r' -> result.append("&#").append(c).append(';');
                default -> result.appendCodePoint(isAllowed(c) ? c : '?');
              }
            });
    return result.toString();
  }

  private static boolean isAllowed(int c) {
    return c >= ' ' && c < 0xd800 || c >= 0xe000 && c < 0xfffe || c > 0xffff;
  }
}
