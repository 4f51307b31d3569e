package org.vmstate.analyzer.edit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.analyzer.convert.Converter;
import org.vmstate.analyzer.convert.SaveHeaderOptions;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.ImageSource;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.analyzer.output.WholeCheck;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.Limits;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.NamedIOException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.Front;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.libvirt.SaveFormat;
import org.vmstate.formats.libvirt.SaveHeader;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.stream.Capability;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.libvirt.SaveHeaderParser;
import org.vmstate.writer.libvirt.SaveHeaderSpec;
import org.vmstate.writer.libvirt.SaveHeaderWriter;

/**
 * Edits a save header. Strings that fit leave the stream where it is; longer ones move it, which
 * for a sparse image means new offsets in all of its block headers.
 */
public final class SaveHeaderEditor {
  private final Path file;
  private final SaveHeader saveHeader;
  private final String xml;
  private final String cookie;

  private SaveHeaderEditor(Path file, Event.SaveImageHeader header) {
    this.file = file;
    saveHeader = header.saveHeader();
    xml = header.xml();
    cookie = header.cookie();
  }

  /** Reads the save header of an image. */
  public static SaveHeaderEditor open(Path file) throws IOException {
    Front front = new Front();
    try (ByteSource source = ImageReader.open(file)) {
      if (source.peek() != SaveFormat.MAGIC.charAt(0)) {
        throw ConversionException.named(
            file
                + ": is no libvirt image, which alone has a domain XML; --set and others change a"
                + " state");
      }
      SaveHeaderParser.parse(source, Limits.DEFAULT, front);
    }
    SaveHeaderEditor editor = new SaveHeaderEditor(file, front.header().orElseThrow());
    if (!editor.saveHeader.complete()) {
      throw new MalformedDataException(
          Reason.SAVE_UNFINISHED,
          "magic: expected " + SaveFormat.MAGIC + ", found " + SaveFormat.MAGIC_PARTIAL,
          0,
          "libvirt.header");
    }
    return editor;
  }

  /** Returns the domain XML as it is. */
  public String xml() {
    return xml;
  }

  private String newXml(SaveHeaderChange change) {
    return change.xml().orElse(xml);
  }

  private Compression compression(SaveHeaderChange change) throws IOException {
    if (change.mappedFeature().isEmpty()) {
      return saveHeader.compression();
    }
    if (saveHeader.version() != SaveFormat.VERSION_RFC) {
      throw ConversionException.named(
          file + ": version " + saveHeader.version() + " of the header has no features");
    }
    boolean wanted = change.mappedFeature().get();
    if (wanted != streamIsMapped()) {
      throw new ConversionException(
          "feature mapped-ram: the stream "
              + (wanted ? "does not have" : "has")
              + " that layout; convert changes it");
    }
    return wanted ? Compression.SPARSE : Compression.RAW;
  }

  private boolean streamIsMapped() throws IOException {
    Front front = new Front();
    try (ByteSource source = ImageReader.open(file)) {
      source.seek(saveHeader.streamOffset());
      ImageReader.read(source, ParseOptions.DEFAULT.ofHead(), front);
    }
    return front.has(Capability.MAPPED_RAM);
  }

  private SaveHeaderSpec spec(SaveHeaderChange change) throws IOException {
    SaveHeaderSpec fresh =
        SaveHeaderSpec.fresh(
            (int) saveHeader.version(),
            saveHeader.bigEndian(),
            change.running().orElse(saveHeader.running()),
            compression(change),
            newXml(change),
            cookie);
    return fits(change) ? fresh.withDataLength((int) saveHeader.dataLength()) : fresh;
  }

  /** Reports whether the stream can stay where it is. */
  public boolean fits(SaveHeaderChange change) {
    return SaveHeaderSpec.textLength(newXml(change), cookie) <= saveHeader.dataLength();
  }

  /** Changes the file itself. Header and strings are written at once. */
  public void inPlace(SaveHeaderChange change) throws IOException {
    if (!fits(change)) {
      throw ConversionException.named(
          file
              + ": the strings take "
              + SaveHeaderSpec.textLength(newXml(change), cookie)
              + " bytes, and there are "
              + saveHeader.dataLength()
              + " in front of the stream; give OUT to write a copy in which they fit");
    }
    try (ByteSource source = ImageReader.open(file)) {
      ImageReader.read(source, ParseOptions.DEFAULT, _ -> {}).require();
    }
    ByteBuffer bytes = ByteBuffer.wrap(SaveHeaderWriter.bytes(spec(change)));
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes, bytes.position());
      }
      channel.force(true);
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      throw new NamedIOException(file + ": changed in part, perhaps: " + e.getMessage(), e);
    }
  }

  /** Writes a changed copy, which the caller then commits with what this returns. */
  public Outcome copy(
      SaveHeaderChange change, Destination target, Progress progress, Consumer<String> notes)
      throws IOException {
    SaveHeaderSpec spec = spec(change);
    if (saveHeader.compression() != Compression.SPARSE) {
      try (WholeCheck check =
          WholeCheck.start(ImageSource.of(file), ParseOptions.DEFAULT, _ -> {})) {
        return check.during(
            watched -> {
              target.append(SaveHeaderWriter.bytes(spec));
              target.append(file, saveHeader.streamOffset(), watched);
            },
            progress);
      }
    }
    ConvertOptions options =
        ConvertOptions.to(FormatId.LIBVIRT_SPARSE)
            .with(
                new SaveHeaderOptions(
                    OptionalInt.of(spec.version()),
                    Optional.of(spec.bigEndian()),
                    Optional.of(spec.xml()),
                    Optional.empty(),
                    Optional.of(spec.running())));
    try (ByteSource source = ImageReader.open(file)) {
      return new Converter(options, ParseOptions.DEFAULT, progress, notes)
          .convert(source, file, target);
    }
  }
}
