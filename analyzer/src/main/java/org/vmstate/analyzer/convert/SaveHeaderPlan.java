package org.vmstate.analyzer.convert;

import java.util.function.Consumer;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.formats.event.Front;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.libvirt.SaveFormat;
import org.vmstate.formats.libvirt.SaveHeader;
import org.vmstate.writer.libvirt.SaveHeaderSpec;

/** Decides what the save header of the output says. */
public final class SaveHeaderPlan {
  private SaveHeaderPlan() {}

  /**
   * Returns the save header of a libvirt output.
   *
   * @param front what the input says of itself, with or without a save header
   * @param notes takes notes on what is lost or unusual
   */
  public static SaveHeaderSpec plan(ConvertOptions options, Front front, Consumer<String> notes)
      throws ConversionException {
    SaveHeader source = front.saveHeader().orElse(null);
    String xml = front.xml();
    String cookie = front.cookie();
    Compression compression = options.target().compression().orElseThrow();
    int version = options.header().version().orElse(SaveFormat.VERSION);
    if (options.header().xml().isEmpty() && source == null) {
      throw new ConversionException(
          options.target().label()
              + " needs a domain XML, which a bare stream does not have:"
              + " give -o xml=FILE");
    }
    String newXml = options.header().xml().orElse(xml);
    String newCookie = options.header().cookie().orElse(cookie);
    if (version == 1) {
      if (compression != Compression.RAW) {
        throw new ConversionException(
            "save-version=1 cannot express the format " + compression.label() + ", only raw");
      }
      if (!newCookie.isEmpty()) {
        notes.accept("version 1 has no cookie; it was left out");
        newCookie = "";
      }
    }
    if (version == SaveFormat.VERSION_RFC) {
      notes.accept("no released libvirt restores version 3");
    } else if (source != null && source.features() != 0 && compression != Compression.SPARSE) {
      notes.accept("feature mapped-ram is gone with the layout it stands for");
    }
    boolean running = options.header().running().orElse(source == null || source.running());
    boolean bigEndian = options.header().bigEndian().orElse(source != null && source.bigEndian());
    SaveHeaderSpec fresh =
        SaveHeaderSpec.fresh(version, bigEndian, running, compression, newXml, newCookie);
    boolean sameStrings = newXml.equals(xml) && newCookie.equals(cookie) && source != null;
    // a text that was no UTF-8 may have become longer
    boolean fits =
        sameStrings && SaveHeaderSpec.textLength(newXml, newCookie) <= source.dataLength();
    return fits && version > 1 && source.version() > 1
        ? fresh.withDataLength((int) source.dataLength())
        : fresh;
  }
}
