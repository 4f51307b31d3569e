package org.vmstate.analyzer.cli;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.Limits;
import org.vmstate.formats.ram.BitmapOrder;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.ParseOptions.XbzrleChoice;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** What options say of how an image is read. */
final class ReadingOptions {
  private final CommandSpec spec;
  private final String format;

  /**
   * Looks at the options of a command.
   *
   * @param format the option that chooses the image's format
   */
  ReadingOptions(CommandSpec spec, String format) {
    this.spec = spec;
    this.format = format;
  }

  ParseOptions options() {
    return options(choice());
  }

  /** Returns the options with the format to be found out. */
  ParseOptions guessing() {
    return options(Optional.empty(), XbzrleChoice.AUTO);
  }

  /** Returns the options with a form of deltas. */
  ParseOptions options(XbzrleChoice deltas) {
    return options(formatId(), deltas);
  }

  private ParseOptions options(Optional<FormatId> chosen, XbzrleChoice deltas) {
    String streamOffset = CommandBuilder.value(spec, "--stream-offset");
    Integer pageSize = CommandBuilder.value(spec, "--page-size");
    return new ParseOptions(
        chosen,
        streamOffset == null ? OptionalLong.empty() : OptionalLong.of(offset(streamOffset)),
        pageSize == null ? OptionalInt.empty() : OptionalInt.of(powerOfTwo(pageSize)),
        order(),
        deltas,
        ParseOptions.Extent.WHOLE,
        false,
        Limits.DEFAULT);
  }

  /** Returns the format that was chosen. */
  Optional<FormatId> formatId() {
    String name = CommandBuilder.value(spec, format);
    if (name == null) {
      return Optional.empty();
    }
    String option = format.equals("--format") ? "-f" : format;
    return Optional.of(FormatNames.find(spec.commandLine(), option, name));
  }

  private long offset(String value) {
    return Quantities.offset(value)
        .orElseThrow(
            () -> wrong("--stream-offset " + value + ": expected a number of bytes, such as 64K"));
  }

  private int powerOfTwo(int pageSize) {
    if (Integer.bitCount(pageSize) != 1 || pageSize < 1 << 8 || pageSize > 1 << 19) {
      throw wrong("--page-size " + pageSize + ": expected a power of two from 256 to 524288");
    }
    return pageSize;
  }

  private Optional<BitmapOrder> order() {
    String bitmapOrder = CommandBuilder.value(spec, "--bitmap-order");
    if (bitmapOrder == null) {
      return Optional.empty();
    }
    for (BitmapOrder order : BitmapOrder.values()) {
      if (order.label().equals(bitmapOrder)) {
        return Optional.of(order);
      }
    }
    throw wrong("--bitmap-order " + bitmapOrder + ": expected le, be64 or be32");
  }

  private XbzrleChoice choice() {
    String xbzrle = CommandBuilder.value(spec, "--xbzrle");
    if (xbzrle == null) {
      return XbzrleChoice.AUTO;
    }
    return switch (xbzrle) {
      case "current" -> XbzrleChoice.CURRENT;
      case "2011" -> XbzrleChoice.PROPOSAL_2011;
      default -> throw wrong("--xbzrle " + xbzrle + ": expected current or 2011");
    };
  }

  private ParameterException wrong(String text) {
    return new ParameterException(spec.commandLine(), text);
  }
}
