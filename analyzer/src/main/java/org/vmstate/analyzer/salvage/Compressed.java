package org.vmstate.analyzer.salvage;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.vmstate.analyzer.check.Finding;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.rule.Rule;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/**
 * Which part of an image is compressed: there the offset of a finding is one of the decompressed
 * stream, and no place in the file.
 */
final class Compressed implements EventSink {
  private static final Set<Rule> OF_THE_SAVE_HEADER =
      EnumSet.of(Rule.SAVE_FINISHED, Rule.HEADER_PADDING, Rule.COOKIE_OFFSET);

  private boolean hasSaveHeader;
  private boolean whole;
  private Compression stream = Compression.RAW;

  private Compressed() {}

  /** Reads the head of an image. */
  static Compressed of(ByteSource source, ParseOptions options) throws IOException {
    Compressed found = new Compressed();
    source.seek(source.origin());
    try {
      ImageReader.read(source, options.ofHead(), found);
    } catch (StateFormatException e) {
      // what the check found is known already
    }
    return found;
  }

  @Override
  public void accept(Event event) {
    switch (event) {
      case Event.SaveImageHeader _ -> hasSaveHeader = true;
      case Event.CompressedStream e -> {
        whole |= !hasSaveHeader;
        stream = e.compression();
      }
      default -> {}
    }
  }

  /** Requires that the place of a finding is one in the file. */
  void requireInFile(Finding finding) throws ConversionException {
    boolean inFile =
        stream == Compression.RAW || !whole && OF_THE_SAVE_HEADER.contains(finding.rule());
    if (!inFile) {
      throw ConversionException.named(
          "--repair: "
              + finding.rule().code()
              + " is inside data compressed with "
              + stream.label()
              + "; nothing was written. Convert the image to an uncompressed layout, repair that,"
              + " and compress it again");
    }
  }
}
